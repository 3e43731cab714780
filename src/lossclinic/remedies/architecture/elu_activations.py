"""Let hidden layers apply ELU, a smooth ReLU that goes down to -1.

Its outputs have a mean near 0, which keeps gradients close to natural ones, and its slope below 0 keeps units from
dying. It also replaces saturating activations and none, as ReLU does.

Does not apply to the output layer, to recurrent layers, or where hidden layers apply ELU or its kin already.

Reference: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units"
(2016).
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import MISSING, SATURATING, exchange_activations


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Replace ReLU, saturating and missing hidden activations by ELU.

    Raises:
        NotApplicable: no hidden layer has one.
    """
    return exchange_activations(recipe, "elu", SATURATING | MISSING | {"relu", "relu6"})


REMEDY = Remedy(id="elu-activations", title="Use ELU in hidden layers", apply=apply)
