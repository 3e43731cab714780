"""Let hidden layers apply GELU, a ReLU with a smooth bend that lets small negative values through.

It multiplies a unit's input by the chance that a normal variable is smaller. The bend gives units just below 0 a slope,
so they can come back; most transformers use it.

Does not apply to the output layer, to recurrent layers, or where hidden layers apply GELU or its kin already.

Reference: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import MISSING, SATURATING, exchange_activations


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Replace ReLU, saturating and missing hidden activations by GELU.

    Raises:
        NotApplicable: no hidden layer has one.
    """
    return exchange_activations(recipe, "gelu", SATURATING | MISSING | {"relu", "relu6"})


REMEDY = Remedy(id="gelu-activations", title="Use GELU in hidden layers", apply=apply)
