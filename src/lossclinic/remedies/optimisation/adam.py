"""Use Adam, which gives every weight a step of its own size.

Steps are divided by a running estimate of each gradient's size, so directions with small gradients move as fast as
those with large ones, and the learning rate depends little on the loss' scale.

Does not apply where the optimizer is Adam or a close relative. A learning rate schedule goes with the old optimizer.

Reference: Kingma and Ba, "Adam: a method for stochastic optimization" (2015); 0.001 is the rate it proposes.
"""

from __future__ import annotations

from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.optimisation._optimizers import exchange_optimizer

KIN = frozenset({"AdamW", "Nadam"})


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Adam at 0.001, then at 0.01.

    Raises:
        NotApplicable: the optimizer is Adam or a close relative.
    """
    return exchange_optimizer(recipe, "Adam", (0.001, 0.01), KIN)


REMEDY = Remedy(id="adam", title="Use the Adam optimizer", apply=apply)
