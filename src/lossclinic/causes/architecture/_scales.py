"""What lets a signal through many layers, or keeps it from getting through."""

from __future__ import annotations

from lossclinic.core import architecture
from lossclinic.core.canonical import Json

TOO_DEEP = 6
"""Plain networks of up to five layers train without help; the degradation that He et al. (2016) show begins beyond."""
MERGES = ("Add", "Concatenate", "Average", "Multiply", "Maximum")
FLAT = ("sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign")
DAMPING = ("softplus", "log_sigmoid", "squareplus")
"""Activations that pass a constant on and half of the gradient back, wherever their inputs are small."""


def mostly_damping(model: Json) -> bool:
    """Whether at least half of the hidden layers apply softplus or its kin."""
    activations = architecture.hidden_activations(model)
    return sum(name in DAMPING for name in activations) * 2 >= max(len(activations), 1)


def mostly_flat(model: Json) -> bool:
    """Whether at least half of the hidden layers apply sigmoid, tanh or their kin."""
    activations = architecture.hidden_activations(model)
    return sum(name in FLAT for name in activations) * 2 >= max(len(activations), 1)
