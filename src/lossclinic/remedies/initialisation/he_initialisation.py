"""Start hidden kernels from He's normal distribution, biases from 0.

A deviation of sqrt(2 / inputs) keeps the size of signals and gradients constant through layers of ReLU. Larger or
smaller starts grow or shrink exponentially with depth; equal starts keep units equal for ever.

Does not apply without hidden layers, or where they start from He's distribution already.

Reference: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015).
"""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.initialisation._initialisers import initialise

AS_GOOD = frozenset({"HeNormal", "HeUniform"})


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Set `HeNormal` on the kernels of hidden layers.

    Raises:
        NotApplicable: they start so already, or there are none.
    """
    return initialise(recipe, architecture.hidden_layers(recipe.model), "HeNormal", AS_GOOD)


REMEDY = Remedy(id="he-initialisation", title="Start hidden weights from He's distribution", apply=apply)
