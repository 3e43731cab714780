"""Lower the learning rate whenever the loss no longer improves.

Steps that are short enough for the beginning swing around the bottom of the valley later; this shortens them when the
loss says so. It watches the validation loss, or the training loss where there are no validation rows.

Does not apply where a schedule or a callback changes the rate already, or below eight epochs.

References: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016), section 3.4 (the rate is
divided when the error plateaus).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Plateau, Recipe
from lossclinic.remedies.optimisation._pace import steady_rate

FACTOR = 0.3
SHARE = 0.05
PATIENCE = (2, 5)
"""Fewest and most epochs of patience; in between, a twentieth of the epochs."""
FEWEST_EPOCHS = 8


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Three tenths of the rate after a twentieth of the epochs without improvement, sooner than a stop rule acts.

    Raises:
        NotApplicable: the rate is not constant, or epochs are few.
    """
    steady_rate(recipe)
    if recipe.epochs < FEWEST_EPOCHS:
        raise NotApplicable(f"{recipe.epochs} epochs are too few to wait for a plateau")
    patience = min(max(round(SHARE * recipe.epochs), PATIENCE[0]), PATIENCE[1])
    if recipe.stop is not None and recipe.stop.patience is not None:
        patience = max(min(patience, recipe.stop.patience // 2), 1)
    monitor = "loss" if recipe.split.kind == "none" else "val_loss"
    return (replace(recipe, pace=Plateau(FACTOR, patience, monitor=monitor)),)


REMEDY = Remedy(id="reduce-on-plateau", title="Lower the learning rate on plateaus", apply=apply)
