"""missing-values: cells that are not numbers, and placeholders such as -999 that stand for nothing measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE

CAUSE = "missing-values"


def holes(rows: Callable[[int], Table], share: float, value: float) -> Callable[[int], Table]:
    """The same rows with a share of all cells replaced."""

    def with_holes(seed: int) -> Table:
        x, y = rows(seed)
        gone = np.random.default_rng([seed, 21]).random(x.shape) < share
        return np.where(gone, np.float32(value), x), y

    return with_holes


def placeholder(seed: int) -> Table:
    """Breast cancer, one measurement recorded as -999 in every seventh row."""
    x, y = data.cancer(seed)
    x = x.copy()
    x[::7, 3] = -999
    return x, y


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
    Planted(
        "wine with NaN in 2 % of the cells", CAUSE, "wine", replace(WINE, rows=holes(data.wine, 0.02, np.nan)).make
    ),
    Planted("one iris with NaN", CAUSE, "iris", replace(IRIS, rows=holes(data.iris, 0.004, np.nan)).make),
    Planted(
        "infinite cells in Friedman's rows",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=holes(data.friedman, 0.01, np.inf)).make,
    ),
    Planted(
        "-999 in every seventh tumour", CAUSE, "cancer", replace(CANCER, rows=placeholder).make, ("unscaled-inputs",)
    ),
)
NEAR_MISSES = (
    Planted("digits with many honest zeros", CAUSE, "digits", DIGITS.make),
    Planted("a count that is mostly zero", CAUSE, "friedman", replace(FRIEDMAN, rows=counted).make),
    Planted("holes already filled and flagged", CAUSE, "wine", replace(WINE, rows=filled).make),
)
