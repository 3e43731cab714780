"""wrong-loss: the loss does not suit what is to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WAVE, WINE

CAUSE = "wrong-loss"


def one_hot(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same rows with classes as one-hot targets."""

    def in_columns(seed: int) -> Table:
        x, y = rows(seed)
        return x, np.eye(int(y.max()) + 1, dtype=np.float32)[y]

    return in_columns


PLANTED = (
    Planted(
        "absolute error of one-hot species", CAUSE, "iris", replace(IRIS, rows=one_hot(data.iris), loss="mae").make
    ),
    Planted(
        "absolute error of one-hot digits", CAUSE, "digits", replace(DIGITS, rows=one_hot(data.digits), loss="mae").make
    ),
    Planted("cross-entropy of a wave", CAUSE, "wave", replace(WAVE, loss="binary_crossentropy").make),
    Planted("hinge of a probability", CAUSE, "cancer", replace(CANCER, loss="hinge").make),
)
NEAR_MISSES = (
    Planted("Huber's loss of numbers", CAUSE, "friedman", replace(FRIEDMAN, loss="huber").make),
    Planted(
        "cross-entropy of one-hot growers",
        CAUSE,
        "wine",
        replace(WINE, rows=one_hot(data.wine), loss="categorical_crossentropy").make,
    ),
    Planted(
        "divergence of one-hot species",
        CAUSE,
        "iris",
        replace(IRIS, rows=one_hot(data.iris), loss="kl_divergence").make,
    ),
)
