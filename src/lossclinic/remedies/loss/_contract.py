"""Which loss fits a task, its labels and an output layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np

from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.core.shaped import primary_of
from lossclinic.core.task import Task

NUMBER_LOSSES = {"MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh"}
COUNT_LOSSES = {"Poisson", "MeanSquaredLogarithmicError"}
SIGNED_LOSSES = {*NUMBER_LOSSES, "Hinge", "SquaredHinge"}
AS_GOOD = {
    "BinaryCrossentropy": {"BinaryCrossentropy", "BinaryFocalCrossentropy"},
    "CategoricalCrossentropy": {"CategoricalCrossentropy", "CategoricalFocalCrossentropy", "KLDivergence"},
    "SparseCategoricalCrossentropy": {"SparseCategoricalCrossentropy"},
}
"""Losses that measure the same thing on the same labels: a script that chose one of them chose well."""


def class_of(loss: Json) -> str:
    """Class name of a serialised loss, also where the script gave the function."""
    if isinstance(loss.get("config"), str):
        return "".join(part.capitalize() for part in str(loss["config"]).split("_"))
    return str(loss["class_name"])


def settings_of(loss: Json) -> Json:
    """The arguments of a serialised loss; none where the script gave the function."""
    config: Any = loss.get("config")
    return dict(cast("Json", config)) if isinstance(config, dict) else {}


def from_logits(loss: Json) -> bool:
    """Whether the loss expects logits."""
    return bool(settings_of(primary_of(loss)).get("from_logits", False))


def as_trained(recipe: Recipe, case: Case) -> Case:
    """The case with its labels as the recipe trains on them."""
    task = case.task
    if recipe.labels == "given" or not task.is_classes:
        return case
    return replace(case, task=replace(task, classes=tuple(float(k) for k in range(len(task.classes)))))


def signed(task: Task) -> bool:
    """Whether the two classes are labelled -1 and 1."""
    return task.kind == "binary" and task.classes == (-1.0, 1.0)


def counted_from_zero(task: Task) -> bool:
    """Whether the labels are 0 … K-1, as Keras' losses count classes."""
    return task.classes == tuple(float(k) for k in range(len(task.classes)))


def suits(loss: Json, wanted: Json, case: Case) -> bool:
    """Whether a loss is as good a choice as the wanted one."""
    name, target = class_of(primary_of(loss)), class_of(wanted)
    if target == "MeanSquaredError":
        if case.task.is_classes:
            return name in SIGNED_LOSSES
        positive = bool(np.all(case.data.y >= 0))
        return name in NUMBER_LOSSES or (positive and name in COUNT_LOSSES)
    if case.task.kind == "multilabel" and name in ("Dice", "Tversky"):
        return not from_logits(wanted)
    return name in AS_GOOD[target] and from_logits(loss) == from_logits(wanted)


def fitting_loss(case: Case, activation: str, units: int) -> Json:
    """The loss for this task behind an output of that activation and width.

    Args:
        case: its task and labels decide.
        activation: what the output layer applies.
        units: its width.

    Raises:
        NotApplicable: no loss makes sense of that output; the output must change first.
    """
    task = case.task
    if task.kind == "regression":
        return keras_loss("MeanSquaredError")
    if task.kind == "multilabel":
        return _crossentropy("BinaryCrossentropy", activation, "sigmoid")
    if signed(task) and not task.one_hot:
        if units != 1 or activation not in ("tanh", "linear"):
            raise NotApplicable(f"no loss fits labels of -1 and 1 to {units} unit(s) of {activation}")
        return keras_loss("MeanSquaredError")
    if not counted_from_zero(task):
        raise NotApplicable(f"the labels run from {task.classes[0]:g} to {task.classes[-1]:g}, not from 0")
    if units == 1 and task.kind == "binary" and not task.one_hot:
        return _crossentropy("BinaryCrossentropy", activation, "sigmoid")
    if units < len(task.classes) or (task.one_hot and units != len(task.classes)):
        raise NotApplicable(f"the output has {units} unit(s) for {len(task.classes)} classes")
    if task.one_hot and activation == "sigmoid":
        return _crossentropy("BinaryCrossentropy", activation, "sigmoid")
    name = "CategoricalCrossentropy" if task.one_hot else "SparseCategoricalCrossentropy"
    return _crossentropy(name, activation, "softmax")


def _crossentropy(name: str, activation: str, bounded: str) -> Json:
    if activation not in (bounded, "linear"):
        raise NotApplicable(f"the output's {activation} gives no probabilities, so no loss alone makes it right")
    return keras_loss(name, from_logits=activation == "linear")


def keras_loss(name: str, **config: Any) -> Json:
    """A serialised Keras loss."""
    return {"module": "keras.losses", "class_name": name, "config": config, "registered_name": None}
