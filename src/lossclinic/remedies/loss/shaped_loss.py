"""Train for cross-entropy and, at the same time, for F1 or for the recall of every class alike.

F1 counts decisions, which have no gradient. `lossclinic.losses.ShapedLoss` takes a weighted share of its smooth
counterpart, with probabilities in the place of decisions, from the cross-entropy of each batch; cross-entropy goes on
to keep the probabilities honest, which losses of overlap alone (`dice-loss`) do not. Strengths: F1 with a weight of 0.3
and of 1, then balanced accuracy with both.

The reward is that of a batch, so batches must hold the rare class. The repaired script imports lossclinic, and so must
whoever loads its compiled model. Does not apply to losses other than cross-entropy.

Reference: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning" (1992);
Taghanaki et al., "Combo loss: handling input and output imbalance in multi-organ segmentation" (2019), for the sum of
cross-entropy and soft F1.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.shaped import shaped
from lossclinic.remedies.loss._contract import class_of, keras_loss, settings_of
from lossclinic.remedies.loss._overlap import check_share, with_probabilities

PRIMARY = (
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
)
REWARDS = (("f1", 0.3), ("f1", 1.0), ("balanced-accuracy", 0.3), ("balanced-accuracy", 1.0))


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Add a reward to the cross-entropy.

    Raises:
        NotApplicable: see above.
    """
    name = class_of(recipe.loss)
    if case.task.kind == "regression" or name not in PRIMARY:
        raise NotApplicable(f"the loss {name} is no cross-entropy of classes or labels")
    if name.startswith("Binary"):
        check_share(recipe, case)
    with_probabilities(recipe)  # refuses outputs that give neither probabilities nor logits
    primary = {**keras_loss(name), "config": settings_of(recipe.loss)}
    return tuple(replace(recipe, loss=shaped(primary, reward, weight)) for reward, weight in REWARDS)


REMEDY = Remedy(id="shaped-loss", title="Train for F1 as well", apply=apply, safety="changes-meaning")
