"""Columns of whole numbers with few values, and whether their order says what the values say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan, others
from lossclinic.core.table import code_columns, is_table
from lossclinic.core.task import Task

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Code:
    """One column of codes.

    Attributes:
        name: the column's name.
        values: how many different values it has.
        by_group: share of the targets' variance that the mean of each value explains, corrected for their number.
        by_size: share that a straight line over the numbers explains, corrected in the same way.
        p_value: of the F test that the means of the values lie on a straight line.
    """

    name: str
    values: int
    by_group: float
    by_size: float
    p_value: float


@dataclass(frozen=True)
class Codes:
    """The columns of a table that may be codes; () where there are none or the inputs are no table."""

    columns: tuple[Code, ...] = ()


def codes(case: Case, recipe: Recipe, plan: Plan) -> Codes:
    """Compare, on rows that are not locked, what a code's values and what its size tell about the targets."""
    x = case.data.x
    if not is_table(recipe, x):
        return Codes()
    found = code_columns(x[: case.data.n_train])
    if not found:
        return Codes()
    rows = others(len(x), plan.locked(case.data, case.task))
    target = _target(case.task, case.data.y[rows])
    known = np.isfinite(target).all(axis=1)
    names = case.data.columns if len(case.data.columns) == x.shape[1] else [f"column {i}" for i in range(x.shape[1])]
    return Codes(tuple(_compare(str(names[at]), x[rows][known, at], target[known]) for at, _ in found))


def _target(task: Task, y: Array) -> Array:
    """Numbers as they are, classes as one 0/1 column each, shape (n, outputs), each with mean 0 and deviation 1."""
    encoded = task.encode(y)
    flat = np.eye(len(task.classes))[encoded] if task.is_classes else np.asarray(encoded, dtype=np.float64)
    deviation = np.nanstd(flat, axis=0)
    return (flat - np.nanmean(flat, axis=0)) / np.where(deviation > 0, deviation, 1.0)


def _compare(name: str, column: Array, target: Array) -> Code:
    """One-way analysis of variance against linear regression (the lack-of-fit test; Draper and Smith 1998, 2.1)."""
    from scipy.stats import f as f_distribution

    values, group = np.unique(column, return_inverse=True)
    rows, outputs = target.shape
    total = float(np.sum(target**2))
    means = np.stack([target[group == k].mean(axis=0) for k in range(len(values))])
    within = float(np.sum((target - means[group]) ** 2))
    centred = column.astype(np.float64) - column.mean()
    slope = centred @ target / max(float(centred @ centred), 1e-12)
    around = float(np.sum((target - centred[:, None] * slope) ** 2))
    free, more = rows - len(values), len(values) - 2
    if free < 1 or more < 1 or total <= 0:
        return Code(name, len(values), 0.0, 0.0, 1.0)
    ratio = ((around - within) / more) / max(within / free, 1e-12)
    p_value = float(f_distribution.sf(ratio, more * outputs, free * outputs))
    by_group = 1 - (within / free) / (total / (rows - 1))
    by_size = 1 - (around / (rows - 2)) / (total / (rows - 1))
    return Code(name, len(values), max(by_group, 0.0), max(by_size, 0.0), p_value)
