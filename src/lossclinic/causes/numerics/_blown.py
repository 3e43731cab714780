"""Whether a training that breaks had left the realm of ordinary numbers before."""

from __future__ import annotations

from lossclinic.core.probe import Breakdown

GROWTH = 100.0
"""Weights a hundred times the largest fresh one: no ordinary training comes near."""
GROWN = 3.0
"""With weights that have hardly moved, a huge activation is what the layers themselves make of the inputs."""
LARGE_ACTIVATION = 1e6
"""From here on, squares and exponentials overflow single precision or lose all digits."""


def blown_up(found: Breakdown) -> bool:
    """Whether weights or activations had grown out of all proportion before the first number that is not finite."""
    return found.growth > GROWTH or (found.growth > GROWN and found.activation > LARGE_ACTIVATION)
