"""missing-values: cells that are not numbers, and placeholders such as -999 that stand for nothing measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, WINE
from planted.tasks import RHYTHMS, rhythms

CAUSE = "missing-values"


def holes(rows: Callable[[int], Table], share: float, value: float) -> Callable[[int], Table]:
    """The same rows with a share of all cells replaced."""

    def with_holes(seed: int) -> Table:
        x, y = rows(seed)
        gone = np.random.default_rng([seed, 21]).random(x.shape) < share
        return np.where(gone, np.float32(value), x), y

    return with_holes


def placeholder(every: int) -> Callable[[int], Table]:
    """Breast cancer, one measurement recorded as -999 in one of so many rows."""

    def rows(seed: int) -> Table:
        x, y = data.cancer(seed)
        x = x.copy()
        x[::every, 3] = -999
        return x, y

    return rows


def unknown(rows: Callable[[int], Table], share: float) -> Callable[[int], Table]:
    """The same rows, of which a share has no target."""

    def with_gaps(seed: int) -> Table:
        x, y = rows(seed)
        gone = np.random.default_rng([seed, 24]).random(len(y)) < share
        return x, np.where(gone, np.nan, y).astype(np.float32)

    return with_gaps


def counted(seed: int) -> Table:
    """Friedman's rows beside a count that is honestly 0 in most rows."""
    x, y = data.friedman(seed)
    count = np.random.default_rng([seed, 22]).poisson(0.5, (len(x), 1)) - 0.5
    return np.concatenate([x, count.astype(np.float32)], axis=1), y


def filled(seed: int) -> Table:
    """Wine with holes that were already filled by the column's mean, and a flag column that says where."""
    x, y = data.wine(seed)
    gone = np.random.default_rng([seed, 23]).random(len(x)) < 0.1
    x = x.copy()
    x[gone, 2] = 0
    return np.concatenate([x, gone[:, None].astype(np.float32)], axis=1), y


PLANTED = (
    *graded(
        "wine with NaN in {:.1%} of the cells",
        CAUSE,
        "wine",
        lambda share: replace(WINE, rows=holes(data.wine, share, np.nan)).make,
        (0.005, 0.02, 0.1),
    ),
    *graded(
        "rhythms with gaps in {:.1%} of the steps",
        CAUSE,
        "rhythms",
        lambda share: replace(RHYTHMS, rows=holes(rhythms, share, np.nan)).make,
        (0.001, 0.01, 0.05),
    ),
    *graded(
        "Friedman's rows with {:.1%} infinite cells",
        CAUSE,
        "friedman",
        lambda share: replace(FRIEDMAN, rows=holes(data.friedman, share, np.inf)).make,
        (0.001, 0.01, 0.05),
    ),
    *graded(
        "tumours, every {}th with -999",
        CAUSE,
        "cancer",
        lambda every: replace(CANCER, rows=placeholder(every)).make,
        (40, 14, 4),
        ("unscaled-inputs",),  # What stands for nothing measured is what makes the column's scale so large.
    ),
    *graded(
        "{:.0%} of the patients were not seen again",
        CAUSE,
        "diabetes",
        lambda share: replace(DIABETES, rows=unknown(data.diabetes, share)).make,
        (0.01, 0.05, 0.2),
    ),
)
NEAR_MISSES = (
    Planted("digits with many honest zeros", CAUSE, "digits", DIGITS.make),
    Planted("a count that is mostly zero", CAUSE, "friedman", replace(FRIEDMAN, rows=counted).make),
    Planted("holes already filled and flagged", CAUSE, "wine", replace(WINE, rows=filled).make),
)
