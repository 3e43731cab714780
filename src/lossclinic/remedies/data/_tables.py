"""What the remedies need that work on the columns of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import OneHot, Products

Array = np.ndarray[Any, Any]
ANY_WIDTH = ("Dense", "Dropout", "BatchNormalization", "LayerNormalization", "GaussianNoise", "GaussianDropout")
"""Layers that take rows of any width, so that the columns in front of them may become more."""


def table(recipe: Recipe, case: Case) -> Array:
    """The training rows as a table of numbers, shape (n, columns).

    Raises:
        NotApplicable: the inputs are images, sequences, tokens or text.
    """
    x = case.data.x
    if x.dtype.kind not in "fiub":
        raise NotApplicable(f"the inputs are of type {x.dtype}, not numbers")
    if x.ndim != 2:
        raise NotApplicable(f"the inputs have {x.ndim} axes, so they are no table of columns")
    if architecture.has(recipe.model, "Embedding"):
        raise NotApplicable("the inputs are numbers of tokens, which an embedding looks up")
    return x[: case.data.n_train]


def widened(recipe: Recipe, x: Array, more: int) -> Json:
    """The model with an input of so many columns more than its preparation gives it so far.

    Args:
        recipe: the recipe.
        x: raw rows, shape (n, columns).
        more: how many columns come along.

    Raises:
        NotApplicable: the first layers expect just these columns, or the weights that training starts from do.
    """
    narrow = [layer for layer in architecture.first_layers(recipe.model) if layer.class_name not in ANY_WIDTH]
    if narrow:
        raise NotApplicable(f"the layer '{narrow[0].name}' ({narrow[0].class_name}) expects just these columns")
    if recipe.initial == "given":
        raise NotApplicable("the script's own initial weights are made for these columns")
    width = x.shape[1]
    for step in recipe.inputs:
        if isinstance(step, OneHot):
            width += sum(len(values) - 1 for _, values in step.codes)
        elif isinstance(step, Products):
            width += step.count
    return architecture.with_input_width(recipe.model, width + more)
