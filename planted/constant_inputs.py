"""constant-inputs: columns that hold one value, or the values of another column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, MOONS
from planted.tasks import TWO_NUMBERS, two_numbers

CAUSE = "constant-inputs"
AT_FLOOR = ("noise-floor",)
"""Such columns mostly cost nothing: where the score is as good as the rows allow, saying so is right."""


def with_constant(rows: Callable[[int], Table], *values: float) -> Callable[[int], Table]:
    """The same rows beside columns that hold these values."""

    def beside(seed: int) -> Table:
        x, y = rows(seed)
        return np.concatenate([x, np.tile(np.float32(values), (len(x), 1))], axis=1), y

    return beside


def with_copies(rows: Callable[[int], Table], *columns: int) -> Callable[[int], Table]:
    """The same rows, these columns given twice."""

    def twice(seed: int) -> Table:
        x, y = rows(seed)
        return np.concatenate([x, x[:, list(columns)]], axis=1), y

    return twice


def encoded(seed: int) -> Table:
    """Friedman's rows, the last column as eight flags, of which two codes never occur."""
    x, y = data.friedman(seed)
    code = np.clip(np.digitize(x[:, -1], np.linspace(-1.5, 1.5, 5)), 0, 5)
    flags = np.eye(16, dtype=np.float32)[code]
    return np.concatenate([x[:, :-1], flags], axis=1), y


def nearly(seed: int) -> Table:
    """Diabetes beside a copy of a column measured again, with a little error."""
    x, y = data.diabetes(seed)
    again = x[:, :1] + 0.01 * np.random.default_rng([seed, 81]).normal(0, 1, (len(x), 1)).astype(np.float32)
    return np.concatenate([x, again.astype(np.float32)], axis=1), y


PLANTED = (
    *graded(
        "a year that is always {}",
        CAUSE,
        "moons",
        lambda value: replace(MOONS, rows=with_constant(data.moons, value)).make,
        (2.0, 4.0, 8.0),
        AT_FLOOR,
    ),
    *graded(
        "two numbers, {} columns given twice",
        CAUSE,
        "two numbers",
        lambda count: replace(TWO_NUMBERS, rows=with_copies(two_numbers, *range(count))).make,
        (1, 2, 4),
        AT_FLOOR,
    ),
    *graded(
        "{} columns given twice",
        CAUSE,
        "diabetes",
        lambda count: replace(DIABETES, rows=with_copies(data.diabetes, *range(2, 2 + count))).make,
        (1, 2, 5),
        AT_FLOOR,
    ),
    *graded(
        "tumours, {} fields never filled in",
        CAUSE,
        "cancer",
        lambda count: replace(CANCER, rows=with_constant(data.cancer, *[0.0] * count)).make,
        (1, 4, 12),
        AT_FLOOR,
    ),
)
NEAR_MISSES = (
    Planted("pixels that are always dark", CAUSE, "digits", DIGITS.make),
    Planted("flags of codes that never occur", CAUSE, "friedman", replace(FRIEDMAN, rows=encoded).make),
    Planted("a measurement repeated with error", CAUSE, "diabetes", replace(DIABETES, rows=nearly).make),
)
