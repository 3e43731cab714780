"""What the remedies need that work on the columns of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

Array = np.ndarray[Any, Any]


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
