"""Who says what to try next: Optuna's samplers, asked and told in batches, with a storage that others can share.

The study that is asked lives in memory. What is finished is written to the storage after every batch, and what other
machines finished is read from there: a write for every single parameter takes longer than a small training.
"""

from __future__ import annotations

import importlib.util
import itertools
import random
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lossclinic.core.errors import UsageError
from lossclinic.tuning.dimension import Dimension, Value
from lossclinic.tuning.space import Point, Space

Method = Literal["tpe", "gp", "random", "quasi-random", "grid"]
METHODS: tuple[Method, ...] = get_args(Method)
GRID_LEVELS = 5
"""Levels of a learning rate, a penalty or a dropout in a grid."""
FEWEST_FOR_IMPORTANCE = 20
"""Points below which the best tenth of them is no group to speak of."""
CONSTRAINT = "trained"
SEARCHER = "searcher"


@dataclass(frozen=True, eq=False)
class Candidate:
    """A point that was asked for.

    Attributes:
        number: of the trial, counted from 0 in the order of asking.
        point: where it lies.
    """

    number: int
    point: Point


@dataclass(frozen=True)
class Told:
    """What became of one point.

    Attributes:
        number: of the trial.
        point: where it lies.
        value: the score, smaller is better; finite and bad for a point that failed. None: it could not be trained
            in time, which says nothing about the point.
        failed: why the point is infeasible; "" where it trained.
        epochs: the best step, in epochs.
        stopped: whether it was given up after so few epochs, because others were better by then.
        scores: one for each seed.
        seconds: that its trainings took, compiling included.
    """

    number: int
    point: Point
    value: float | None
    failed: str = ""
    epochs: int = 0
    stopped: bool = False
    scores: tuple[float, ...] = ()
    seconds: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether it was trained to its end on every seed, so that its score can be compared."""
        return self.value is not None and not self.failed and not self.stopped


class Sampler:
    """Asks Optuna for points and tells it what they came to."""

    def __init__(self, space: Space, method: Method, seed: int, name: str, storage: str | None) -> None:
        """Open the study.

        Args:
            space: what may be turned.
            method: how points are chosen.
            seed: decides them; processes that share a storage draw different ones all the same.
            name: of the study.
            storage: database URL as Optuna takes it; None keeps nothing.

        Raises:
            UsageError: Optuna or what the method needs is not installed, or the storage cannot be opened.
        """
        optuna = load_optuna(method)
        self._optuna, self._space = optuna, space
        self.trouble = ""
        """What keeps trials from being stored, for people; "" while they are."""
        self._stored = None if storage is None else _open(optuna, name, storage)
        self._me, earlier = uuid.uuid4().hex, 0
        if self._stored is not None:
            earlier = sum(key.startswith(SEARCHER) for key in self._stored.user_attrs)
            self._stored.set_user_attr(f"{SEARCHER} {self._me}", earlier)
        self._study = optuna.create_study(sampler=_sampler(optuna, method, seed + earlier))
        self._distributions = {d.name: distribution_of(optuna, d) for d in space.dimensions}
        self._asked: dict[int, Any] = {}
        self._seen: set[int] = set()
        self._unwritten: list[int] = []
        self._share()
        self._grid = self._untried(_grid(space, seed)) if method == "grid" else None

    @property
    def told(self) -> tuple[Told, ...]:
        """Everything that was ever told, by this process and by others on the same storage; oldest first."""
        states = (self._optuna.trial.TrialState.COMPLETE, self._optuna.trial.TrialState.PRUNED)
        return tuple(map(_as_told, self._study.get_trials(deepcopy=False, states=states)))

    def ask(self, count: int, together: int) -> list[Candidate]:
        """Points to try next, those of one structure together; fewer, or none, where a grid is at its end.

        Args:
            count: how many.
            together: how many of them share one structure, which is compiled once.
        """
        if self._grid is not None:
            return [self.take(point) for point in itertools.islice(self._grid, count)]
        asked: list[Candidate] = []
        while len(asked) < count:
            first = self.take()
            siblings = min(together, count - len(asked)) - 1
            asked += [first, *(self.take(self._space.structure(first.point)) for _ in range(siblings))]
        return asked

    def take(self, given: Mapping[str, Value] | None = None) -> Candidate:
        """One point; what is given of it is taken, the rest is sampled."""
        if given:
            self._study.enqueue_trial(dict(given))
        with warnings.catch_warnings():
            # A method that draws some parameters, or its first points, at random says so each time.
            warnings.simplefilter("ignore")
            trial = self._study.ask(self._distributions)
        self._asked[trial.number] = trial
        return Candidate(trial.number, {name: trial.params[name] for name in self._distributions})

    def tell(self, results: Sequence[Told]) -> None:
        """What the points came to; keeps it in the storage, and reads what others have found."""
        states = self._optuna.trial.TrialState
        for told in results:
            trial = self._asked.pop(told.number)
            if told.value is None:
                self._study.tell(trial, state=states.FAIL)
                continue
            trial.set_constraint(CONSTRAINT, 1.0 if told.failed else 0.0)
            attributes = {"settings": self._space.settings(told.point), SEARCHER: self._me}
            attributes |= {key: getattr(told, key) for key in ("failed", "epochs", "stopped", "scores", "seconds")}
            for key, value in attributes.items():
                trial.set_user_attr(key, value)
            if told.stopped:
                trial.report(told.value, told.epochs)
                self._study.tell(trial, state=states.PRUNED)
            else:
                self._study.tell(trial, told.value)
            self._unwritten.append(told.number)
        self._share()

    def importances(self) -> dict[str, float]:
        """How much each dimension decides whether a point is among the best tenth, as shares; {} with too few points.

        By PED-ANOVA (Watanabe, Bansal and Hutter 2023) over the points that trained. Functional ANOVA over a forest
        takes minutes for as many points as a search of small networks tries.
        """
        optuna = self._optuna
        study = optuna.create_study()
        trials = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        kept = [trial for trial in trials if _as_told(trial).counts]
        if len(kept) < FEWEST_FOR_IMPORTANCE:
            return {}
        study.add_trials(kept)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            evaluator = optuna.importance.PedAnovaImportanceEvaluator()
            found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        return {name: float(share) for name, share in found.items()}

    def _share(self) -> None:
        """Write what is new here, read what is new there; trouble with the storage never ends a search."""
        if self._stored is None:
            return
        try:
            mine = self._study.get_trials(deepcopy=False)
            self._stored.add_trials([mine[number] for number in self._unwritten])
            self._unwritten = []
            for trial in self._stored.get_trials(deepcopy=False):
                if trial.number not in self._seen and trial.state.is_finished():
                    self._seen.add(trial.number)
                    if trial.user_attrs.get(SEARCHER) != self._me:
                        self._study.add_trial(trial)
        except Exception as error:  # every driver of every database has errors of its own
            self.trouble = f"trials could not be kept in the storage ({type(error).__name__}: {_first_line(error)})"
            self._stored = None

    def _untried(self, points: Iterator[Point]) -> Iterator[Point]:
        tried = {tuple(told.point.items()) for told in self.told}
        return (point for point in points if tuple(point.items()) not in tried)


def load_optuna(method: Method) -> Any:
    """Optuna, quiet.

    Raises:
        UsageError: it is not installed, or the method needs PyTorch, which is not.
    """
    try:
        import optuna
    except ImportError:
        raise UsageError("Tuning needs Optuna, which is not installed.", do="pip install 'lossclinic[tune]'") from None
    if method == "gp" and importlib.util.find_spec("torch") is None:
        raise UsageError(
            "The method gp needs PyTorch, which is not installed.", do="pip install torch, or take --method tpe."
        )
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _sampler(optuna: Any, method: Method, seed: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        if method == "tpe":
            return optuna.samplers.TPESampler(seed=seed, multivariate=True)
        if method == "gp":
            return optuna.samplers.GPSampler(seed=seed)
        if method == "quasi-random":
            return optuna.samplers.QMCSampler(seed=seed, scramble=True)
        return optuna.samplers.RandomSampler(seed=seed)


def distribution_of(optuna: Any, dimension: Dimension) -> Any:
    """What Optuna calls a dimension."""
    if dimension.kind == "name":
        return optuna.distributions.CategoricalDistribution(dimension.names)
    if dimension.kind == "int":
        return optuna.distributions.IntDistribution(int(dimension.low), int(dimension.high))
    return optuna.distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.log)


def _grid(space: Space, seed: int) -> Iterator[Point]:
    """Every point of the grid; structures in random order, so that what fits into the budget is a fair sample."""
    ordered = sorted(space.dimensions, key=lambda dimension: not dimension.structural)
    fixed = [d.grid(GRID_LEVELS) for d in ordered if d.structural]
    free = [d.grid(GRID_LEVELS) for d in ordered if not d.structural]
    structures = list(itertools.product(*fixed))
    random.Random(seed).shuffle(structures)
    names = [dimension.name for dimension in ordered]
    for values in structures:
        for others in itertools.product(*free):
            found = dict(zip(names, (*values, *others), strict=True))
            yield {dimension.name: found[dimension.name] for dimension in space.dimensions}


def _open(optuna: Any, name: str, storage: str) -> Any:
    try:
        return optuna.create_study(study_name=name, storage=storage, load_if_exists=True)
    except Exception as error:  # as above
        hidden = re.sub(r"://([^:/@]*):[^@]*@", r"://\1:***@", storage)
        missing = isinstance(error, ImportError)
        raise UsageError(
            f"The storage {hidden} cannot be opened ({type(error).__name__}: {_first_line(error)}).",
            expected="a URL such as sqlite:///tuning.db or postgresql://user:password@host/database",
            do="install the driver of that database." if missing else "",
        ) from None


def _first_line(error: Exception) -> str:
    return re.sub(r"://([^:/@]*):[^@]*@", r"://\1:***@", str(error).strip().split("\n")[0])


def _as_told(trial: Any) -> Told:
    kept = trial.user_attrs
    value = trial.value if trial.value is not None else trial.intermediate_values.get(kept.get("epochs"))
    return Told(
        trial.number,
        dict(trial.params),
        value,
        str(kept.get("failed", "")),
        int(kept.get("epochs", 0)),
        bool(kept.get("stopped", False)),
        tuple(float(score) for score in kept.get("scores", ())),
        float(kept.get("seconds", 0.0)),
    )
