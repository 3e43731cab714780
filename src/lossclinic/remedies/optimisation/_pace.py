"""Whether a callback may be given the learning rate."""

from __future__ import annotations

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe


def steady_rate(recipe: Recipe) -> float:
    """The constant learning rate that a callback may change.

    Raises:
        NotApplicable: a schedule or a callback changes it already, or there is one epoch only.
    """
    if recipe.learning_rate is None:
        raise NotApplicable("the optimizer follows a schedule of its own already")
    if recipe.pace is not None:
        raise NotApplicable("a callback of the script changes the learning rate already")
    if recipe.epochs < 2:
        raise NotApplicable("there is one epoch only, and the rate is set once for each epoch")
    return recipe.learning_rate
