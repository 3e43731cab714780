"""leakage: the answer, or the very same rows, on both sides of the split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, FRIEDMAN, IRIS, LINE, WINE
from planted.tasks import RHYTHMS, rhythms

CAUSE = "leakage"
Rows = Callable[[int], Table]


def written_after(rows: Rows, deviation: float) -> Rows:
    """The same rows with a column written after the fact: the target with a little noise."""

    def told(seed: int) -> Table:
        x, y = rows(seed)
        late = y + np.random.default_rng([seed, 41]).normal(0, deviation, len(y))
        return np.concatenate([x, late[:, None].astype(np.float32)], axis=1), y

    return told


def label_column(scale: float) -> Callable[[int], Material]:
    """Wine with the grower's number left among the inputs, scaled."""

    def told(seed: int) -> Table:
        x, y = data.wine(seed)
        return np.concatenate([x, scale * (y[:, None] - 1).astype(np.float32)], axis=1), y

    return replace(WINE, rows=told).make


def recorded_twice(rows: Rows, share: float) -> Rows:
    """As many rows as before: this share of those that are left of them stand there twice."""

    def again(seed: int) -> Table:
        x, y = rows(seed)
        kept = np.arange(round(len(x) / (1 + share)))
        taken = np.concatenate([kept, kept[: round(share * len(kept))]])
        order = np.random.default_rng([seed, 42]).permutation(taken)
        return x[order], y[order]

    return again


PLANTED = (
    *graded(
        "written after the fact, to {}",
        CAUSE,
        "diabetes",
        lambda d: replace(DIABETES, rows=written_after(data.diabetes, d)).make,
        (0.08, 0.04, 0.01),
    ),
    *graded(
        "Friedman's value among the inputs, to {}",
        CAUSE,
        "friedman",
        lambda d: replace(FRIEDMAN, rows=written_after(data.friedman, d)).make,
        (0.08, 0.04, 0.01),
    ),
    *graded("the label among the inputs, times {}", CAUSE, "wine", label_column, (0.3, 1.0, 3.0)),
    *graded(
        "{} of the tumours twice",
        CAUSE,
        "cancer",
        lambda share: replace(CANCER, rows=recorded_twice(data.cancer, share)).make,
        (0.15, 0.4, 1.0),
    ),
    *graded(
        "{} of the waves twice",
        CAUSE,
        "rhythms",
        lambda share: replace(RHYTHMS, rows=recorded_twice(rhythms, share)).make,
        (0.15, 0.4, 1.0),
    ),
)
NEAR_MISSES = (
    Planted("one honest column that says most", CAUSE, "line", LINE.make),
    Planted("two flowers that happen to be equal", CAUSE, "iris", IRIS.make),
    Planted("an easy task", CAUSE, "wine", WINE.make),
)
