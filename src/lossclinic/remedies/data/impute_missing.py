"""Fill missing input values with the median of their column.

One NaN or infinity in a batch makes the loss and then every weight NaN. The median of the training rows is a value
that the column really takes, whatever its outliers.

Does not apply where every input is a finite number; missing targets cannot be filled, those rows must go.

Reference: scikit-learn's user guide, "Imputation of missing values" (`SimpleImputer(strategy="median")`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Put "impute" before every other preparation of the inputs.

    Raises:
        NotApplicable: nothing is missing, or gaps are filled already.
    """
    if "impute" in recipe.inputs:
        raise NotApplicable("missing inputs are filled already")
    if case.data.x.dtype.kind != "f" or bool(np.isfinite(case.data.x).all()):
        raise NotApplicable("no input value is missing or infinite")
    return (replace(recipe, inputs=("impute", *recipe.inputs)),)


REMEDY = Remedy(id="impute-missing", title="Fill missing inputs with the column's median", apply=apply)
