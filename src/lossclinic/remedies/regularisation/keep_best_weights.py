"""Train for all epochs, but keep the weights of the epoch with the best validation loss.

The last epoch is rarely the best one. Unlike early stopping this never ends too early, at the price of every epoch.
Where the recipe has no validation rows, 15 % of the training rows are set apart for it.

Does not apply where the best weights by validation loss are kept already, or to a single epoch.

Reference: Prechelt, "Early stopping - but when?" (1998); Keras' documentation of `ModelCheckpoint`.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Stop
from lossclinic.remedies.regularisation._validation import with_validation


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Restore the best weights; patience stays as it is.

    Raises:
        NotApplicable: they are kept already, or there is only one epoch.
    """
    stop = recipe.stop or Stop(patience=None)
    if recipe.stop is not None and stop.restore_best and stop.monitor == "val_loss":
        raise NotApplicable("the best weights are kept already")
    if recipe.epochs < 2:
        raise NotApplicable("a single epoch is the best one")
    return (replace(with_validation(recipe), stop=replace(stop, restore_best=True, monitor="val_loss")),)


REMEDY = Remedy(id="keep-best-weights", title="Keep the weights of the best epoch", apply=apply)
