"""What the targets hold: class shares, or the mean, spread and skew of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lossclinic.core.case import Case


@dataclass(frozen=True)
class TargetStatistics:
    """What the targets of a case look like.

    Attributes:
        rows: number of rows.
        counts: rows of each class, in the order of `Task.classes`; () for numbers and labels.
        missing: number of rows with a non-finite target.
        missing_rows: the first of their row numbers.
        mean: mean by output; class indices are not averaged: () for classes.
        std: standard deviation by output.
        low: smallest value by output.
        high: largest value by output.
        skew: third standardised moment by output; 0 where nothing varies.
        notes: sentences about labels that are not coded as Keras' losses count them.
    """

    rows: int
    counts: tuple[int, ...] = ()
    missing: int = 0
    missing_rows: tuple[int, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    skew: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each class; () for numbers and labels."""
        total = max(sum(self.counts), 1)
        return tuple(count / total for count in self.counts)


def targets(case: Case) -> TargetStatistics:
    """Measure the targets of a case as the script gives them; rows with non-finite targets are counted and left out."""
    y, task = np.asarray(case.data.y), case.task
    flat = y.reshape(len(y), -1).astype(np.float64)
    gaps = ~np.isfinite(flat).all(axis=1)
    missing, first = int(gaps.sum()), tuple(int(row) for row in np.flatnonzero(gaps)[:5])
    known = flat[~gaps]
    if task.is_classes:
        counts = np.bincount(task.encode(y[~gaps]), minlength=len(task.classes)) if len(known) else np.zeros(1, int)
        return TargetStatistics(
            len(y), tuple(int(count) for count in counts), missing, first, notes=_coding(task.classes, task.one_hot)
        )
    if not len(known):
        return TargetStatistics(len(y), missing=missing, missing_rows=first)
    mean, std = known.mean(axis=0), known.std(axis=0)
    skew = (((known - mean) / np.where(std > 0, std, 1.0)) ** 3).mean(axis=0)
    mean, std, low, high, skew = (
        tuple(float(v) for v in values) for values in (mean, std, known.min(axis=0), known.max(axis=0), skew)
    )
    return TargetStatistics(len(y), (), missing, first, mean, std, low, high, skew)


def _coding(classes: tuple[float, ...], one_hot: bool) -> tuple[str, ...]:
    if one_hot or classes == tuple(float(k) for k in range(len(classes))):
        return ()
    return (f"the labels are {', '.join(f'{c:g}' for c in classes[:6])}, not 0 to {len(classes) - 1}",)
