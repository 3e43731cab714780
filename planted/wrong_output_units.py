"""wrong-output-units: the output is narrower than what is to be predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE

CAUSE = "wrong-output-units"


def two_numbers(seed: int) -> Table:
    """Friedman's rows with a second target, a wave over one of the columns."""
    x, y = data.friedman(seed)
    return x, np.stack([y, np.sin(2 * x[:, 1])], axis=1).astype(np.float32)


PAIR = replace(FRIEDMAN, rows=two_numbers, outputs=2)
PLANTED = (
    Planted("one unit for two numbers", CAUSE, "friedman", replace(PAIR, outputs=1).make),
    Planted("six units for ten digits", CAUSE, "digits", replace(DIGITS, outputs=6).make),
    Planted(
        "one unit for three growers",
        CAUSE,
        "wine",
        replace(WINE, outputs=1, output="sigmoid", loss="binary_crossentropy").make,
    ),
    Planted("two units for three species", CAUSE, "iris", replace(IRIS, outputs=2).make),
)
NEAR_MISSES = (
    Planted("two units for two numbers", CAUSE, "friedman", PAIR.make),
    Planted(
        "two units for two kinds of tumour",
        CAUSE,
        "cancer",
        replace(CANCER, outputs=2, output="softmax", loss="sparse_categorical_crossentropy").make,
    ),
    Planted("one unit to spare", CAUSE, "wine", replace(WINE, outputs=4).make),
)
