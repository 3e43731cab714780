"""Let hidden layers apply SELU, which keeps the size of signals through many layers without normalisation.

It is ELU scaled so that a mean of 0 and a variance of 1 are a fixed point from layer to layer. That holds for kernels
that start from LeCun's normal distribution, so their initialisers change with it.

Does not apply to the output layer, to recurrent layers, or where hidden layers apply SELU already.

Reference: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017).
"""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._activations import MISSING, SATURATING, exchange_activations
from lossclinic.remedies.initialisation._initialisers import initialise


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Replace ReLU, saturating and missing hidden activations by SELU, kernels starting from `LecunNormal`.

    Raises:
        NotApplicable: no hidden layer has one.
    """
    (exchanged,) = exchange_activations(recipe, "selu", SATURATING | MISSING | {"relu", "relu6", "elu"})
    try:
        return initialise(exchanged, architecture.hidden_layers(exchanged.model), "LecunNormal", frozenset())
    except NotApplicable:
        return (exchanged,)


REMEDY = Remedy(id="selu-activations", title="Use SELU in hidden layers", apply=apply)
