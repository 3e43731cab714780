"""Use RMSprop, which divides every step by the recent size of that weight's gradient.

Directions with small gradients then move as fast as those with large ones. Unlike Adam it keeps no average of the
gradients themselves, which can suit recurrent networks.

Does not apply where the optimizer is RMSprop. A learning rate schedule goes with the old optimizer.

Reference: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning" (2012); 0.001 is Keras' default.
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.optimisation._optimizers import exchange_optimizer


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """RMSprop at 0.001, then at 0.01.

    Raises:
        NotApplicable: the optimizer is RMSprop.
    """
    return exchange_optimizer(recipe, "RMSprop", (0.001, 0.01))


REMEDY = Remedy(id="rmsprop", title="Use the RMSprop optimizer", apply=apply)
