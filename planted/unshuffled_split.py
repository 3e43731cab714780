"""unshuffled-split: rows sorted by what is to be predicted, and `validation_split` takes the last of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, FRIEDMAN, IRIS, WINE
from planted.tasks import DIGIT_PICTURES, digit_pictures

CAUSE = "unshuffled-split"


def by_target(rows: Callable[[int], Table]) -> Callable[[int], Table]:
    """The same rows, sorted by their target."""

    def in_order(seed: int) -> Table:
        x, y = rows(seed)
        order = np.argsort(y, kind="stable")
        return x[order], y[order]

    return in_order


def by_turns(seed: int) -> Table:
    """Iris in a regular order: one of each species in turn."""
    x, y = data.iris(seed)
    order = np.argsort(y, kind="stable").reshape(3, -1).T.ravel()
    return x[order], y[order]


def by_idle_column(seed: int) -> Table:
    """Friedman's rows sorted by a column that does not matter."""
    x, y = data.friedman(seed)
    order = np.argsort(x[:, 8])
    return x[order], y[order]


def loosely(rows: Callable[[int], Table], jitter: float) -> Callable[[int], Table]:
    """The same rows in the order of their targets, each moved by up to so much of the whole length."""

    def in_order(seed: int) -> Table:
        x, y = by_target(rows)(seed)
        place = np.arange(len(x)) / len(x) + np.random.default_rng([seed, 61]).uniform(-jitter, jitter, len(x))
        order = np.argsort(place)
        return x[order], y[order]

    return in_order


PLANTED = (
    *graded(
        "iris by species, give or take {}",
        CAUSE,
        "iris",
        lambda jitter: replace(IRIS, rows=loosely(data.iris, jitter), share=0.3).make,
        (0.2, 0.1, 0.0),
    ),
    *graded(
        "Friedman by target, give or take {}",
        CAUSE,
        "friedman",
        lambda jitter: replace(FRIEDMAN, rows=loosely(data.friedman, jitter), share=0.3).make,
        (0.2, 0.1, 0.0),
    ),
    *graded(
        "digit pictures by digit, give or take {}",
        CAUSE,
        "digit pictures",
        lambda jitter: replace(DIGIT_PICTURES, rows=loosely(digit_pictures, jitter)).make,
        (0.15, 0.08, 0.0),
    ),
    *graded(
        "wine by grower, give or take {}",
        CAUSE,
        "wine",
        lambda jitter: replace(WINE, rows=loosely(data.wine, jitter), share=0.25).make,
        (0.2, 0.1, 0.0),
    ),
)
NEAR_MISSES = (
    Planted("species in turn", CAUSE, "iris", replace(IRIS, rows=by_turns).make),
    Planted("sorted by an idle column", CAUSE, "friedman", replace(FRIEDMAN, rows=by_idle_column).make),
    Planted("random rows given for validation", CAUSE, "cancer", replace(CANCER, validation="given").make),
)
