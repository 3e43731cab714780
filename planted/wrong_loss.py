"""wrong-loss: the loss does not suit what is to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import DIGITS, FRIEDMAN, IRIS, WAVE, WINE
from planted.logits_mismatch import CLOUDS, HALVES

CAUSE = "wrong-loss"


def one_hot(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same rows with classes as one-hot targets."""

    def in_columns(seed: int) -> Table:
        x, y = rows(seed)
        return x, np.eye(int(y.max()) + 1, dtype=np.float32)[y]

    return in_columns


FOR_CLASSES = ("binary_crossentropy", "squared_hinge", "hinge")
PLANTED = (
    *graded(
        "{} of one-hot digits",
        CAUSE,
        "digits",
        lambda loss: replace(DIGITS, rows=one_hot(data.digits), loss=loss).make,
        ("poisson", "mse", "mae"),
    ),
    *graded("{} of a wave", CAUSE, "wave", lambda loss: replace(WAVE, loss=loss).make, FOR_CLASSES),
    *graded("{} of Friedman's numbers", CAUSE, "friedman", lambda loss: replace(FRIEDMAN, loss=loss).make, FOR_CLASSES),
    *graded(
        "hinge of a probability, clouds at {}",
        CAUSE,
        "clouds",
        lambda rate: replace(CLOUDS, loss="hinge", rate=rate).make,
        (0.002, 0.003, 0.005),
    ),
    *graded(
        "hinge of a probability, diabetes at {}",
        CAUSE,
        "diabetes",
        lambda rate: replace(HALVES, loss="hinge", rate=rate).make,
        (0.002, 0.005, 0.01),
    ),
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
