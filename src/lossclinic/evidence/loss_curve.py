"""The shape of the loss over the epochs, from several trainings of one recipe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.gain import MATERIAL, learnt_nothing
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.trial import NO_TIME, Trial
from lossclinic.evidence import _curves

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Gap:
    """Held-out score minus training score over seeds, with its 95 % t interval (wide open for a single seed)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class LossCurve:
    """What several trainings of one recipe have in common. Shares are relative: .1 is 10 %.

    Attributes:
        epochs: epochs trained, median over seeds; 0 where no training ended (then all else but the failures is void).
        failed: share of the trainings that failed, those without time left aside.
        failures: their reasons, without repetition.
        fall: how far the training score fell, from the first recorded epoch to its lowest.
        late_fall: relative fall of the training loss over the last quarter (trend line); negative where it rises.
        held_out_late_fall: the same of the held-out score.
        plateau_at: share of the epochs after which 90 % of the fall of the training score was reached.
        best_at: share of the epochs at which the held-out score was lowest.
        rise: how far the held-out score of the weights that are kept lies above the lowest one; 0 or more.
        rising: share of the seeds in which that is more than 2 %.
        oscillation: size of the step-to-step swings of the training score in the last half, against its level.
        gap: held-out minus training score at the kept epoch.
        gap_at_best: the same at the epoch with the lowest held-out score.
        relative_gap: `gap.mean` over the held-out score.
        relative_gap_at_best: `gap_at_best.mean` over the lowest held-out score.
        train: training score at the kept epoch, median over seeds.
        held_out: held-out score at the kept epoch, median over seeds; where some of them learn nothing, which a median
            would hide, the mean.
        stuck: share of the trainings that ended and learnt nothing.
        best_held_out: lowest held-out score, median over seeds.
        spread: standard deviation of the held-out score over seeds, over its level.
        trivial: score of the best constant prediction.
        users_fall: relative fall of the loss in the user's own history; None where there is none.
    """

    epochs: int = 0
    failed: float = 0.0
    failures: tuple[str, ...] = ()
    fall: float = 0.0
    late_fall: float = 0.0
    held_out_late_fall: float = 0.0
    plateau_at: float = 1.0
    best_at: float = 1.0
    rise: float = 0.0
    rising: float = 0.0
    oscillation: float = 0.0
    gap: Gap = Gap(0.0, -math.inf, math.inf)
    gap_at_best: Gap = Gap(0.0, -math.inf, math.inf)
    relative_gap: float = 0.0
    relative_gap_at_best: float = 0.0
    train: float = math.inf
    held_out: float = math.inf
    stuck: float = 0.0
    best_held_out: float = math.inf
    spread: float = 0.0
    trivial: float = 1.0
    users_fall: float | None = None

    @property
    def measured(self) -> bool:
        """Whether any training ended."""
        return self.epochs > 0


def loss_curve(case: Case, baseline: Baseline, lab: Lab) -> LossCurve:
    """Summarise the baseline's curves.

    Args:
        case: for the user's own history.
        baseline: trainings of one recipe over several seeds.
        lab: knows the yardstick, whose trivial score is the unit of what is material.
    """
    trivial = lab.yardstick.trivial
    counted = [t for t in baseline.trials if t.failed != NO_TIME]
    bad = [t for t in counted if t.failed]
    good = [t for t in baseline.good if t.held_out_score and np.all(np.isfinite(t.held_out_score))]
    failed = len(bad) / len(counted) if counted else 0.0
    failures = tuple(dict.fromkeys(t.failed for t in bad))
    users = _users_fall(case)
    shape = _shape(good, trivial, baseline.spread) if good else LossCurve()
    return replace(shape, failed=failed, failures=failures, trivial=trivial, users_fall=users)


def _shape(good: Sequence[Trial], trivial: float, spread: float) -> LossCurve:
    """What can be read off trainings that ended."""
    tiny = MATERIAL * trivial
    stuck = float(np.mean([learnt_nothing(t.train, trivial) for t in good]))
    held_out = float((np.mean if 0 < stuck < 1 else np.median)([t.held_out for t in good]))
    lowest = [_curves.smooth(t.held_out_score) for t in good]
    best = _median([float(np.min(s)) for s in lowest])
    gaps = [t.held_out - t.train for t in good]
    best_gaps = [float(np.min(s)) - t.train_score[int(np.argmin(s))] for t, s in zip(good, lowest, strict=True)]
    rises = [_rise(t, tiny) for t in good]
    gap, gap_at_best = _interval(gaps), _interval(best_gaps)
    return LossCurve(
        epochs=int(_median([t.epochs[-1] for t in good])),
        fall=_median([_curves.fall(t.train_score[0], min(t.train_score), tiny) for t in good]),
        late_fall=_median([_curves.late_fall(t.epochs, t.train_loss, 0.0) for t in good]),
        held_out_late_fall=_median([_curves.late_fall(t.epochs, t.held_out_score, tiny) for t in good]),
        plateau_at=_median([_plateau_at(t) for t in good]),
        best_at=_median([t.epochs[int(np.argmin(s))] / t.epochs[-1] for t, s in zip(good, lowest, strict=True)]),
        rise=_median(rises),
        rising=float(np.mean(np.array(rises) > 0.02)),
        oscillation=_median([_curves.oscillation(t.train_score, tiny) for t in good]),
        gap=gap,
        gap_at_best=gap_at_best,
        relative_gap=gap.mean / (held_out + tiny),
        relative_gap_at_best=gap_at_best.mean / (best + tiny),
        train=_median([t.train for t in good]),
        held_out=held_out,
        stuck=stuck,
        best_held_out=best,
        spread=spread / (held_out + tiny),
    )


def _median(values: Sequence[float]) -> float:
    return float(np.median(values))


def _rise(trial: Trial, tiny: float) -> float:
    curve = _curves.smooth(trial.held_out_score)
    lowest, kept = float(np.min(curve)), float(curve[trial.chosen])
    return max(0.0, kept - lowest) / (lowest + tiny) if lowest + tiny > 0 else 0.0


def _plateau_at(trial: Trial) -> float:
    score = np.asarray(trial.train_score, dtype=float)
    fall = score[0] - np.min(score)
    if fall <= 0:
        return trial.epochs[0] / trial.epochs[-1]
    return trial.epochs[int(np.argmax(score <= score[0] - 0.9 * fall))] / trial.epochs[-1]


def _interval(values: Sequence[float]) -> Gap:
    mean = float(np.mean(values))
    if len(values) < 2:
        return Gap(mean, -math.inf, math.inf)
    from scipy.stats import t

    reach = float(t.ppf(0.975, len(values) - 1)) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Gap(mean, mean - reach, mean + reach)


def _users_fall(case: Case) -> float | None:
    history = [value for value in case.observed.history.get("loss", ()) if math.isfinite(value)]
    return _curves.fall(history[0], history[-1], 0.0) if len(history) > 1 else None
