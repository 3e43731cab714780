"""non-finite-loss: operations that are not defined for the numbers that they get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, WAVE, WINE

CAUSE = "non-finite-loss"
OUTPUT = ("wrong-output-activation", "wrong-loss")
"""A Poisson loss takes the logarithm of the output, which nothing keeps above 0."""


def counts(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same rows with counts as targets."""

    def counted(seed: int) -> Table:
        x, y = rows(seed)
        return x, np.maximum(np.round(3 + 1.5 * y), 0).astype(np.float32)

    return counted


TOWER = (16,) * 4
PLANTED = (
    Planted(
        "Friedman's counts, Poisson on a linear output",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=counts(data.friedman), loss="poisson").make,
        OUTPUT,
    ),
    Planted(
        "diabetes in steps, Poisson on a linear output",
        CAUSE,
        "diabetes",
        replace(DIABETES, rows=counts(data.diabetes), loss="poisson").make,
        OUTPUT,
    ),
    Planted(
        "a wave of counts, Poisson on a linear output",
        CAUSE,
        "wave",
        replace(WAVE, rows=counts(data.wave), loss="poisson").make,
        OUTPUT,
    ),
    Planted(
        "digits through a tower of exponentials",
        CAUSE,
        "digits",
        replace(DIGITS, hidden=TOWER, activation="exponential").make,
    ),
    Planted(
        "wine through a tower of exponentials",
        CAUSE,
        "wine",
        replace(WINE, hidden=TOWER, activation="exponential").make,
    ),
)
NEAR_MISSES = (
    Planted(
        "counts, Poisson on an exponential output",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=counts(data.friedman), loss="poisson", output="exponential", rate=1e-3).make,
    ),
    Planted(
        "diabetes in its own units, SGD",
        CAUSE,
        "diabetes",
        replace(DIABETES, rows=data.raw_diabetes, optimizer="SGD", rate=0.1).make,
    ),
    Planted(
        "tumours through one exponential", CAUSE, "cancer", replace(CANCER, activation="exponential", rate=1e-3).make
    ),
)
