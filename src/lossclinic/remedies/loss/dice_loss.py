"""Train for overlap: 1 minus twice what prediction and target share over the sum of both.

Where few places or rows are 1, cross-entropy is mostly about the many zeros. Dice's coefficient, which is F1 with
probabilities instead of decisions, does not count what both call 0. For masks it is taken over the batch, then for each
picture on its own, which weighs small objects as much as large ones; for one-hot labels over the batch, then for each
class on its own, so that all classes count the same.

Predictions become extreme, and are no longer probabilities. A batch must hold what is counted. Does not apply to sparse
cross-entropy (the loss takes one-hot and 0/1 labels only), to other losses, or where the output gives no probabilities.

Reference: Milletari, Navab and Ahmadi, "V-Net: fully convolutional neural networks for volumetric medical image
segmentation" (2016), section 3.
"""

from __future__ import annotations

from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import class_of
from lossclinic.remedies.loss._overlap import with_overlap


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Replace cross-entropy by Dice's loss, over the batch first.

    Raises:
        NotApplicable: see above.
    """
    settings: list[Json] = [{}]
    if case.task.masks:
        settings.append({"axis": list(range(1, case.data.y.ndim))})
    elif class_of(recipe.loss).startswith("Categorical") and _unweighted(recipe, case):
        settings.append({"axis": [0]})
    return with_overlap(recipe, case, "Dice", settings)


def _unweighted(recipe: Recipe, case: Case) -> bool:
    """Whether no row has a weight: a loss for each class has no place for weights of rows."""
    return recipe.class_weight is None and case.data.sample_weight is None and not recipe.drop_suspects


REMEDY = Remedy(id="dice-loss", title="Use Dice's loss", apply=apply, safety="changes-meaning")
