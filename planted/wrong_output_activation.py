"""wrong-output-activation: the output cannot reach the values that are to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, WAVE
from planted.tasks import THEMES, dense

CAUSE = "wrong-output-activation"


def within(rows: Callable[[int], Table], low: float, high: float) -> Callable[[int], Table]:
    """The same rows with targets stretched to [low, high]."""

    def bounded(seed: int) -> Table:
        x, y = rows(seed)
        share = (y - np.min(y)) / (np.max(y) - np.min(y))
        return x, (low + (high - low) * share).astype(np.float32)

    return bounded


PLANTED = (
    Planted("no negative numbers", CAUSE, "friedman", replace(FRIEDMAN, output="relu").make, ("dead-units",)),
    Planted("only numbers in [0, 1]", CAUSE, "wave", replace(WAVE, output="sigmoid").make),
    Planted(
        "only numbers in [-1, 1]",
        CAUSE,
        "diabetes",
        replace(DIABETES, rows=within(data.diabetes, -3, 3), output="tanh").make,
    ),
    Planted("softmax of one unit", CAUSE, "cancer", replace(CANCER, output="softmax").make),
    Planted("one of several themes", CAUSE, "themes", replace(THEMES, build=dense(16, 4, "softmax")).make),
)
NEAR_MISSES = (
    Planted(
        "sigmoid for numbers in [0.1, 0.9]",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=within(data.friedman, 0.1, 0.9), output="sigmoid", l2=1e-4).make,
    ),
    Planted(
        "tanh for numbers in [-0.8, 0.8]",
        CAUSE,
        "wave",
        replace(WAVE, rows=within(data.wave, -0.8, 0.8), output="tanh").make,
    ),
    Planted("softmax of ten units", CAUSE, "digits", DIGITS.make),
)
