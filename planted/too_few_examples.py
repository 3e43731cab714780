"""too-few-examples: rows that show too little of the pattern, for this network and for any other model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import DIABETES, DIGITS, FRIEDMAN, LINE, MOONS, WAVE

CAUSE = "too-few-examples"


def few(rows: Callable[[int], Table], count: int) -> Callable[[int], Table]:
    """Only so many of the rows."""

    def cut(seed: int) -> Table:
        x, y = rows(seed)
        return x[:count], y[:count]

    return cut


def ripples(seed: int) -> Table:
    """400 points of waves over two columns: two periods by one."""
    rng = np.random.default_rng([seed, 71])
    x = rng.uniform(-1, 1, (400, 2))
    y = np.sin(2 * np.pi * x[:, 0]) * np.cos(np.pi * x[:, 1]) + rng.normal(0, 0.05, 400)
    return data.shuffled(data.standard(x), data.standard(y).astype(np.float32), seed)


def parity(seed: int) -> Table:
    """400 points: the sign of a product of two columns, beside three that do not matter."""
    rng = np.random.default_rng([seed, 72])
    x = rng.normal(0, 1, (400, 5))
    return data.shuffled(x, (x[:, 0] * x[:, 1] > 0).astype(np.int64), seed)


PLANTED = (
    *graded(
        "{} digits",
        CAUSE,
        "digits",
        lambda count: replace(DIGITS, rows=few(data.digits, count)).make,
        (130, 110, 90),
    ),
    *graded(
        "{} of Friedman's rows",
        CAUSE,
        "friedman",
        lambda count: replace(FRIEDMAN, rows=few(data.friedman, count)).make,
        (200, 150, 100),
    ),
    *graded(
        "{} points of ripples",
        CAUSE,
        "ripples",
        lambda count: replace(WAVE, rows=few(ripples, count), l2=1e-3).make,
        (170, 130, 100),
    ),
    *graded(
        "{} products of signs",
        CAUSE,
        "parity",
        lambda count: replace(MOONS, rows=few(parity, count), l2=3e-3).make,
        (150, 120, 90),
    ),
)
NEAR_MISSES = (
    Planted("diabetes", CAUSE, "diabetes", DIABETES.make),
    Planted("a hundred points of a line", CAUSE, "line", replace(LINE, rows=few(data.line, 100)).make),
    Planted(
        "a network that memorises", CAUSE, "diabetes", replace(DIABETES, hidden=(64, 64), l2=0.0, patience=None).make
    ),
)
