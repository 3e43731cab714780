"""Choose the loss that fits the task, the labels and the output layer as it stands.

Cross-entropy fits classes, with `from_logits` exactly where the output is linear; its sparse form fits integer labels,
the other one-hot rows; squared error fits numbers. Any other pairing has gradients that vanish, point elsewhere, or
belong to another question. Loss values before and after cannot be compared.

Does not apply where the loss fits, or where no loss fits the output (see `matching-output`).

Reference: Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2; Keras' documentation of losses.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import as_trained, class_of, fitting_loss, suits


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Replace the loss.

    Raises:
        NotApplicable: the loss fits already, or no loss fits the output.
    """
    case = as_trained(recipe, case)
    units = architecture.output_layer(recipe.model).units or 1
    wanted = fitting_loss(case, architecture.output_activation(recipe.model), units)
    if suits(recipe.loss, wanted, case):
        raise NotApplicable(f"the loss {class_of(recipe.loss)} fits the task and the output")
    return (replace(recipe, loss=wanted),)


REMEDY = Remedy(
    id="matching-loss", title="Use the loss that fits task and output", apply=apply, safety="changes-meaning"
)
