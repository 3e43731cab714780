"""Whether the positions of an image or a sequence have an order: whether neighbours are more alike than others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.case import Case

Array = np.ndarray[Any, Any]
MOST_ROWS = 1000
MOST_PAIRS = 2000


@dataclass(frozen=True)
class Order:
    """How alike neighbouring positions are.

    Attributes:
        rank: axes of one row: 1 for columns, 2 for sequences and grey pictures, 3 for pictures with channels.
        positions: size of each axis but the last.
        neighbours: mean absolute correlation of positions side by side, over the rows.
        others: the same of positions drawn at random.
    """

    rank: int
    positions: tuple[int, ...] = ()
    neighbours: float = 0.0
    others: float = 0.0

    @property
    def gap(self) -> float:
        """How much more alike neighbours are."""
        return self.neighbours - self.others


def order(case: Case) -> Order:
    """Compare the correlation of neighbouring positions with that of any two, on the training rows."""
    x = np.asarray(case.data.x)
    if x.ndim < 3 or x.dtype.kind not in "fiub":
        return Order(x.ndim - 1)
    part = x[: min(case.data.n_train, MOST_ROWS)].astype(np.float64)
    part = np.where(np.isfinite(part), part, 0.0)
    pixels = part if x.ndim > 3 else part.reshape(*part.shape[:2], -1)
    sizes = pixels.shape[1:-1]
    rng = np.random.default_rng(0)
    chosen = [rng.integers(0, size, MOST_PAIRS) for size in (*sizes, pixels.shape[-1])]
    axis = int(np.argmax(sizes))
    beside = [*chosen]
    beside[axis] = np.minimum(chosen[axis] + 1, sizes[axis] - 1)
    apart = [rng.permutation(values) for values in chosen[:-1]] + [chosen[-1]]
    return Order(x.ndim - 1, tuple(int(s) for s in sizes), *(_alike(pixels, chosen, o) for o in (beside, apart)))


def _alike(values: Array, first: list[Array], second: list[Array]) -> float:
    """Mean absolute correlation of pairs of positions over the rows; those of one position or no spread left out."""
    a, b = values[(slice(None), *first)], values[(slice(None), *second)]
    differ = np.any([one != other for one, other in zip(first, second, strict=True)], axis=0)
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    kept = differ & (size > 1e-12)
    return float(np.mean(np.abs((a * b).sum(axis=0)[kept] / size[kept]))) if kept.any() else 0.0
