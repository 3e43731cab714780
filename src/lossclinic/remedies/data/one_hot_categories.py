"""Give every category a 0/1 column of its own.

A column of codes becomes as many columns as it has values, each 1 where the row holds that value. Behind them the first
layer can give every category the effect that it has. A value that was not among the training rows gives zeros. The
first layer grows with the columns.

Does not apply where no column holds few whole numbers, to images, sequences and tokens, or where the first layers
expect just these columns.

Reference: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning" (2009), section 2.2.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import OneHot, ordered
from lossclinic.core.table import code_columns, is_table
from lossclinic.remedies.data._tables import widened


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Encode every column of codes, and widen the model's input.

    Raises:
        NotApplicable: there are no codes, they are encoded already, or the model cannot take more columns.
    """
    if any(isinstance(step, OneHot) for step in recipe.inputs):
        raise NotApplicable("the codes are encoded already")
    x = case.data.x[: case.data.n_train]
    if not is_table(recipe, x):
        raise NotApplicable("the inputs are no table of columns")
    codes = code_columns(x)
    if not codes:
        raise NotApplicable("no column holds a few whole numbers")
    more = sum(len(values) - 1 for _, values in codes)
    return (replace(recipe, model=widened(recipe, x, more), inputs=ordered(*recipe.inputs, OneHot(codes))),)


REMEDY = Remedy(id="one-hot-categories", title="Give every category a column of its own", apply=apply)
