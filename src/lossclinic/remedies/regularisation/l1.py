"""Add the absolute values of hidden weights to the loss.

The penalty drives weights that do little all the way to 0, which suits data with many inputs that say nothing.

Where hidden kernels carry this penalty already, it is made three and ten times as strong. Does not apply where they
carry another one. Loss values include the penalty afterwards.

Reference: Tibshirani, "Regression shrinkage and selection via the lasso" (1996).
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.regularisation._penalties import penalise


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """L1 of 0.00001 and 0.0001 on hidden kernels, or three and ten times what they carry.

    Raises:
        NotApplicable: they are penalised in another way already.
    """
    return penalise(recipe, "l1", (1e-5, 1e-4))


REMEDY = Remedy(id="l1", title="Penalise weights that do little (L1)", apply=apply)
