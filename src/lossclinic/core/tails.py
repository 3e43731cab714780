"""How much of a column's spread a few extreme values make up."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
EXTREME = 0.01
"""The values that count as the tail: this share of the rows, the farthest from the median."""
HEAVY = 0.4
"""From this share of the spread on a tail is heavy. The tail of a normal curve makes up 8 %, that of an exponential
20 %, that of a log-normal of shape 1 about 40 %, that of shape 1.5 about 75 %."""
LONG = 0.25
"""Beside a heavy tail, tails from here on are treated like it: longer than an exponential's."""
FEWEST_VALUES = 10
"""A column of fewer different values holds counts of classes or codes: it has no tail."""
FAR_OUT = 3.0
"""Values more than this many interquartile ranges outside the quartiles are "far out" (Tukey 1977, section 2D)."""


def tail_share(x: Array) -> Array:
    """Share of the squared distance from the median that the farthest hundredth of the rows makes up, by column.

    It does not depend on the column's unit or origin.

    Args:
        x: rows of numbers, shape (n, columns); what is not finite is left out.

    Returns:
        Shape (columns,), within [0, 1]; 0 for columns with few different values or fewer than 20 numbers.
    """
    shares = np.zeros(x.shape[1])
    for at in range(x.shape[1]):
        known = x[np.isfinite(x[:, at]), at].astype(np.float64)
        if len(known) < 2 * FEWEST_VALUES or len(np.unique(known)) < FEWEST_VALUES:
            continue
        away = np.sort((known - np.median(known)) ** 2)
        shares[at] = away[-max(round(EXTREME * len(away)), 1) :].sum() / away.sum()
    return shares


def fences(x: Array) -> tuple[Array, Array]:
    """The lowest and highest value of each column that is not far out; infinite where the quartiles coincide.

    Args:
        x: rows of numbers, shape (n, columns); what is not finite is left out.
    """
    with np.errstate(all="ignore"):
        low, high = np.nanquantile(np.where(np.isfinite(x), x, np.nan).astype(np.float64), [0.25, 0.75], axis=0)
    reach = np.where(high > low, FAR_OUT * (high - low), np.inf)
    return low - reach, high + reach
