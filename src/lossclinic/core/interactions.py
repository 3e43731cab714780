"""Which products of two columns say something about the targets that no straight line over the columns says."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
MOST_CLASSES = 20
"""Whole numbers with no more values than this are read as classes."""


def strongest_pairs(z: Array, y: Array, count: int) -> tuple[tuple[int, int], ...]:
    """The pairs of columns whose product goes along best with what a linear fit leaves over.

    Args:
        z: training rows, shape (n, columns), every column with mean 0 and deviation 1, finite.
        y: their targets in any form: numbers, labels or one-hot rows, shape (n,) or (n, outputs).
        count: how many pairs; fewer come back where there are fewer.

    Returns:
        (column, later column), the strongest first.

    References:
        Hao and Zhang, "Interaction screening for ultra-high dimensional data" (2014).
    """
    rows, columns = z.shape
    wanted = _numbers(y)
    design = np.column_stack([np.ones(rows), z])
    left = wanted - design @ np.linalg.lstsq(design, wanted, rcond=None)[0]
    together = z.T @ z / rows
    spread = np.sqrt(np.maximum((z**2).T @ z**2 / rows - together**2, 1e-12))
    strength = np.zeros((columns, columns))
    for output in left.T:
        deviation = float(output.std())
        if deviation > 1e-9:
            strength += ((z * output[:, None]).T @ z / rows / spread / deviation) ** 2
    first, second = np.triu_indices(columns, 1)
    best = np.argsort(-strength[first, second], kind="stable")[:count]
    return tuple((int(first[at]), int(second[at])) for at in best)


def _numbers(y: Array) -> Array:
    """Targets as numbers, classes as one 0/1 column each; rows without a target count as average."""
    wide = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    if wide.shape[1] == 1:
        values = np.unique(wide[np.isfinite(wide)])
        if 2 < len(values) <= MOST_CLASSES and bool(np.all(values == np.round(values))):
            wide = (wide == values).astype(np.float64)
    return np.where(np.isfinite(wide), wide, np.nanmean(wide, axis=0))
