"""unshuffled-split: rows sorted by what is to be predicted, and `validation_split` takes the last of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE
from planted.tasks import RHYTHMS, rhythms

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


PLANTED = (
    Planted("iris by species", CAUSE, "iris", replace(IRIS, rows=by_target(data.iris), share=0.3).make),
    Planted("wine by grower", CAUSE, "wine", replace(WINE, rows=by_target(data.wine), share=0.25).make),
    Planted("digits by digit", CAUSE, "digits", replace(DIGITS, rows=by_target(data.digits)).make),
    Planted("Friedman by target", CAUSE, "friedman", replace(FRIEDMAN, rows=by_target(data.friedman)).make),
    Planted("waves by rhythm", CAUSE, "rhythms", replace(RHYTHMS, rows=by_target(rhythms)).make),
)
NEAR_MISSES = (
    Planted("species in turn", CAUSE, "iris", replace(IRIS, rows=by_turns).make),
    Planted("sorted by an idle column", CAUSE, "friedman", replace(FRIEDMAN, rows=by_idle_column).make),
    Planted("random rows given for validation", CAUSE, "cancer", replace(CANCER, validation="given").make),
)
