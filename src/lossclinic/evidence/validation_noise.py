"""How far the user's own validation score can be off, because it rests on few rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.lab import Baseline
from lossclinic.evidence.references import References

Z = 1.96
"""Deviations of a normal curve on either side of which 95 % lie."""
NEAR = 1.1
"""A network within a tenth of the best reference's score has learnt what there is to learn."""
ONCE_IT_LEARNS = 0.9
"""What ails a network that has not is no matter of its validation rows; they are judged by what it should reach."""


@dataclass(frozen=True)
class ValidationNoise:
    """The uncertainty of the user's validation score.

    Attributes:
        rows: validation rows of the user's own split; 0 without one.
        accuracy: share of right answers on held-out rows, median over seeds; 90 % at least where a reference model
            shows that the network has yet to learn. None for numbers and labels.
        half_width: half of the 95 % interval that so many rows leave: of the accuracy (Wilson's interval) for classes,
            else of the score as a share of the constant answer's; None where nothing could be measured.
        of_score: the same for numbers, as a share of the score itself; None for classes.
    """

    rows: int
    accuracy: float | None = None
    half_width: float | None = None
    of_score: float | None = None


def validation_noise(case: Case, baseline: Baseline, references: References) -> ValidationNoise:
    """Measure the interval that the user's number of validation rows leaves.

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    rows = _rows(case)
    if not rows or not baseline.good:
        return ValidationNoise(rows)
    trained = references.ranked
    if case.task.is_classes:
        accuracy = float(np.median([t.agreement for t in baseline.good]))
        if not math.isfinite(accuracy):
            return ValidationNoise(rows)
        if trained and baseline.held_out > NEAR * trained[0][1]:
            accuracy = max(accuracy, ONCE_IT_LEARNS)
        return ValidationNoise(rows, accuracy, wilson_half_width(accuracy, rows))
    if not trained or not references.held_out or references.trivial <= 0:
        return ValidationNoise(rows)
    _, score, error = trained[0]
    of_one_row = error * math.sqrt(references.held_out)
    half = Z * of_one_row / math.sqrt(rows)
    return ValidationNoise(rows, None, half / references.trivial, half / max(score, 1e-12))


def wilson_half_width(share: float, rows: int) -> float:
    """Half of the 95 % interval of a share that was seen in so many rows."""
    square = Z * Z / rows
    return Z * math.sqrt(share * (1 - share) / rows + square / (4 * rows)) / (1 + square)


def _rows(case: Case) -> int:
    data, split = case.data, case.recipe.split
    if split.kind == "given":
        rows = len(data) - data.n_train
    elif split.kind == "none":
        rows = 0
    else:
        rows = data.n_train - int(data.n_train * (1 - split.fraction))
    return round(rows * data.sampled_from / len(data)) if data.sampled_from else rows
