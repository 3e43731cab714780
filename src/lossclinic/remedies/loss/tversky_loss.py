"""Train for overlap, with a miss weighing more than a false alarm.

As Dice's loss (`dice-loss`), but what is missed counts 0.7 and what is found wrongly 0.3 (then 0.9 and 0.1), where Dice
counts both a half. Recall rises at the expense of precision.

Predictions become extreme, and are no longer probabilities. Does not apply where `dice-loss` does not.

Reference: Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation using 3D fully convolutional
deep networks" (2017), who found 0.7 for misses the best.
"""

from __future__ import annotations

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._overlap import with_overlap

MISSES = (0.7, 0.9)


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Replace cross-entropy by Tversky's loss, the milder one first.

    Raises:
        NotApplicable: see above.
    """
    # Keras 3.15 multiplies by `alpha` what is in the target and not in the prediction, which are the misses, whatever
    # its documentation calls them.
    settings = [{"alpha": share, "beta": round(1 - share, 2)} for share in MISSES]
    return with_overlap(recipe, case, "Tversky", settings)


REMEDY = Remedy(id="tversky-loss", title="Use Tversky's loss", apply=apply, safety="changes-meaning")
