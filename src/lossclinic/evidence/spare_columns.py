"""Columns of a table that hold one value, or the values of another column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.preparation import spare_columns as spare
from lossclinic.core.rows import Plan, others
from lossclinic.evidence.inputs import InputStatistics

MOST_COLUMNS = 500
"""Wider rows are texts, signals or pictures, in which single positions mean little."""
FEWEST_ROWS = 20
FLAGS = 0.5
"""Where more than this share of the columns are 0/1 flags, the table is encoded: an unused flag is normal."""


@dataclass(frozen=True)
class SpareColumns:
    """Columns without information of their own.

    Attributes:
        constant: (name, value) of columns with one value.
        copies: (name, name of the earlier column) of columns that repeat another; constants are not copies.
        scale: median deviation of the columns that vary.
        reason: why columns were not compared; "" where they were.
    """

    constant: tuple[tuple[str, float], ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0
    reason: str = ""


def spare_columns(case: Case, plan: Plan, inputs: InputStatistics) -> SpareColumns:
    """Compare the columns over the rows that are not locked; flags are left out where the table is made of them."""
    x = case.data.x
    if inputs.image or inputs.tokens or x.ndim != 2 or x.dtype.kind not in "fiub" or x.shape[1] > MOST_COLUMNS:
        return SpareColumns(reason="the inputs are no table of columns")
    if architecture.has(case.recipe.model, "Conv1D", "LSTM", "GRU", "Reshape") or len(x) < FEWEST_ROWS:
        return SpareColumns(reason="the columns are steps of a signal, or there are too few rows")
    rows = x[others(len(x), plan.locked(case.data, case.task))]
    flags = np.array([column.flag or column.low == column.high in (0.0, 1.0) for column in inputs.columns])
    told = np.flatnonzero(spare(rows) & ~(flags & (flags.mean() > FLAGS)))
    varying = [column.std for column in inputs.columns if column.std > 0]
    constant: list[tuple[str, float]] = []
    copies: list[tuple[str, str]] = []
    for at in told:
        name = inputs.columns[at].name
        if bool(np.all(rows[:, at] == rows[0, at])):
            constant.append((name, float(rows[0, at])))
        else:
            first = next(i for i in range(at) if np.array_equal(rows[:, i], rows[:, at]))
            copies.append((name, inputs.columns[first].name))
    return SpareColumns(tuple(constant), tuple(copies), float(np.median(varying)) if varying else 1.0)
