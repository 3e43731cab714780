"""What makes the inputs a table of columns, and which of its columns hold codes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.recipe import Recipe

Array = np.ndarray[Any, Any]
FEWEST_CODES, MOST_CODES = 3, 20
"""A column with fewer values is a flag already; with more, its numbers more likely count or measure something."""
ROWS_EACH = 10
"""Rows that there are for each code, on average: fewer cannot tell codes from a measurement."""
MOST_COLUMNS = 200


def is_table(recipe: Recipe, x: Array) -> bool:
    """Whether the inputs are rows of numeric columns that enter a dense network, not signals, pictures or tokens."""
    reshaped = architecture.has(recipe.model, "Embedding", "Reshape", "Conv1D", "Conv2D", "LSTM", "GRU", "SimpleRNN")
    return x.ndim == 2 and x.dtype.kind in "fiub" and x.shape[1] <= MOST_COLUMNS and not reshaped


def code_columns(x: Array) -> tuple[tuple[int, tuple[float, ...]], ...]:
    """(column number, its values in ascending order) of columns with few different whole numbers, none missing.

    A table of which most columns look like that is a grid of counts or pixels: then there are none.

    Args:
        x: training rows, shape (n, columns).
    """
    found: list[tuple[int, tuple[float, ...]]] = []
    for at in range(x.shape[1]):
        values = np.unique(x[:, at].astype(np.float64))
        few = FEWEST_CODES <= len(values) <= min(MOST_CODES, len(x) // ROWS_EACH)
        if few and np.isfinite(values).all() and bool(np.all(values == np.round(values))):
            found.append((at, tuple(float(value) for value in values)))
    return tuple(found) if len(found) <= max(x.shape[1] / 2, 8) else ()
