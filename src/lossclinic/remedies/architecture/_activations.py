"""Exchange the activations of hidden Dense and convolution layers, wherever the model applies them."""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

SATURATING = frozenset(
    {"sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign", "softmax", "exponential", "softplus", "log_sigmoid"}
)
"""Activations with flat ends or half a slope, and one whose units compete; all shrink the gradients of layers before
them."""
MISSING = frozenset({"linear"})


def is_dense_or_convolution(layer: Layer) -> bool:
    """Whether the layer multiplies by a kernel and does nothing else (recurrent layers need their own tanh)."""
    return layer.class_name == "Dense" or (layer.class_name.startswith(("Conv", "SeparableConv")) and bool(layer.units))


def exchange_activations(recipe: Recipe, to: str, instead_of: frozenset[str]) -> tuple[Recipe, ...]:
    """Let hidden layers apply another activation, inside the layer or in the activation layer behind it.

    A layer without any non-linearity behind it counts as "linear".

    Args:
        recipe: whose model is changed.
        to: Keras name of the new activation.
        instead_of: names of the activations to replace.

    Raises:
        NotApplicable: no hidden layer applies one of them.
    """
    model = recipe.model
    for layer in architecture.hidden_layers(model):
        if is_dense_or_convolution(layer):
            model = _exchange(model, layer, to, instead_of)
    if model == recipe.model:
        raise NotApplicable(f"no hidden layer has an activation that {to} should replace")
    return (replace(recipe, model=model),)


def _exchange(model: Json, layer: Layer, to: str, instead_of: frozenset[str]) -> Json:
    behind, reaches_end = _activations_behind(model, layer.name)
    if layer.activation not in (None, "linear"):
        return architecture.with_config(model, layer.name, activation=to) if layer.activation in instead_of else model
    if not behind and not reaches_end and "linear" in instead_of:
        return architecture.with_config(model, layer.name, activation=to)
    for found in behind:
        if found.activation in instead_of:
            model = _exchange_layer(model, found, to)
    return model


def _exchange_layer(model: Json, layer: Layer, to: str) -> Json:
    if "activation" in layer.config:
        return architecture.with_config(model, layer.name, activation=to)
    new = architecture.make_layer("Activation", architecture.free_name(model, f"{to}_activation"), activation=to)
    return architecture.remove(architecture.insert_after(model, layer.name, new), layer.name)


def _activations_behind(model: Json, name: str) -> tuple[list[Layer], bool]:
    """Non-linear layers between a layer and the next ones with units; and whether the output is reached before any."""
    found: list[Layer] = []
    waiting, seen, reaches_end = [name], {name}, False
    while waiting:
        following = architecture.readers(model, waiting.pop())
        reaches_end = reaches_end or not following
        for layer in following:
            if layer.name in seen or layer.units is not None:
                continue
            seen.add(layer.name)
            if layer.activation not in (None, "linear"):
                found.append(layer)
            else:
                waiting.append(layer.name)
    return found, reaches_end
