"""How many training rows each class has, and when that counts as balanced."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

BALANCED_RATIO = 1.5
"""Largest class over smallest: below this, reweighting moves the log-odds by less than 0.4."""


def uneven_counts(recipe: Recipe, case: Case) -> np.ndarray[Any, Any]:
    """Rows of each class in the training data, shape (K,).

    Raises:
        NotApplicable: no classes, a class without rows, even classes, or a recipe that balances them already.
    """
    if not case.task.is_classes:
        raise NotApplicable("the targets are not exclusive classes")
    if recipe.class_weight is not None:
        raise NotApplicable("the classes are weighted already")
    if recipe.resampling is not None:
        raise NotApplicable("the classes are resampled already")
    labels = case.task.encode(case.data.y[: case.data.n_train])
    counts = np.bincount(labels, minlength=len(case.task.classes))
    if counts.min() == 0:
        raise NotApplicable("a class has no training rows at all")
    if counts.max() < BALANCED_RATIO * counts.min():
        raise NotApplicable("the classes have about equally many rows")
    return counts
