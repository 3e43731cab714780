"""Train for more epochs.

Where the loss still falls when training ends, the network has not learned what it could. A stop rule of the recipe
stays and may end training earlier.

Does not apply beyond 20,000 epochs, where an experiment cannot be paid for.

Reference: Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 7.8 (training time as a hyper-parameter).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

FACTORS = (2, 4)
MORE_FACTORS = (10, 30)
FEW_EPOCHS = 10
MOST_EPOCHS = 20_000


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Twice and four times the epochs; ten and thirty times too where there are at most 10.

    Raises:
        NotApplicable: that would be more than 20,000 epochs.
    """
    factors = (*FACTORS, *MORE_FACTORS) if recipe.epochs <= FEW_EPOCHS else FACTORS
    counts = [recipe.epochs * factor for factor in factors if recipe.epochs * factor <= MOST_EPOCHS]
    if not counts:
        raise NotApplicable(f"{recipe.epochs} epochs are more than any experiment could double")
    return tuple(replace(recipe, epochs=count) for count in counts)


REMEDY = Remedy(id="more-epochs", title="Train for more epochs", apply=apply)
