"""Set the initialisers of layers that have kernels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

KERNELS = ("kernel_initializer", "depthwise_initializer", "pointwise_initializer")
CONSTANTS = {"Zeros", "Ones", "Constant"}


def initialise(recipe: Recipe, layers: Iterable[Layer], class_name: str, as_good: frozenset[str]) -> tuple[Recipe, ...]:
    """Start the layers' kernels from an initialiser and their biases from 0.

    Recurrent kernels that start from a constant become orthogonal, Keras' default.

    Args:
        recipe: whose model is changed; it starts from fresh weights afterwards.
        layers: which layers.
        class_name: Keras class of the initialiser.
        as_good: classes of initialisers that are left as they are.

    Raises:
        NotApplicable: all of them start so already.
    """
    model = recipe.model
    for layer in layers:
        changes: Json = {key: initialiser(class_name) for key in KERNELS if class_of(layer, key) not in {*as_good, ""}}
        if class_of(layer, "recurrent_initializer") in CONSTANTS:
            changes["recurrent_initializer"] = initialiser("Orthogonal")
        if class_of(layer, "bias_initializer") not in ("Zeros", ""):
            changes["bias_initializer"] = initialiser("Zeros")
        if changes:
            model = architecture.with_config(model, layer.name, **changes)
    if model == recipe.model:
        raise NotApplicable(f"the layers start from {class_name} or its like already")
    return (replace(recipe, model=model, initial="fresh"),)


def class_of(layer: Layer, key: str) -> str:
    """Class of the layer's initialiser; "" where it has no such weights."""
    value: Any = layer.config.get(key)
    if isinstance(value, dict):
        return str(layer.config[key]["class_name"])
    return "".join(part.capitalize() for part in str(value).split("_")) if value else ""


def initialiser(class_name: str) -> Json:
    return {"module": "keras.initializers", "class_name": class_name, "config": {}, "registered_name": None}
