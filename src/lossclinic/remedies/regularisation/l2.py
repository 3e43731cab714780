"""Add the squares of hidden weights to the loss.

Small weights make smooth functions; the penalty keeps the network from spending large weights on single rows.

Where hidden kernels carry this penalty already, it is made three and ten times as strong. Does not apply where they
carry another one. Loss values include the penalty afterwards.

Reference: Krogh and Hertz, "A simple weight decay can improve generalization" (1992).
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.regularisation._penalties import penalise


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """L2 of 0.0001, 0.001, 0.01 and 0.03 on hidden kernels, or three and ten times what they carry.

    Raises:
        NotApplicable: they are penalised in another way already.
    """
    return penalise(recipe, "l2", (1e-4, 1e-3, 1e-2, 3e-2))


REMEDY = Remedy(id="l2", title="Penalise large weights (L2)", apply=apply)
