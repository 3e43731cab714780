"""Start all kernels from Glorot's uniform distribution, biases from 0.

A variance of 2 / (inputs + outputs) keeps signals and gradients of one size through layers that are linear near 0
(tanh, sigmoid, none). It is Keras' default, so this undoes a start that was chosen badly: all zeros, all equal, or far
too wide.

Does not apply where every layer starts from Glorot's distribution already.

Reference: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
"""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.initialisation._initialisers import initialise

AS_GOOD = frozenset({"GlorotUniform", "GlorotNormal"})


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Set `GlorotUniform` on the kernels of all layers.

    Raises:
        NotApplicable: they start so already.
    """
    layers = (layer for layer in architecture.layers(recipe.model) if layer.units is not None)
    return initialise(recipe, layers, "GlorotUniform", AS_GOOD)


REMEDY = Remedy(id="glorot-initialisation", title="Start weights from Glorot's distribution", apply=apply)
