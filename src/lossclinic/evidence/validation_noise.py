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


@dataclass(frozen=True)
class ValidationNoise:
    """The uncertainty of the user's validation score.

    Attributes:
        rows: validation rows of the user's own split; 0 without one.
        accuracy: share of right answers on held-out rows, median over seeds; None for numbers and labels.
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
    if case.task.is_classes:
        accuracy = float(np.median([t.held_out_accuracy[t.chosen] for t in baseline.good]))
        if not math.isfinite(accuracy):
            return ValidationNoise(rows)
        return ValidationNoise(rows, accuracy, wilson_half_width(accuracy, rows))
    trained = references.ranked
    if not trained or not references.held_out or references.trivial <= 0:
        return ValidationNoise(rows)
    _, score, error = trained[0]
    # Errors of single rows grow with the score; the network's may be larger than the reference's.
    larger = max(baseline.held_out / score, 1.0) if score > 0 and math.isfinite(baseline.held_out) else 1.0
    of_one_row = error * math.sqrt(references.held_out) * larger
    half = Z * of_one_row / math.sqrt(rows)
    return ValidationNoise(rows, None, half / references.trivial, half / max(score * larger, 1e-12))


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
