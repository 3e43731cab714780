"""Hidden layers that may change their width without breaking what reads them, and models in which they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import NORMALISATION_LAYERS, Layer
from lossclinic.core.canonical import Json
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

MERGES = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}
"""Layers that need inputs of one and the same width."""
FIXED_SHAPE = {"Reshape", "Lambda", "Dot", "Attention", "AdditiveAttention", "MultiHeadAttention"}
"""Layers whose own arguments or other inputs fix the width of what they read."""


def free_layers(model: Json) -> frozenset[str]:
    """Names of the hidden layers that can be widened together by one factor."""
    by_name = {layer.name: layer for layer in architecture.layers(model)}
    hidden = {layer.name for layer in architecture.hidden_layers(model)}
    free = {name for name in hidden if _rescalable(by_name[name])}
    for layer in by_name.values():
        if layer.class_name in FIXED_SHAPE:
            free -= {origin for source in layer.inbound for origin in _origins(by_name, source)}
        elif layer.class_name in MERGES:
            origins = {origin for source in layer.inbound for origin in _origins(by_name, source)}
            widths = {by_name[origin].units for origin in origins}
            if not origins <= free or len(widths) > 1:
                free -= origins
    ends = [name for name in by_name if not architecture.readers(model, name)]
    return frozenset(free - {origin for end in ends for origin in _origins(by_name, end)})


def with_sizes(model: Json, layers: Sequence[Layer], size: Callable[[Layer], int]) -> Json:
    """The model with other units, or filters, in some of its layers."""
    for layer in layers:
        if size(layer) != layer.units:
            argument = "units" if "units" in layer.config else "filters"
            model = architecture.with_config(model, layer.name, **{argument: size(layer)})
    return model


def resized(recipe: Recipe, sizes: Sequence[Callable[[Layer], int]], why_not: str) -> tuple[Recipe, ...]:
    """The recipe with other widths of its hidden layers, from fresh weights.

    Args:
        recipe: whose model is changed.
        sizes: for each result, layer → its units or filters.
        why_not: the reason where no layer changes.

    Raises:
        NotApplicable: no layer changes.
    """
    free = free_layers(recipe.model)
    layers = [layer for layer in architecture.hidden_layers(recipe.model) if layer.name in free]
    models: list[Json] = []
    for size in sizes:
        model = with_sizes(recipe.model, layers, size)
        if model != recipe.model and model not in models:
            models.append(model)
    if not models:
        raise NotApplicable(why_not)
    return tuple(replace(recipe, model=model, initial="fresh") for model in models)


def _rescalable(layer: Layer) -> bool:
    return not layer.config.get("return_state") and int(layer.config.get("groups", 1)) == 1


def _origins(by_name: dict[str, Layer], name: str) -> set[str]:
    """The layers that decide the width of what layer `name` puts out."""
    layer = by_name[name]
    keeps = layer.only_activates or layer.class_name in NORMALISATION_LAYERS | MERGES
    keeps = keeps or "Dropout" in layer.class_name or "Pooling" in layer.class_name
    if not keeps:
        return {name}
    return {origin for source in layer.inbound for origin in _origins(by_name, source)}
