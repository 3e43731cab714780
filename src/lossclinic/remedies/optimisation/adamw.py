"""Use AdamW: Adam, and weights that shrink by a fixed share in every step.

In Adam an L2 penalty is divided by the size of each weight's gradient, so that the weights with the largest gradients
are held back least. AdamW takes the decay out of the gradient: every weight shrinks by the same share.

Does not apply where the optimizer is AdamW. A learning rate schedule goes with the old optimizer.

Reference: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019); 0.004 is Keras' default.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.optimisation._optimizers import exchange_optimizer

DECAYS = (0.004, 0.1)
"""Share of a weight that goes in a step, in units of the learning rate: Keras' default, and a strong one."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """AdamW with a weak, then a strong decay; at the rate of an Adam that was there before, else at 0.001.

    Raises:
        NotApplicable: the optimizer is AdamW.
    """
    rate = recipe.learning_rate if recipe.optimizer["class_name"] == "Adam" else None
    (exchanged,) = exchange_optimizer(recipe, "AdamW", (rate or 0.001,))
    config = exchanged.optimizer["config"]
    return tuple(
        replace(exchanged, optimizer={**exchanged.optimizer, "config": {**config, "weight_decay": decay}})
        for decay in DECAYS
    )


REMEDY = Remedy(id="adamw", title="Use the AdamW optimizer", apply=apply)
