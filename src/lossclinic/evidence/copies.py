"""Training rows that stand among other rows too, exactly or nearly, target included."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
NEAR = 0.01
"""A row is a near copy if its neighbour is this much closer than neighbours usually are."""
EQUAL = 1e-9
"""Rows that are no further apart are equal, but for rounding."""
SAME_TARGET = 0.01
"""Deviations of the targets within which two numbers are the same."""
MOST_COLUMNS = 32
"""Wider rows are projected at random: distances survive it (Johnson and Lindenstrauss 1984), and copies stay copies."""
MOST_ASKED = 1000
"""Rows over which the usual distance of neighbours is measured."""


def copies(x: Array, target: Array, other_x: Array, other_target: Array) -> Array:
    """Which rows another set of rows repeats.

    Args:
        x: inputs of the rows in question, shape (n, …), numeric; gaps count as 0.
        target: their targets, shape (n,) or (n, outputs).
        other_x: inputs of the other rows, shape (m, …).
        other_target: their targets.

    Returns:
        Booleans, shape (n,): the nearest other row is a copy, and has the same target.
    """
    from sklearn.neighbors import NearestNeighbors

    if not len(other_x) or len(x) < 2:
        return np.zeros(len(x), dtype=bool)
    rows, others = _flat(x), _flat(other_x)
    key, other_key = (np.asarray(part, dtype=np.float64).reshape(len(part), -1) for part in (target, other_target))
    rng = np.random.default_rng(0)
    z = comparable(np.concatenate([rows, others]), rows.std(axis=0), rng)
    z, other_z = z[: len(rows)], z[len(rows) :]
    reach = near_distance(z[:MOST_ASKED], z)
    distance, at = NearestNeighbors(n_neighbors=1).fit(other_z).kneighbors(z)
    close = (distance[:, 0] < reach) | (distance[:, 0] <= EQUAL)
    same = np.abs(key - other_key[at[:, 0]]) <= SAME_TARGET * key.std(axis=0) + 1e-12
    return close & same.all(axis=1)


def comparable(x: Array, deviation: Array, rng: np.random.Generator) -> Array:
    """Rows with every column on one scale, at most `MOST_COLUMNS` wide; columns without deviation count for nothing."""
    z = x / np.where(deviation > 1e-12, deviation, np.inf)
    if z.shape[1] > MOST_COLUMNS:
        z = z @ rng.normal(size=(z.shape[1], MOST_COLUMNS)) / np.sqrt(MOST_COLUMNS)
    return z


def near_distance(asked: Array, z: Array) -> float:
    """The distance below which two rows are near copies.

    Args:
        asked: comparable rows, the first of `z`.
        z: comparable rows that lie side by side as usual.
    """
    from sklearn.neighbors import NearestNeighbors

    inside, _ = NearestNeighbors(n_neighbors=2).fit(z).kneighbors(asked)
    usual = inside[:, 1][inside[:, 1] > EQUAL]
    return NEAR * float(np.median(usual)) if len(usual) else 0.0


def _flat(x: Array) -> Array:
    return np.nan_to_num(np.asarray(x).reshape(len(x), -1).astype(np.float64), posinf=0.0, neginf=0.0)
