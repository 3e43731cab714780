"""wrong-output-units: the output is narrower than what is to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE
from planted.tasks import DIGIT_PICTURES, convolutional

CAUSE = "wrong-output-units"


def two_numbers(likeness: float) -> Callable[[int], Table]:
    """Friedman's rows with a second target that is correlated with the first one, by `likeness`."""

    def rows(seed: int) -> Table:
        x, y = data.friedman(seed)
        other = data.standard(np.sin(2 * x[:, 1]))
        second = likeness * y + np.sqrt(1 - likeness**2) * other
        return x, np.stack([y, second], axis=1).astype(np.float32)

    return rows


def rarer(kind: int, count: int) -> Callable[[int], Table]:
    """Iris with only `count` flowers of one species."""

    def rows(seed: int) -> Table:
        x, y = data.iris(seed)
        kept = np.delete(np.arange(len(y)), np.flatnonzero(y == kind)[count:])
        return x[kept], y[kept]

    return rows


PAIR = replace(FRIEDMAN, rows=two_numbers(0.0), outputs=2)
PLANTED = (
    *graded(
        "one unit for two numbers, alike by {}",
        CAUSE,
        "friedman",
        lambda likeness: replace(PAIR, rows=two_numbers(likeness), outputs=1).make,
        (0.9, 0.5, 0.0),
    ),
    *graded("{} units for ten digits", CAUSE, "digits", lambda units: replace(DIGITS, outputs=units).make, (9, 8, 6)),
    *graded(
        "filters and {} units for ten digits",
        CAUSE,
        "digit pictures",
        lambda units: replace(DIGIT_PICTURES, build=convolutional(units)).make,
        (9, 8, 6),
    ),
    *graded(
        "two units for three species, {} flowers of the third",
        CAUSE,
        "iris",
        lambda count: replace(IRIS, rows=rarer(2, count), outputs=2).make,
        (15, 30, 50),
    ),
    Planted(
        "one unit for three growers",
        CAUSE,
        "wine",
        replace(WINE, outputs=1, output="sigmoid", loss="binary_crossentropy").make,
    ),
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
