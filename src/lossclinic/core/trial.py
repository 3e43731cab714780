"""Trials (one training) and verdicts (what many pairs of them say)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from lossclinic.core.canonical import content_hash
from lossclinic.core.recipe import Plateau, Recipe, Stop
from lossclinic.core.threat import Threat

Array = np.ndarray[Any, Any]
NO_TIME = "the budget was used up"
"""The reason of a run that the budget did not allow: it says nothing about its recipe."""
FEWEST_SAVED = 2
"""One training that learns nothing may be chance."""


Control = Literal["", "zeroed-inputs", "permuted-targets"]
"""A training that cannot learn what it should: what it reaches is what the data give without their inputs, or by
luck. "zeroed-inputs": every input is 0, for training and for scoring; "permuted-targets": the targets of the training
rows in random order."""


@dataclass(frozen=True)
class Run:
    """One training that is wanted.

    Attributes:
        recipe: what to train.
        seed: decides initial weights, order, dropout and the redrawing of the split.
        purpose: "screen" or "confirm"; seeds of the two never meet.
        locked: whether to score the locked rows too (once, at the end).
        keep_weights: whether to return the final weights.
        keep_answers: whether to return what the network says of the held-out rows; not to be had inside a script's own
            process.
        control: what is taken from the data, for comparison; "" for nothing.
        rows: share of the training rows to train on, in (0, 1]; a smaller share's rows are among a larger one's.
        fold: (number, of how many): a fold of the training rows that scores instead of the held-out rows.
        attack: score the trained network on rows that are moved against it too; None: only as they are.
    """

    recipe: Recipe
    seed: int
    purpose: str = "screen"
    locked: bool = False
    keep_weights: bool = False
    keep_answers: bool = False
    control: Control = ""
    rows: float = 1.0
    fold: tuple[int, int] | None = None
    attack: Threat | None = None

    @cached_property
    def key(self) -> str:
        """Content hash of everything but the data."""
        parts = (self.recipe.key, self.seed, self.purpose, self.locked)
        more = (*((self.control,) if self.control else ()), *(() if self.rows == 1 else (self.rows,)))
        also = (*((self.fold,) if self.fold else ()), *((self.attack,) if self.attack else ()))
        return content_hash((*parts, *more, *also))


@dataclass(frozen=True)
class Attacked:
    """What a trained network is worth on rows that are moved against it.

    Attributes:
        held_out: yardstick on held-out rows (`engine.attack.MOST_ROWS` at most).
        agreement: `Yardstick.agreement` on them.
        locked: yardstick on locked rows; None unless asked for.
    """

    held_out: float
    agreement: float
    locked: float | None = None


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of the held-out rows at the chosen epoch.

    Attributes:
        target: from `Task.encode`: class indices (n,), or numbers or labels (n, outputs).
        prediction: in the target's own units: probabilities (n, K) for classes, otherwise as `target`.
        loss: the recipe's own loss on these rows, as `evaluate` gives it.
        trained_on: how many rows it was trained on.
    """

    target: Array
    prediction: Array
    loss: float
    trained_on: int


@dataclass(frozen=True, eq=False)
class Trial:
    """What one training gave. Arrays hold one value for each recorded epoch.

    Attributes:
        run_key: the run it belongs to.
        epochs: the recorded epochs (1-based), ascending; the last is the last that was trained.
        train_loss: the recipe's own loss over the epoch, as Keras' history has it.
        val_loss: the recipe's own loss on validation rows; NaN where there are none.
        train_score: yardstick on training rows (a fixed subset where they are many).
        held_out_score: yardstick on held-out rows.
        held_out_agreement: `Yardstick.agreement` on held-out rows (accuracy, Dice for masks); NaN for numbers.
        chosen: index into the arrays: the epoch whose weights the stop rule keeps.
        locked_score: yardstick on the locked rows at the chosen epoch; None unless asked for.
        failed: why the run does not count ("non-finite loss", "out of memory", …); "" if it does.
        seconds: wall time, compilation included.
        weights: final weights in the order of `model.get_weights()`, where asked for.
        answers: what the network says of the held-out rows, where asked for.
        attacked: the scores under attack at the chosen epoch; None unless asked for.
    """

    run_key: str
    epochs: tuple[int, ...]
    train_loss: tuple[float, ...]
    val_loss: tuple[float, ...]
    train_score: tuple[float, ...]
    held_out_score: tuple[float, ...]
    held_out_agreement: tuple[float, ...]
    chosen: int
    locked_score: float | None = None
    failed: str = ""
    seconds: float = 0.0
    weights: tuple[Array, ...] = field(default=(), repr=False)
    answers: Answers | None = field(default=None, repr=False)
    attacked: Attacked | None = None

    @property
    def held_out(self) -> float:
        """Yardstick on held-out rows at the chosen epoch; infinite for a failed run."""
        return float("inf") if self.failed or not self.held_out_score else self.held_out_score[self.chosen]

    @property
    def agreement(self) -> float:
        """Agreement on held-out rows at the chosen epoch; NaN for a failed run."""
        return float("nan") if self.failed or not self.held_out_agreement else self.held_out_agreement[self.chosen]

    @property
    def train(self) -> float:
        """Yardstick on training rows at the chosen epoch; infinite for a failed run."""
        return float("inf") if self.failed or not self.train_score else self.train_score[self.chosen]


def under_attack(trial: Trial) -> Trial:
    """The same training, its chosen epoch judged by rows that are moved against it instead of rows as they are.

    One without scores under attack counts as failed.
    """
    if trial.failed:
        return trial
    if trial.attacked is None:
        return replace(trial, failed="it could not be attacked")
    found, chosen = trial.attacked, slice(trial.chosen, trial.chosen + 1)
    series: dict[str, Any] = {name: getattr(trial, name)[chosen] for name in ("epochs", "train_loss", "val_loss")}
    series |= {"train_score": trial.train_score[chosen], "held_out_score": (found.held_out,)}
    return replace(trial, **series, held_out_agreement=(found.agreement,), locked_score=found.locked, chosen=0)


def failed_trial(run: Run, why: str, seconds: float = 0.0) -> Trial:
    """A trial that gave nothing but the reason."""
    return Trial(run.key, (), (), (), (), (), (), 0, failed=why, seconds=seconds)


def choose_epoch(stop: Stop | None, train_loss: Sequence[float], val_loss: Sequence[float]) -> int:
    """Index of the epoch whose weights the stop rule keeps, as Keras' `EarlyStopping` would choose.

    Args:
        stop: the rule; None keeps the last epoch.
        train_loss: one value for each epoch.
        val_loss: one value for each epoch; all NaN where there are no validation rows: what watches them never acts.
    """
    end = len(train_loss) - 1
    if stop is None or end < 0 or (stop.monitor == "val_loss" and np.all(np.isnan(val_loss))):
        return max(end, 0)
    monitored = train_loss if stop.monitor == "loss" else val_loss
    best: float | None = None
    best_at, waited = end, 0
    for epoch in range(stop.start_from, end + 1):
        if epoch == stop.start_from:
            best_at = epoch
        waited += 1
        value = float(monitored[epoch])
        if improves(stop, value, best):
            best, best_at = value, epoch
            waited = 0 if improves(stop, value, stop.baseline) else waited
        elif stop.patience is not None and waited >= stop.patience and epoch:
            end = epoch
            break
    return best_at if stop.restore_best else end


def improves(rule: Stop | Plateau, value: float, best: float | None) -> bool:
    """Whether a monitored value is better than the best so far by what the rule asks, in Keras' single precision."""
    if best is None:
        return True
    if rule.mode == "max":
        return bool(np.float32(value - rule.min_delta) > np.float32(best))
    return bool(np.float32(value + rule.min_delta) < np.float32(best))


@dataclass(frozen=True)
class Arm:
    """A recipe under test.

    Attributes:
        recipe: what is trained.
        remedies: ids of the remedies that led from the baseline to it, in order; () is the baseline.
        causes: ids of the causes that asked for them, in the same order.
        variants: which of each remedy's strengths was taken (index into what its `apply` returns).
        setting: the last remedy's strength, for people ("learning rate 0.01").
        rate: the learning rate re-tuned for these remedies; None where it is the recipe's own or a remedy's.
    """

    recipe: Recipe
    remedies: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    variants: tuple[int, ...] = ()
    setting: str = ""
    rate: float | None = None

    @property
    def name(self) -> str:
        """For people: "baseline" or "standardise-inputs + adam"."""
        return " + ".join(self.remedies) or "baseline"


def saves_some(stuck_before: int, stuck: int, pairs: int) -> bool:
    """Whether so many fewer trainings learn nothing that it is worth telling, where others learn without the change."""
    return stuck_before - stuck >= FEWEST_SAVED and stuck_before < pairs


@dataclass(frozen=True)
class Verdict:
    """Arm against baseline, over paired seeds.

    Attributes:
        arm: the arm's name.
        median: median relative gain on held-out rows; positive is better.
        low: lower end of the 95 % interval.
        high: upper end.
        p_better: share of pairs in which the arm was better.
        p_value: one-sided, adjusted for the looks and the number of arms confirmed.
        pairs: number of pairs.
        failures: share of the arm's runs that failed.
        failure_bound: upper 95 % bound of the failure rate (Clopper–Pearson).
        verified: whether all conditions of the protocol hold.
        why_not: the first condition that does not hold; "" if verified.
        stuck_before: how many of the baseline's runs failed or learnt nothing.
        stuck: how many of the arm's runs did.
    """

    arm: str
    median: float
    low: float
    high: float
    p_better: float
    p_value: float
    pairs: int
    failures: float = 0.0
    failure_bound: float = 1.0
    verified: bool = False
    why_not: str = ""
    stuck_before: int = 0
    stuck: int = 0
