"""Which hidden layers may become wider without breaking what reads them."""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.core.architecture import NORMALISATION_LAYERS, Layer
from lossclinic.core.canonical import Json

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
