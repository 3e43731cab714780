"""Whether the first weights are of the size that keeps signals and gradients in theirs."""

from __future__ import annotations

import math

from lossclinic.evidence.layers import Layers

LARGE, SMALL = 4.0, 0.1
"""Some three times He's 1.4; and a tenth, which training with an adaptive optimizer often gets over."""
LARGE_ALL, SMALL_ALL = 20.0, 0.02
"""For the product over all layers."""


def widths(layers: Layers) -> dict[str, float]:
    """Layer → how many times as wide as they should be its first weights are; layers of equal units left out."""
    found = {p.layer: p.initial_width for p in layers.start if p.identical_units < 1}
    return {name: width for name, width in found.items() if width is not None}


def starts_off(layers: Layers) -> bool:
    """Whether the first weights of a layer, or of all together, are of the wrong size by far."""
    found = widths(layers)
    alone = any(not SMALL <= width <= LARGE for width in found.values())
    return alone or not SMALL_ALL <= math.prod(found.values()) <= LARGE_ALL
