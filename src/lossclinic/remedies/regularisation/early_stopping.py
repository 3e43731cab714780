"""End training when validation loss has stopped falling, and keep the best weights.

A network learns the pattern first and single rows later. Where the recipe has no validation rows, 15 % of the
training rows are set apart for it.

Does not apply where such a rule is in use, or where epochs are too few for one (then see `keep-best-weights`).

Reference: Prechelt, "Early stopping - but when?" (1998).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe, Stop
from lossclinic.remedies.regularisation._validation import with_validation

LEAST_PATIENCE = 5


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Stop after a tenth of the epochs (at least 5) without improvement.

    Raises:
        NotApplicable: training stops early already, or is too short to.
    """
    stop = recipe.stop
    if stop is not None and stop.patience is not None and stop.restore_best and stop.monitor == "val_loss":
        raise NotApplicable(f"training already stops after {stop.patience} epochs without improvement")
    if recipe.epochs <= LEAST_PATIENCE:
        raise NotApplicable(f"{recipe.epochs} epochs are too few to wait for {LEAST_PATIENCE} without improvement")
    patience = max(LEAST_PATIENCE, recipe.epochs // 10)
    return (replace(with_validation(recipe), stop=Stop(patience=patience, restore_best=True)),)


REMEDY = Remedy(id="early-stopping", title="Stop early and keep the best weights", apply=apply)
