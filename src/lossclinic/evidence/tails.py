"""How heavy the tails of the columns and of the targets are, as the network gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.preparation import fit_inputs, log_targets, prepare
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan, others
from lossclinic.core.tails import tail_share
from lossclinic.evidence.inputs import InputStatistics

Array = np.ndarray[Any, Any]
MOST_ROWS = 20_000
"""A hundredth of so many rows is a tail of 200: enough for two digits of its share."""
MOST_COLUMNS = 2000


@dataclass(frozen=True)
class Tails:
    """Share of the spread that the farthest hundredth of the rows makes up; see `core.tails`.

    Attributes:
        columns: (name, share) of each input column that is no flag or code; () for images, sequences and tokens.
        targets: share for each number to predict; () for classes and labels.
    """

    columns: tuple[tuple[str, float], ...] = ()
    targets: tuple[float, ...] = ()

    @property
    def worst(self) -> tuple[str, float]:
        """The column with the heaviest tail; ("", 0) where there is none."""
        return max(self.columns, key=lambda pair: pair[1], default=("", 0.0))

    def heavy(self, share: float) -> tuple[str, ...]:
        """Names of the columns whose share is at least this."""
        return tuple(name for name, value in self.columns if value >= share)


def tails(case: Case, recipe: Recipe, plan: Plan, inputs: InputStatistics) -> Tails:
    """Measure the tails on rows that are not locked, after the recipe's own preparation."""
    rows = others(len(case.data), plan.locked(case.data, case.task))
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS])
    # Pixels at the edge of a picture are dark in most rows: that is no tail.
    return Tails(
        () if inputs.image or inputs.tokens else _of_columns(case, recipe, rows), _of_targets(case, recipe, rows)
    )


def _of_columns(case: Case, recipe: Recipe, rows: Array) -> tuple[tuple[str, float], ...]:
    x = case.data.x
    if x.dtype.kind not in "fiub" or x.ndim > 2 or x[0].size > MOST_COLUMNS or architecture.has(
        recipe.model, "Embedding"
    ):  # fmt: skip
        return ()
    x = x[rows].reshape(len(rows), -1)
    known = case.data.columns
    names = known if len(known) == x.shape[1] else tuple(f"column {at}" for at in range(x.shape[1]))
    # Flags and codes have no tail before a preparation that changes the number of columns, and none after it.
    before = tail_share(x)
    after = tail_share(prepare(fit_inputs(recipe.inputs, x, case.data.y[rows]), x)) if recipe.inputs else before
    shares = after if len(after) == len(before) else np.zeros_like(before)
    return tuple((name, float(share)) for name, share, raw in zip(names, shares, before, strict=True) if raw > 0)


def _of_targets(case: Case, recipe: Recipe, rows: Array) -> tuple[float, ...]:
    if case.task.kind != "regression":
        return ()
    y = case.data.y[rows].reshape(len(rows), -1)
    return tuple(float(share) for share in tail_share(log_targets(y) if recipe.log_targets else y))
