"""Bring every input column to mean 0 and standard deviation 1.

Columns on very different scales make the loss surface a narrow valley: the learning rate that the largest column
bears is far too small for the others. Means and deviations are taken from training rows only.

Does not apply where the model scales its own inputs, where inputs are row numbers of an embedding, or where the
columns are already near mean 0 and deviation 1.

Reference: LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import fit_inputs
from lossclinic.core.recipe import Recipe

SCALING_LAYERS = ("Normalization", "BatchNormalization", "LayerNormalization", "Rescaling")
NEAR_MEAN, NEAR_FACTOR = 0.5, 2.0
"""Means this near 0 and deviations within this factor of 1 count as standardised: the rest is chance in small samples
(the mean of 50 rows strays by 0.14), and no optimizer notices it."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Append "standardise" to the preparation of the inputs.

    Raises:
        NotApplicable: the inputs are standardised already, or are not numbers on a scale.
    """
    if "standardise" in recipe.inputs:
        raise NotApplicable("the inputs are standardised already")
    x = case.data.x
    if x.dtype.kind not in "fiub":
        raise NotApplicable(f"the inputs are of type {x.dtype}, not numbers")
    if architecture.has(recipe.model, "Embedding", "TextVectorization", "StringLookup"):
        raise NotApplicable("the inputs are numbers of tokens, which an embedding looks up")
    first = next((layer for layer in architecture.layers(recipe.model) if layer.class_name != "InputLayer"), None)
    if first is not None and first.class_name in SCALING_LAYERS:
        raise NotApplicable(f"the model begins with {first.class_name} and so scales its own inputs")
    if _is_standardised(case):
        raise NotApplicable("every column has mean 0 and deviation 1 as it is")
    return (replace(recipe, inputs=(*recipe.inputs, "standardise")),)


def _is_standardised(case: Case) -> bool:
    (fitted,) = fit_inputs(("standardise",), case.data.x[: case.data.n_train])
    near = np.abs(np.log(fitted.scale)) < np.log(NEAR_FACTOR)
    return bool(np.all(np.abs(fitted.centre) < NEAR_MEAN) and np.all(near))


REMEDY = Remedy(id="standardise-inputs", title="Standardise the inputs", apply=apply)
