"""Let rows that the network is already sure of count for little in the loss.

Cross-entropy sums a small loss over many easy rows of the frequent class until it outweighs the few hard ones. The
focal loss multiplies each row's by (1 - p)^gamma, p the probability of its class, so that easy rows fade. Predictions
become less extreme, and are no longer probabilities.

Does not apply to sparse cross-entropy (Keras has focal losses for one-hot and 0/1 labels only), to other losses, or
where the loss is focal already.

Reference: Lin, Goyal, Girshick, He and Dollár, "Focal loss for dense object detection" (2017), who found 2 the best
gamma.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import class_of, keras_loss, settings_of

FOCAL: dict[str, tuple[str, Json]] = {
    "BinaryCrossentropy": ("BinaryFocalCrossentropy", {}),
    # Keras multiplies by alpha (0.25) even without class weights, which is another learning rate and nothing else.
    "CategoricalCrossentropy": ("CategoricalFocalCrossentropy", {"alpha": 1.0}),
}
GAMMAS = (1.0, 2.0)
KEPT = ("from_logits", "label_smoothing")


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Replace cross-entropy by its focal form, with a gamma of 1, then of 2.

    Raises:
        NotApplicable: see above.
    """
    name = class_of(recipe.loss)
    if case.task.kind == "regression" or name not in FOCAL:
        raise NotApplicable(f"there is no focal form of the loss {name} for these targets")
    class_name, settings = FOCAL[name]
    config = settings_of(recipe.loss)
    kept = {key: config[key] for key in KEPT if config.get(key)}
    return tuple(replace(recipe, loss=keras_loss(class_name, **settings, **kept, gamma=gamma)) for gamma in GAMMAS)


REMEDY = Remedy(id="focal-loss", title="Use a focal loss", apply=apply, safety="changes-meaning")
