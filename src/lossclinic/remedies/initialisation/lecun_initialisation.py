"""Start hidden kernels from LeCun's normal distribution, biases from 0.

A variance of 1 / inputs keeps the size of signals through layers that are linear near 0, however many outputs they
have; SELU's fixed point is computed for it.

Does not apply without hidden layers, or where they start from LeCun's distribution already.

Reference: LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.6; Klambauer, Unterthiner, Mayr and
Hochreiter, "Self-normalizing neural networks" (2017).
"""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.initialisation._initialisers import initialise

AS_GOOD = frozenset({"LecunNormal", "LecunUniform"})


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Set `LecunNormal` on the kernels of hidden layers.

    Raises:
        NotApplicable: they start so already, or there are none.
    """
    return initialise(recipe, architecture.hidden_layers(recipe.model), "LecunNormal", AS_GOOD)


REMEDY = Remedy(id="lecun-initialisation", title="Start hidden weights from LeCun's distribution", apply=apply)
