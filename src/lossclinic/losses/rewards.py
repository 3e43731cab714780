"""Rewards that a shaped loss knows by name, each as a figure of decisions and as its smooth counterpart.

Labels are "exclusive" (class numbers; the network gives a distribution over K classes) or "independent" (0 or 1, one
probability each). The smooth counterpart puts probabilities in the place of decisions, so that it has a gradient: for
costs and for balanced accuracy this is the exact expectation over labels drawn from the probabilities; for F1 it is the
"soft" F1, which is close to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
TINY = 1e-7


def f1(xp: Any, held: Any, found: Any) -> Any:
    """F1 of each column, then the mean over columns that hold anything; 0 where none does.

    Args:
        xp: `keras.ops` or NumPy.
        held: 1 where a row is of a class (or has a label), shape (n, columns).
        found: decisions or probabilities, same shape.
    """
    total = xp.sum(held, axis=0)
    each = 2 * xp.sum(held * found, axis=0) / (total + xp.sum(found, axis=0) + TINY)
    return _mean_where(xp, each, total)


def balanced_accuracy(xp: Any, held: Any, found: Any) -> Any:
    """Share found of each column, then the mean over columns that hold anything; arguments as for `f1`."""
    total = xp.sum(held, axis=0)
    return _mean_where(xp, xp.sum(held * found, axis=0) / (total + TINY), total)


def _mean_where(xp: Any, each: Any, total: Any) -> Any:
    present = xp.minimum(total, 1.0)
    return xp.sum(each * present) / xp.maximum(xp.sum(present), 1.0)


NAMED: dict[str, Callable[[Any, Any, Any], Any]] = {"f1": f1, "balanced-accuracy": balanced_accuracy}


def saved_cost(xp: Any, held: Any, found: Any, cost: Array) -> Any:
    """Minus the mean cost of a row.

    Args:
        xp: `keras.ops` or NumPy.
        held: 1 at the true class, shape (n, K).
        found: decisions or probabilities, same shape.
        cost: cost of deciding for column j where row i is true, shape (K, K).
    """
    return -xp.mean(xp.sum(xp.matmul(held, cost) * found, axis=1))
