"""Use Adagrad, which slows down every weight by the sum of its past gradients.

Weights that rarely get a gradient (sparse inputs, rare tokens) keep large steps while busy ones settle.

Does not apply where the optimizer is Adagrad. A learning rate schedule goes with the old optimizer.

Reference: Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011). Rates start at 0.01:
Keras' default of 0.001 is low for a divisor that only grows.
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.optimisation._optimizers import exchange_optimizer


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Adagrad at 0.01, then at 0.1.

    Raises:
        NotApplicable: the optimizer is Adagrad.
    """
    return exchange_optimizer(recipe, "Adagrad", (0.01, 0.1))


REMEDY = Remedy(id="adagrad", title="Use the Adagrad optimizer", apply=apply)
