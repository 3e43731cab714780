"""The unbranched chain of hidden Dense layers of a model, each with what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from lossclinic.core import architecture
from lossclinic.core.architecture import NORMALISATION_LAYERS, Layer
from lossclinic.core.canonical import Json
from lossclinic.core.dropout import DROPOUTS


@dataclass(frozen=True)
class Block:
    """A hidden Dense layer and the layers behind it that keep its shape.

    Attributes:
        dense: the layer.
        members: names of the layer and of the activations, normalisations and dropouts behind it.
    """

    dense: Layer
    members: tuple[str, ...]

    @property
    def end(self) -> str:
        """The last of them."""
        return self.members[-1]


def dense_blocks(model: Json) -> tuple[Block, ...]:
    """The longest run of hidden Dense layers that follow each other directly; () where there is none."""
    runs: list[list[Block]] = [[]]
    for layer in architecture.hidden_layers(model):
        if layer.class_name != "Dense" or len(layer.inbound) > 1:
            runs.append([])
            continue
        members = [layer.name]
        following = architecture.readers(model, layer.name)
        while len(following) == 1 and _keeps_shape(following[0]):
            members.append(following[0].name)
            following = architecture.readers(model, members[-1])
        if runs[-1] and layer.inbound != (runs[-1][-1].end,):
            runs.append([])
        runs[-1].append(Block(layer, tuple(members)))
        if len(following) != 1:
            runs.append([])
    return tuple(max(runs, key=len))


def _keeps_shape(layer: Layer) -> bool:
    return layer.only_activates or layer.class_name in NORMALISATION_LAYERS or layer.class_name in DROPOUTS
