"""What the hidden layers of a model are, as the causes of this family see them."""

from __future__ import annotations

from typing import Any, cast

from lossclinic.core import architecture
from lossclinic.core.canonical import Json

STRONG_PENALTY = 1e-2
STRONG_DROPOUT = 0.5
DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")


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
