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

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import OneHot, Recipe, ordered
from lossclinic.core.table import code_columns, is_table

ANY_WIDTH = ("Dense", "Dropout", "BatchNormalization", "LayerNormalization", "GaussianNoise", "GaussianDropout")
"""Layers that take rows of any width, so that the columns in front of them may become more."""


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
    narrow = [layer for layer in architecture.first_layers(recipe.model) if layer.class_name not in ANY_WIDTH]
    if narrow:
        raise NotApplicable(f"the layer '{narrow[0].name}' ({narrow[0].class_name}) expects just these columns")
    if recipe.initial == "given":
        raise NotApplicable("the script's own initial weights are made for these columns")
    width = x.shape[1] - len(codes) + sum(len(values) for _, values in codes)
    model = architecture.with_input_width(recipe.model, width)
    return (replace(recipe, model=model, inputs=ordered(*recipe.inputs, OneHot(codes))),)


REMEDY = Remedy(id="one-hot-categories", title="Give every category a column of its own", apply=apply)
