"""wrong-label-encoding: the labels are not counted as the loss counts them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, IRIS, MOONS, WINE

CAUSE = "wrong-label-encoding"


def labelled(rows: Callable[[int], Table], labels: Sequence[int]) -> Callable[[int], Table]:
    """The same rows with other labels for the classes, in their order."""

    def written(seed: int) -> Table:
        x, y = rows(seed)
        return x, np.asarray(labels)[y]

    return written


PLANTED = (
    Planted("minus one for malignant", CAUSE, "cancer", replace(CANCER, rows=labelled(data.cancer, (-1, 1))).make),
    Planted("half moons one and two", CAUSE, "moons", replace(MOONS, rows=labelled(data.moons, (1, 2))).make),
    Planted("growers from one", CAUSE, "wine", replace(WINE, rows=labelled(data.wine, (1, 2, 3))).make),
    Planted("digits from one", CAUSE, "digits", replace(DIGITS, rows=labelled(data.digits, range(1, 11))).make),
    Planted("species by tens", CAUSE, "iris", replace(IRIS, rows=labelled(data.iris, (10, 20, 30))).make),
)
NEAR_MISSES = (
    Planted(
        "growers from one, with four units",
        CAUSE,
        "wine",
        replace(WINE, rows=labelled(data.wine, (1, 2, 3)), outputs=4).make,
    ),
    Planted(
        "minus one behind tanh",
        CAUSE,
        "cancer",
        replace(CANCER, rows=labelled(data.cancer, (-1, 1)), output="tanh", loss="mse").make,
    ),
    Planted(
        "minus one for a hinge",
        CAUSE,
        "moons",
        replace(MOONS, rows=labelled(data.moons, (-1, 1)), output="tanh", loss="hinge").make,
    ),
)
