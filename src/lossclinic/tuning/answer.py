"""From what was searched and compared to the answer: words, flags, ending."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import stdev

from lossclinic.core.recipe import Recipe
from lossclinic.core.report import NO_BAND, Prescription, band_of
from lossclinic.core.tuned import Nested, Parameter, Setting, TunedArm, TunedEnding, TunedTrial
from lossclinic.experiments.judge import BETTER_SHARE, failure_bound
from lossclinic.tuning.dimension import Dimension
from lossclinic.tuning.dimensions import EPOCHS
from lossclinic.tuning.nested import Pairs
from lossclinic.tuning.sampling import Sampler, Told
from lossclinic.tuning.search import best_of
from lossclinic.tuning.space import Space


@dataclass(frozen=True)
class Searched:
    """One arm and all that is known of it.

    Attributes:
        name: of the arm; "" where nothing is compared.
        space: what was turned.
        sampler: what it was told.
        pairs: the trainings on fresh seeds, the script's own before, the arm's best after; None where there are none.
        nested: what they say; None where they are too few.
    """

    name: str
    space: Space
    sampler: Sampler
    pairs: Pairs | None = None
    nested: Nested | None = None

    @property
    def best(self) -> Told | None:
        """The best point that was trained to its end."""
        return best_of(self.sampler.told)

    @property
    def recipe(self) -> Recipe | None:
        """The recipe of the best point, with as many epochs as its best step."""
        if self.best is None:
            return None
        return self.space.recipe_at(self.best.point, self.best.epochs if self.space.best_step else None)

    @property
    def value(self) -> float:
        """Score of the best point on the rows that select; infinite where there is none."""
        return math.inf if self.best is None or self.best.value is None else self.best.value


def arm_of(searched: Searched) -> TunedArm:
    """An arm as the report has it."""
    told, space, best = searched.sampler.told, searched.space, searched.best
    own = next((each for each in told if each.point == space.now and not each.stopped), None)
    noise = 0
    if best is not None and len(best.scores) > 1:
        near = searched.value + stdev(best.scores)
        noise = sum(each.counts and each.number != best.number and (each.value or 0) <= near for each in told)
    return TunedArm(
        searched.name,
        _trial(space, best) if best else None,
        _trial(space, own) if own else None,
        _parameters(searched) if best else (),
        tuple(_trial(space, each) for each in told),
        noise,
        searched.nested,
    )


def ending_of(winner: Searched | None, baseline: Recipe) -> TunedEnding:
    """How it ended, by the arm that scored best on the rows that select."""
    if winner is None or not winner.sampler.told:
        return "budget-too-small"
    if winner.recipe is None:
        return "failed"
    if winner.recipe == baseline:
        return "already-good"
    nested = winner.nested
    if nested is None:
        return "budget-too-small"
    failed = sum(bool(trial.failed) for trial in winner.pairs[0]) / nested.pairs if winner.pairs else 0.0
    if nested.gain.low > 0 and nested.p_better >= BETTER_SHARE and nested.failures <= failed:
        return "better"
    return "suggestive" if nested.gain.median > 0 and nested.p_better > 0.5 else "already-good"


def answer_of(arm: TunedArm | None, ending: TunedEnding, yardstick: str, interrupted: bool) -> str:
    """The first line."""
    if arm is None or not arm.trials:
        why = "Interrupted" if interrupted else "The budget was too small"
        return f"{why} before your own settings were trained."
    if arm.best is None:
        return f"None of {len(arm.trials)} settings could be trained: {arm.trials[0].state}."
    named = _changed(arm)
    tried = f"{len(arm.trials)} settings"
    if ending == "budget-too-small":
        why = "interrupted" if interrupted else "the budget was used up"
        return (
            f"Not known: of {tried} the best on the rows that select is {named or 'your own'}, but {why} before it "
            "could be compared with yours on other rows."
        )
    nested = arm.nested
    if nested is None:
        return f"Keep your settings: they are the best of {tried}."
    fall = f"held-out {yardstick} from {nested.before.median:.3g} to {nested.after.median:.3g}"
    sure = f"better in {nested.p_better:.0%} of {nested.pairs} fresh repeats"
    if ending == "already-good":
        return f"Keep your settings: the best of {tried} does not lower the loss on rows that chose nothing ({fall})."
    if ending == "better":
        return f"Set {named}: {fall} on rows that chose nothing ({sure})."
    return f"Perhaps set {named}: {fall} on rows that chose nothing ({sure}), but this may be luck."


def flags_of(arm: TunedArm) -> tuple[str, ...]:
    """What a reader must know of the result."""
    flags = [
        f"{p.name} {_short(p.best)} lies at the {p.edge} end of what was searched ({p.searched}): more may lie beyond; "
        f"look there with --range {p.name}=LOW:HIGH"
        for p in arm.parameters
        if p.edge
    ]
    if arm.noise:
        flags.append(
            f"{arm.noise} other settings score within the spread of the best one's draws: as far as this search can "
            "tell they are as good"
        )
    failed = [trial.state for trial in arm.trials if trial.state.startswith("failed")]
    if failed:
        flags.append(f"{len(failed)} of {len(arm.trials)} settings could not be trained ({failed[0]}) and lost by that")
    return tuple(flags)


def prescription_of(searched: Searched, ending: TunedEnding) -> Prescription | None:
    """What to change, before it is written down; None where nothing is recommended."""
    nested, pairs = searched.nested, searched.pairs
    if nested is None or pairs is None or ending not in ("better", "suggestive"):
        return None
    failed = sum(bool(trial.failed) for trial in pairs[1])
    held_out = [band_of([trial.held_out for trial in trials]) or NO_BAND for trials in pairs]
    return Prescription(
        remedies=(),
        changes=(),
        verified=ending == "better",
        why_not="" if ending == "better" else "the interval of the gain holds no gain at all",
        gain=nested.gain,
        p_better=nested.p_better,
        pairs=nested.pairs,
        failure_rate=nested.failures,
        failure_bound=failure_bound(failed, nested.pairs),
        baseline=held_out[0],
        treated=held_out[1],
        locked_baseline=nested.before.median,
        locked_treated=nested.after.median,
    )


def _parameters(searched: Searched) -> tuple[Parameter, ...]:
    best, space = searched.best, searched.space
    assert best is not None
    importance = searched.sampler.importances()
    told = [
        Parameter(
            dimension.name,
            dimension.shown(dimension.now),
            dimension.shown(best.point[dimension.name]),
            _range(dimension),
            importance.get(dimension.name),
            dimension.edge(best.point[dimension.name]),
        )
        for dimension in space.dimensions
    ]
    told.sort(key=lambda parameter: -(parameter.importance or 0.0))
    if space.best_step:
        edge = "upper" if best.epochs == space.epochs else ""
        told.append(Parameter(EPOCHS, space.own_epochs, best.epochs, f"1 to {space.epochs}", None, edge))
    return tuple(told)


def _range(dimension: Dimension) -> str:
    if dimension.kind == "name":
        return "; ".join(dimension.names)
    low, high = (_short(dimension.shown(point)) for point in (dimension.low, dimension.high))
    return f"{low} to {high}"


def _trial(space: Space, told: Told) -> TunedTrial:
    settings: dict[str, Setting] = dict(space.settings(told.point))
    if space.best_step and told.counts:
        settings[EPOCHS] = told.epochs
    state = "trained"
    if told.failed:
        state = f"failed: {told.failed}"
    elif told.stopped:
        state = f"stopped after {told.epochs} epochs"
    return TunedTrial(
        settings,
        None if told.failed else told.value,
        stdev(told.scores) if len(told.scores) > 1 else None,
        state,
        told.seconds,
    )


def _changed(arm: TunedArm) -> str:
    """The settings of the best point that differ from the script's own."""
    return ", ".join(f"{p.name} {_short(p.best)}" for p in arm.parameters if p.best != p.now)


def _short(setting: Setting) -> str:
    return f"{setting:.3g}" if isinstance(setting, float) else str(setting)
