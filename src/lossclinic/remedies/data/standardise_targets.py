"""Train on targets of mean 0 and standard deviation 1, and undo it on predictions.

A fresh network answers with numbers near 0. Targets in the thousands make the first gradients huge, and most of the
training goes into learning their mean. The loss values afterwards are in squared deviations, not in the target's units.

Does not apply to classes, to targets that are near mean 0 and deviation 1 as they are, to outputs that cannot go
below 0 or above 1, or to losses that need positive targets.

Reference: Bishop, "Neural Networks for Pattern Recognition" (1995), section 8.2.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import fit_targets
from lossclinic.core.recipe import Recipe

POSITIVE_LOSSES = ("Poisson", "MeanSquaredLogarithmicError", "MeanAbsolutePercentageError", "Tweedie")
NEAR_MEAN, NEAR_FACTOR = 0.5, 2.0
"""Means this near 0 and deviations within this factor of 1 count as standardised; a fresh output layer covers that."""


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Switch `standardise_targets` on.

    Raises:
        NotApplicable: the targets are no numbers, are on that scale already, or the output or loss cannot follow.
    """
    if case.task.kind != "regression":
        raise NotApplicable("the targets are classes, not numbers on a scale")
    if recipe.standardise_targets:
        raise NotApplicable("the targets are standardised already")
    activation = architecture.output_activation(recipe.model)
    if activation != "linear":
        raise NotApplicable(f"the output's {activation} cannot reach targets on both sides of 0")
    if recipe.loss["class_name"] in POSITIVE_LOSSES:
        raise NotApplicable(f"the loss {recipe.loss['class_name']} needs positive targets")
    mean, deviation = fit_targets(case.data.y[: case.data.n_train])
    if bool(np.all(np.abs(mean) < NEAR_MEAN) and np.all(np.abs(np.log(deviation)) < np.log(NEAR_FACTOR))):
        raise NotApplicable("the targets have mean 0 and deviation 1 as they are")
    return (replace(recipe, standardise_targets=True),)


REMEDY = Remedy(id="standardise-targets", title="Train on standardised targets", apply=apply, safety="changes-meaning")
