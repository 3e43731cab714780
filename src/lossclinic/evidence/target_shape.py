"""Whether targets and output have axes that go together, or are broadcast against each other across rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
KEEPING = (
    "Dense", "Dropout", "Activation", "BatchNormalization", "LayerNormalization", "TimeDistributed", "LeakyReLU",
    "ReLU", "PReLU", "ELU", "Softmax", "Rescaling", "Normalization", "GaussianNoise", "GaussianDropout", "InputLayer",
    "SpatialDropout1D", "Conv1D", "Conv2D", "MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D",
)  # fmt: skip
"""Layers whose output has as many axes as their input."""


@dataclass(frozen=True)
class TargetShape:
    """Axes of targets and output.

    Attributes:
        targets: shape of the targets, rows first.
        axes: number of axes of the output, rows included; None where it cannot be told from the layers.
        units: width of the output layer.
        steps: name of the recurrent layer that passes all steps on to the output; "" where none does.
        text: what does not go together; "" if all does.
        severity: 0 … 1, what it is expected to cost.
    """

    targets: tuple[int, ...]
    axes: int | None
    units: int
    steps: str = ""
    text: str = ""
    severity: float = 0.0


def target_shape(case: Case, recipe: Recipe) -> TargetShape:
    """Compare the axes of targets and output, as Keras' losses line them up.

    Keras drops or adds a last axis of length 1 where that makes the number of axes equal; what then still differs is
    broadcast, or raises. Reference: Keras' documentation of losses, `squeeze_or_expand_to_same_rank`.
    """
    shape = tuple(int(n) for n in np.shape(case.data.y))
    if recipe.flat_targets:
        shape = (shape[0], int(np.prod(shape[1:])))
    axes, steps = _output_axes(recipe.model)
    units = architecture.output_layer(recipe.model).units or 0
    text, severity = _clash(shape, axes, units, steps, case)
    return TargetShape(shape, axes, units, steps, text, severity)


def _clash(shape: tuple[int, ...], axes: int | None, units: int, steps: str, case: Case) -> tuple[str, float]:
    width = shape[1] if len(shape) == 2 else 1
    if (
        axes == 3
        and steps
        and len(shape) <= 2
        and (len(shape) == 1 or (width == 1 and units == 1) or width == units > 1)
    ):
        if len(shape) == 2 and width == 1:
            return f"`{steps}` passes every step on, and each is compared with the one target of its row", 0.5
        return f"`{steps}` passes every step on, so the output has an axis more than the targets {shape[1:]}", 0.95
    if axes == 2 and len(shape) == 3 and shape[1] == 1 and shape[2] == units > 1:
        return f"the targets have an axis more {shape[1:]} than the output ({units},)", 0.95
    if axes == 2 and len(shape) == 1 and units == 1 and case.native and "loss" in case.native:
        return (
            "the output has the shape (rows, 1), the targets (rows,): a loss of your own may compare all with all",
            0.5,
        )
    return "", 0.0


def _output_axes(model: Json) -> tuple[int | None, str]:
    """Number of axes of the output, and the recurrent layer whose steps reach it."""
    shape = architecture.input_shape(model)
    axes, steps = (len(shape) if shape is not None else None), ""
    for layer in architecture.layers(model):
        if axes is None or len(layer.inbound) > 1:
            return None, ""
        axes, steps = _behind(layer, axes, steps)
    return axes, steps


def _behind(layer: Layer, axes: int, steps: str) -> tuple[int | None, str]:
    name, config = layer.class_name, layer.config
    if name in RECURRENT:
        inner: Any = config["layer"]["config"] if name == "Bidirectional" else config
        return (3, layer.name) if inner.get("return_sequences") else (2, "")
    if name == "Flatten" or name.startswith("Global"):
        return 2, ""
    if name == "Reshape":
        return 1 + len(config.get("target_shape", ())), ""
    if name == "Embedding":
        return axes + 1, ""
    if name == "RepeatVector":
        return 3, ""
    return (axes, steps) if name in KEEPING else (None, "")
