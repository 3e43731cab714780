"""wrong-label-encoding: the labels are not counted as the loss counts them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIGITS, IRIS, MOONS, WINE
from planted.tasks import SENTENCES, sentences

CAUSE = "wrong-label-encoding"


def labelled(rows: Callable[[int], Table], labels: Sequence[int]) -> Callable[[int], Table]:
    """The same rows with other labels for the classes, in their order."""

    def written(seed: int) -> Table:
        x, y = rows(seed)
        return x, np.asarray(labels)[y]

    return written


def counted_from(
    training: Any, rows: Callable[[int], Table], classes: int
) -> Callable[[int], Callable[[int], Material]]:
    """First label → the training with its classes counted from there: the last ones have no unit to answer with."""
    return lambda first: replace(training, rows=labelled(rows, range(first, first + classes))).make


def written_as(training: Any, rows: Callable[[int], Table]) -> Callable[[tuple[int, int]], Callable[[int], Material]]:
    """Labels → the training with these for no and yes."""
    return lambda labels: replace(training, rows=labelled(rows, labels)).make


LABELS = ((-1, 1), (1, 2), (0, 255))
PLANTED = (
    *graded("tumours as {}", CAUSE, "cancer", written_as(CANCER, data.cancer), LABELS),
    *graded("sentences as {}", CAUSE, "sentences", written_as(SENTENCES, sentences), LABELS),
    *graded("species from {}", CAUSE, "iris", counted_from(IRIS, data.iris, 3), (1, 2, 10)),
    *graded("digits from {}", CAUSE, "digits", counted_from(DIGITS, data.digits, 10), (1, 2, 5)),
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
