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
SHRUNK = 30.0
"""A gradient this many times smaller at the first layer than further up has faded."""


def mostly_damping(model: Json) -> bool:
    """Whether at least half of the hidden layers apply softplus or its kin."""
    return _mostly(model, DAMPING)


def mostly_flat(model: Json) -> bool:
    """Whether at least half of the hidden layers apply sigmoid, tanh or their kin."""
    return _mostly(model, FLAT)


def _mostly(model: Json, names: tuple[str, ...]) -> bool:
    activations = architecture.hidden_activations(model)
    return sum(name in names for name in activations) * 2 >= max(len(activations), 1)
