"""What the hidden layers of a model are, as the causes of this family see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.dropout import DROPOUTS

STRONG_PENALTY = 1e-2
STRONG_DROPOUT = 0.5


def strongly_regularised(model: Json) -> bool:
    """Whether a penalty of at least .01 or dropout of at least .5 holds the network back."""
    for layer in architecture.layers(model):
        if layer.class_name in DROPOUTS and float(layer.config.get("rate") or 0.0) >= STRONG_DROPOUT:
            return True
        for key, value in layer.config.items():
            if key.endswith("_regularizer") and isinstance(value, dict) and _strength(cast("Json", value)):
                return True
    return False


def _strength(penalty: Json) -> bool:
    settings: Any = penalty.get("config")
    values = list(cast("Json", settings).values()) if isinstance(settings, dict) else []
    return any(isinstance(v, float) and v >= STRONG_PENALTY for v in values)


def is_linear(model: Json) -> bool:
    """Whether there are hidden layers and none of them applies a non-linearity."""
    activations = architecture.hidden_activations(model)
    return bool(activations) and all(name == "linear" for name in activations)


CONSTANT_START = ("Constant", "Identity", "IdentityInitializer")
"""Initialisers that carry values of the script's own, such as an embedding matrix."""


def frozen_layers(model: Json) -> tuple[tuple[str, ...], int]:
    """Names of the layers with weights that may not learn from a random start; and how many have weights."""
    weighted = architecture.weighted(model)
    frozen = [layer for layer in weighted if layer.config.get("trainable") is False and not _starts_from_values(layer)]
    return tuple(layer.name for layer in frozen), len(weighted)


def _starts_from_values(layer: Layer) -> bool:
    for key in ("embeddings_initializer", "kernel_initializer"):
        value: Any = layer.config.get(key)
        if isinstance(value, dict) and str(layer.config[key]["class_name"]) in CONSTANT_START:
            return True
    return False


CONVOLUTIONS = ("Conv", "SeparableConv", "DepthwiseConv")
"""Their filters say nothing of how much passes: they put out many positions."""
NARROWER = 4
"""A bottleneck has at most a quarter of the units of what stands behind it and of another hidden layer."""


@dataclass(frozen=True)
class Bottleneck:
    """A hidden layer far narrower than what stands before and behind it.

    Attributes:
        layer: its name.
        units: its width.
        before: largest width of a hidden layer before it, or of the input.
        behind: largest width of a layer behind it, the output included.
    """

    layer: str
    units: int
    before: int
    behind: int


def bottleneck(model: Json) -> Bottleneck | None:
    """The narrowest hidden Dense or recurrent layer that wide ones follow; None where there is none.

    It must have fewer units than what stands before it, the inputs included.

    There must be another hidden layer: a network with a single narrow one is small, not narrowed.
    """
    shape = architecture.input_shape(model)
    wide = [int(shape[-1] or 0)] if shape else [0]
    stack = [*architecture.hidden_layers(model), architecture.output_layer(model)]
    widths = [layer.units or 0 for layer in stack]
    found: list[Bottleneck] = []
    for at, layer in enumerate(stack[:-1]):
        before, behind = max([*wide, *widths[:at]]), max(widths[at + 1 :])
        others = [*widths[:at], *widths[at + 1 : -1]]
        narrow = widths[at] * NARROWER <= min(behind, max(others, default=0))
        if narrow and widths[at] < before and not layer.class_name.startswith(CONVOLUTIONS):
            found.append(Bottleneck(layer.name, widths[at], before, behind))
    return min(found, key=lambda each: each.units, default=None)
