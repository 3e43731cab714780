"""Count the classes from 0, in the order of their labels, as Keras' losses read them.

Binary cross-entropy reads 0 and 1: with -1 and 1 or 1 and 2 it falls without end. Sparse cross-entropy takes a label
for the number of a unit: with labels 1 … K the first unit never answers, and the last class has none. Predictions
then stand for positions among the sorted labels, not for the labels themselves.

Does not apply to numbers, one-hot rows, or labels that the loss and the output can take as they are.

Reference: Keras' documentation of the probabilistic losses; scikit-learn's `LabelEncoder` does the same.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss._contract import class_of, counted_from_zero

READ_AS_NUMBERS = ("SparseCategoricalCrossentropy", "BinaryCrossentropy", "BinaryFocalCrossentropy")


def apply(recipe: Recipe, case: Case) -> tuple[Recipe, ...]:
    """Train on the positions of the labels instead of the labels.

    Raises:
        NotApplicable: there are no labels to count, they are counted already, or the loss reads no class numbers.
    """
    if not case.task.is_classes or case.task.one_hot:
        raise NotApplicable("the targets are not single class labels")
    if recipe.labels == "counted" or counted_from_zero(case.task):
        raise NotApplicable("the labels are counted from 0 already")
    if class_of(recipe.loss) not in READ_AS_NUMBERS:
        raise NotApplicable(f"the loss {class_of(recipe.loss)} does not read class numbers")
    units = architecture.output_layer(recipe.model).units or 1
    if units > 1 and all(0 <= label < units and label == round(label) for label in case.task.classes):
        raise NotApplicable(f"each label is the number of one of the {units} output units")
    return (replace(recipe, labels="counted"),)


REMEDY = Remedy(
    id="fix-label-encoding", title="Count the classes from 0, as the loss does", apply=apply, safety="changes-meaning"
)
