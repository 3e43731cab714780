"""Where a dropout layer stands, and whether that place suits it."""

from __future__ import annotations

from typing import Literal

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json

Place = Literal["output", "normalisation", "pooling", ""]
DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")


def dropout_place(model: Json, dropout: Layer) -> tuple[Place, str]:
    """What is wrong with the place of a dropout layer, and the layer that makes it wrong.

    Args:
        model: the model as plain data.
        dropout: one of its dropout layers.

    Returns:
        "output" and the output layer, where no layer with weights follows; "normalisation" and the batch normalisation
        that the signal reaches through at most one layer with weights; "pooling" and the pooling layer that reads it;
        ("", "") where it stands well, or where the graph branches behind it.
    """
    name, passed = dropout.name, 0
    while True:
        following = architecture.readers(model, name)
        if len(following) == 0:
            return ("output", architecture.output_layer(model).name) if not passed else ("", "")
        if len(following) > 1:
            return "", ""
        layer = following[0]
        if layer.class_name == "BatchNormalization":
            return "normalisation", layer.name
        if "Pooling" in layer.class_name and not passed:
            return "pooling", layer.name
        passed += layer.units is not None
        transparent = layer.only_activates or layer.class_name in ("Flatten", *DROPOUTS)
        if passed > 1 or not (transparent or layer.units is not None):
            return "", ""
        name = layer.name
