"""The shape of the loss in one training's own history: what a log can tell, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.gain import MATERIAL
from lossclinic.evidence import _curves

TRAIN, HELD_OUT = "loss", "val_loss"
LEAST_FALL = 0.1
"""A tenth of the first loss: below it, swings and rises no longer matter."""


@dataclass(frozen=True)
class HistoryCurve:
    """One training's own losses, epoch by epoch, in the loss's own units. Shares are relative: .1 is 10 %.

    It is one training, scored on the rows that the script chose, by a loss that may hold penalties: it raises
    suspicions, and cannot tell one cause from another that bends the curve the same way.

    Attributes:
        epochs: epochs recorded; 0 where nothing was (then all else is void).
        validated: whether there is a validation loss.
        keeps_best: whether the weights of the best epoch are kept, as far as is known.
        stopped: whether a stop rule ended it before its last epoch, as far as is known.
        broken_at: the first epoch (from 1) with a loss that is not finite; None where all are. The rest then
            describes the epochs before it.
        first: training loss after the first epoch.
        train: training loss after the last.
        held_out: validation loss after the last; NaN without.
        lowest: lowest validation loss, by a running median; NaN without.
        best_epoch: the epoch of it, from 1; the last one without.
        fall: fall of the training loss from the first epoch to its lowest.
        late_fall: fall of the training loss over the last quarter (trend line); negative where it rises.
        held_out_late_fall: the same of the validation loss; that of the training loss without.
        late_error: standard error of `held_out_late_fall`, from the swings around the trend.
        rise: how far the last validation loss lies above the lowest, both by a running median; 0 or more.
        lost: share of the fall of the training loss that was lost again by the end, by a running median; 0 where it
            never fell by more than a tenth.
        swing: size of the step-to-step swings of the training loss in the last half, against its level, or a tenth of
            its first value where it is below that.
        held_out_swing: the same of the validation loss; 0 without.
        gap: validation minus training loss after the last epoch, over the validation loss.
        gap_at_best: the same at the epoch with the lowest validation loss.
    """

    epochs: int = 0
    validated: bool = False
    keeps_best: bool = False
    stopped: bool = False
    broken_at: int | None = None
    first: float = math.nan
    train: float = math.nan
    held_out: float = math.nan
    lowest: float = math.nan
    best_epoch: int = 0
    fall: float = 0.0
    late_fall: float = 0.0
    held_out_late_fall: float = 0.0
    late_error: float = 0.0
    rise: float = 0.0
    lost: float = 0.0
    swing: float = 0.0
    held_out_swing: float = 0.0
    gap: float = 0.0
    gap_at_best: float = 0.0

    @property
    def measured(self) -> bool:
        """Whether there is any loss to look at."""
        return self.epochs > 0

    @property
    def best_at(self) -> float:
        """Share of the epochs after which the validation loss was lowest; 1 without validation."""
        return self.best_epoch / self.epochs if self.epochs else 1.0


def history_curve(case: Case) -> HistoryCurve:
    """Read the losses that the script's own fit recorded; nothing is measured where it was skipped."""
    stop = case.recipe.stop
    return read_curve(
        case.observed.history, keeps_best=stop is not None and stop.restore_best, planned=case.recipe.epochs
    )


def read_curve(
    history: Mapping[str, Sequence[float]], *, keeps_best: bool = False, planned: int | None = None
) -> HistoryCurve:
    """Describe a history such as Keras' `History.history`.

    Args:
        history: name → one value for each epoch; "loss" and, where there was validation, "val_loss".
        keeps_best: whether the weights of the best epoch were kept.
        planned: epochs that fit was asked for, where that is known.
    """
    train = np.asarray(history.get(TRAIN, ()), dtype=float)
    held_out = np.asarray(history.get(HELD_OUT, ()), dtype=float)
    # Keras' validation_freq: one validation for several epochs.
    every = max(len(train) // len(held_out), 1) if len(held_out) else 1
    bad = ~np.isfinite(train)
    bad[every - 1 :: every][: len(held_out)] |= ~np.isfinite(held_out[: len(train) // every])
    broken_at = int(np.argmax(bad)) + 1 if bad.any() else None
    if broken_at is not None:
        train, held_out = train[: broken_at - 1], held_out[: (broken_at - 1) // every]
    stopped = planned is not None and len(history.get(TRAIN, ())) < planned
    known = {"keeps_best": keeps_best, "stopped": stopped, "broken_at": broken_at, "validated": HELD_OUT in history}
    if not len(train):
        return HistoryCurve(epochs=int(broken_at is not None), **known)
    tiny = MATERIAL * abs(float(train[0]))
    held_out = held_out[: len(train) // every]
    return HistoryCurve(
        epochs=len(train), **known, **_training(train, tiny), **_validation(train, held_out, every, tiny)
    )


def _training(train: _curves.Array, tiny: float) -> dict[str, float]:
    smooth = _curves.smooth(train)
    first, lowest = float(train[0]), float(np.min(smooth))
    fell = first - lowest
    return {
        "first": first,
        "train": float(train[-1]),
        "fall": _curves.fall(first, float(np.min(train)), tiny),
        "late_fall": _curves.late_fall(range(1, len(train) + 1), train, tiny),
        "lost": (float(smooth[-1]) - lowest) / fell if fell > LEAST_FALL * abs(first) else 0.0,
        "swing": _curves.oscillation(train, LEAST_FALL * abs(first)),
    }


def _validation(train: _curves.Array, held_out: _curves.Array, every: int, tiny: float) -> dict[str, Any]:
    curve = held_out if len(held_out) else train
    epochs = range(1, len(curve) + 1)
    swing = _curves.oscillation(curve, tiny)
    late = max(len(curve) // 4, 3)
    told: dict[str, Any] = {
        "held_out_late_fall": _curves.late_fall(epochs, curve, tiny),
        # The fall is the slope times n - 1 steps, and the slope's variance is 12 σ² / n³ for n even steps.
        "late_error": swing * math.sqrt(12 / late),
        "best_epoch": len(train),
    }
    if not len(held_out):
        return told
    smooth = _curves.smooth(held_out)
    best = int(np.argmin(smooth))
    lowest = float(smooth[best])
    return told | {
        "held_out": float(held_out[-1]),
        "lowest": lowest,
        "best_epoch": (best + 1) * every,
        "rise": max(0.0, -_curves.fall(lowest, float(smooth[-1]), tiny)),
        "held_out_swing": swing,
        "gap": (float(held_out[-1]) - float(train[-1])) / (abs(float(held_out[-1])) + tiny),
        "gap_at_best": (lowest - float(train[(best + 1) * every - 1])) / (abs(lowest) + tiny),
    }
