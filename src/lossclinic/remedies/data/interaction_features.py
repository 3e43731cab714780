"""Give the network products of pairs of columns as further inputs.

Where the effect of one column depends on another, a small network has to build the product from sums and bends, with
many units and many rows. As an input of its own it is there from the start. The pairs are those whose product goes
along best with what a linear fit leaves over, chosen anew on the training rows of every training; columns are
standardised before they are multiplied. The first layer grows with the columns.

Does not apply to fewer than two columns, to images, sequences and tokens, to missing values that are not filled, or
where the first layers expect just these columns.

Reference: Hao and Zhang, "Interaction screening for ultra-high dimensional data" (2014).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import Products, ordered
from lossclinic.core.table import is_table
from lossclinic.remedies.data._tables import widened

COUNTS = (3, 10)
"""Few products cost few weights; ten are all pairs of five columns."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Add three products, then ten, as far as there are pairs.

    Raises:
        NotApplicable: see above.
    """
    if any(isinstance(step, Products) for step in recipe.inputs):
        raise NotApplicable("products of columns are among the inputs already")
    x = case.data.x[: case.data.n_train]
    if not is_table(recipe, x):
        raise NotApplicable("the inputs are no table of columns")
    pairs = x.shape[1] * (x.shape[1] - 1) // 2
    if not pairs:
        raise NotApplicable("there are no two columns to multiply")
    if "impute" not in recipe.inputs and not bool(np.isfinite(case.data.x).all()):
        raise NotApplicable("missing inputs must be filled first")
    counts = dict.fromkeys(min(count, pairs) for count in COUNTS)
    return tuple(
        replace(recipe, model=widened(recipe, x, count), inputs=ordered(*recipe.inputs, Products(count)))
        for count in counts
    )


REMEDY = Remedy(id="interaction-features", title="Give the network products of columns", apply=apply)
