"""Which losses a training admits, each as a recipe."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.errors import NotApplicable, UsageError
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.loss import dice_loss, focal_loss, huber_loss, label_smoothing, tversky_loss
from lossclinic.remedies.loss._contract import as_trained, class_of, fitting_loss, keras_loss, settings_of
from lossclinic.remedies.loss._overlap import with_probabilities

Choices = dict[str, Recipe]
LeftOut = tuple[tuple[str, str], ...]
FROM_REMEDIES: dict[str, tuple[Callable[[Recipe, Case], tuple[Recipe, ...]], int]] = {
    "focal loss": (focal_loss.apply, -1),
    "label smoothing": (label_smoothing.apply, 1),
    "Dice's loss": (dice_loss.apply, 0),
    "Tversky's loss": (tversky_loss.apply, 0),
    "Huber's loss": (huber_loss.apply, 0),
}
"""Name → the remedy that brings it, and which of its strengths is the one that its source recommends."""
ON_CLASSES = ("focal loss", "label smoothing", "Dice's loss", "Tversky's loss")
ON_NUMBERS = ("Huber's loss",)
PLAIN_ON_CLASSES = ("MeanSquaredError", "MeanAbsoluteError")
PLAIN_ON_NUMBERS = ("MeanSquaredError", "MeanAbsoluteError", "LogCosh")
NAMES = {
    "BinaryCrossentropy": "binary cross-entropy",
    "CategoricalCrossentropy": "cross-entropy",
    "SparseCategoricalCrossentropy": "cross-entropy",
    "BinaryFocalCrossentropy": "focal loss",
    "CategoricalFocalCrossentropy": "focal loss",
    "MeanSquaredError": "squared error",
    "MeanAbsoluteError": "absolute error",
    "LogCosh": "log-cosh",
    "Huber": "Huber's loss",
    "Dice": "Dice's loss",
    "Tversky": "Tversky's loss",
}


def losses_of(case: Case) -> tuple[Choices, LeftOut]:
    """Every loss that the task and the output of a training admit.

    Returns:
        Name → recipe, the script's own loss first; and (name, why) of what was left out.

    Raises:
        UsageError: no loss fits the output as it stands.
    """
    own = case.recipe
    fitting = _fitting(case)
    found: Choices = {name_of(own.loss): own}
    base = own if class_of(own.loss) == class_of(fitting) else replace(own, loss=fitting)
    found.setdefault(name_of(base.loss), base)
    left_out: list[tuple[str, str]] = []
    numbers = case.task.kind == "regression"
    for name in PLAIN_ON_NUMBERS if numbers else PLAIN_ON_CLASSES:
        if numbers or class_of(fitting) != "MeanSquaredError":
            model = own.model if numbers else with_probabilities(base)
            found.setdefault(NAMES[name], replace(own, model=model, loss=keras_loss(name)))
    base = _one_hot(base)
    for name in ON_NUMBERS if numbers else ON_CLASSES:
        apply, strength = FROM_REMEDIES[name]
        try:
            found.setdefault(name, apply(base, case)[strength])
        except NotApplicable as why:
            left_out.append((name, str(why)))
    return found, tuple((name, why) for name, why in left_out if name not in found)


def name_of(loss: Json) -> str:
    """A loss for people."""
    name = class_of(loss)
    if settings_of(loss).get("label_smoothing"):
        return "label smoothing"
    return NAMES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _fitting(case: Case) -> Json:
    """The cross-entropy or squared error that the task asks for."""
    output = architecture.output_layer(case.recipe.model)
    activation = architecture.output_activation(case.recipe.model)
    try:
        return fitting_loss(as_trained(case.recipe, case), activation, output.units or 1)
    except NotApplicable as why:
        raise UsageError(
            f"{case.name}: {why}.",
            expected="an output and labels that some loss fits",
            do="repair that first: `lossclinic run` shows how.",
        ) from None


def _one_hot(base: Recipe) -> Recipe:
    """The same cross-entropy on one-hot labels: Keras has no focal loss, smoothing or overlap for class numbers."""
    if class_of(base.loss) != "SparseCategoricalCrossentropy":
        return base
    kept = {key: value for key, value in settings_of(base.loss).items() if key == "from_logits"}
    return replace(base, loss=keras_loss("CategoricalCrossentropy", **kept))
