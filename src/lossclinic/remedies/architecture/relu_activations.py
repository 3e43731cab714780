"""Let hidden layers apply ReLU instead of a saturating activation or none.

Sigmoid and tanh are flat at both ends and pass on at most a quarter (sigmoid) of the gradient, so gradients shrink
with every layer; without any activation a stack of layers is one linear map. ReLU passes gradients unchanged wherever
a unit is active. Initialisers are left alone: that is a change of its own.

Does not apply to the output layer, to recurrent layers, or where hidden layers apply ReLU or its kin already.

Reference: Glorot, Bordes and Bengio, "Deep sparse rectifier neural networks" (2011).
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import MISSING, SATURATING, exchange_activations


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Replace saturating and missing hidden activations by ReLU.

    Raises:
        NotApplicable: no hidden layer has one.
    """
    return exchange_activations(recipe, "relu", SATURATING | MISSING)


REMEDY = Remedy(id="relu-activations", title="Use ReLU in hidden layers", apply=apply)
