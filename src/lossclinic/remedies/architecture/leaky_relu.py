"""Let hidden layers apply leaky ReLU, which never stops passing gradients.

A ReLU unit that is negative for every row gets no gradient and stays dead. A small slope below 0 (Keras: 0.2) lets it
recover. It also replaces saturating activations and none, as ReLU does.

Does not apply to the output layer, to recurrent layers, or where hidden layers apply leaky ReLU or its kin already.

Reference: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import MISSING, SATURATING, exchange_activations


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Replace ReLU, saturating and missing hidden activations by leaky ReLU.

    Raises:
        NotApplicable: no hidden layer has one.
    """
    return exchange_activations(recipe, "leaky_relu", SATURATING | MISSING | {"relu", "relu6"})


REMEDY = Remedy(id="leaky-relu", title="Use leaky ReLU in hidden layers", apply=apply)
