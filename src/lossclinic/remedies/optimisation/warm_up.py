"""Begin with short steps, and let the learning rate fall along a cosine afterwards.

Fresh weights often have gradients that are large and point anywhere; and an adaptive optimizer knows its step sizes
only after some batches. Short first steps keep these from throwing the weights far away.

Does not apply where a schedule or a callback changes the rate already, or below eight epochs, where an epoch is too
long for a warm-up.

References: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour" (2017), section 2.2.
Liu et al., "On the variance of the adaptive learning rate and beyond" (2020).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Cosine, Recipe
from lossclinic.remedies.optimisation._pace import steady_rate

FEWEST_EPOCHS = 8
SHARES = (0.05, 0.2)
"""Goyal et al. warm up for 5 of 90 epochs; a fifth is for trainings that need more of it."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """A warm-up of a twentieth of the epochs, then of a fifth.

    Raises:
        NotApplicable: the rate is not constant, or epochs are few.
    """
    steady_rate(recipe)
    if recipe.epochs < FEWEST_EPOCHS:
        raise NotApplicable(f"{recipe.epochs} epochs are too few for a warm-up")
    lengths = dict.fromkeys(max(round(share * recipe.epochs), 1) for share in SHARES)
    return tuple(replace(recipe, pace=Cosine(warm_up=length)) for length in lengths)


REMEDY = Remedy(id="warm-up", title="Begin with a low learning rate", apply=apply)
