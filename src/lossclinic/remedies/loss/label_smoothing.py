"""Ask for slightly less than certainty: targets of 1 become 1 - s + s/K, the others s/K.

Cross-entropy with hard labels rewards ever larger weights, and punishes a wrong label that the network knows better
without bound. Smoothed labels have a finite optimum; with a share s of labels drawn at random they are the right
probabilities. Predictions become less extreme.

Does not apply to sparse cross-entropy (Keras smooths one-hot and 0/1 labels only), to other losses, or where labels are
smoothed already.

Reference: Szegedy et al., "Rethinking the Inception architecture for computer vision" (2016), section 7. Lukasik et
al., "Does label smoothing mitigate label noise?" (2020).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import class_of, keras_loss, settings_of

SMOOTHED = ("BinaryCrossentropy", "CategoricalCrossentropy", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy")
STRENGTHS = (0.05, 0.1, 0.2)


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Set the loss's `label_smoothing`.

    Raises:
        NotApplicable: the loss has none, or smooths already.
    """
    name = class_of(recipe.loss)
    if name not in SMOOTHED or case.task.kind == "regression":
        raise NotApplicable(f"the loss {name} has no label smoothing for these targets")
    config = settings_of(recipe.loss)
    if config.get("label_smoothing"):
        raise NotApplicable("the labels are smoothed already")
    base = recipe.loss if isinstance(recipe.loss.get("config"), dict) else keras_loss(name)
    return tuple(replace(recipe, loss={**base, "config": {**config, "label_smoothing": s}}) for s in STRENGTHS)


REMEDY = Remedy(id="label-smoothing", title="Smooth the labels", apply=apply, safety="changes-meaning")
