"""Whether the first weights are of the size that keeps signals and gradients in theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.probe import LayerProbe
from lossclinic.evidence.layers import Layers

LARGE, SMALL = 4.0, 0.1
"""Some three times He's 1.4; and a tenth, which training with an adaptive optimizer often gets over."""
LARGE_EACH, SMALL_EACH = 2.5, 0.35
LARGE_ALL, SMALL_ALL = 20.0, 0.02
"""For the geometric mean and the product over all layers; any number of layers of He's width is right."""
DRIFTED = 30.0
"""Ten layers of He's or Glorot's width change a signal some tenfold by chance; thirtyfold has a reason."""
ADDED_UP = 10.0
"""Shortcuts that add keep a signal from fading, so it does not drift by chance: each block of He's width adds as much
variance again as it receives, and tenfold is reached after six or seven of them."""


def widths(layers: Layers) -> dict[str, float]:
    """Layer → how many times as wide as they should be its first weights are; layers of equal units left out."""
    found = {p.layer: p.initial_width for p in layers.start if p.identical_units < 1}
    return {name: width for name, width in found.items() if width is not None}


def starts_off(layers: Layers) -> bool:
    """Whether the first weights of a layer, or of all together, are of the wrong size by far."""
    found = widths(layers)
    alone = any(not SMALL <= width <= LARGE for width in found.values())
    product = math.prod(found.values())
    each = product ** (1 / max(len(found), 1))
    return alone or (each > LARGE_EACH and product > LARGE_ALL) or (each < SMALL_EACH and product < SMALL_ALL)


def drift(probes: Sequence[LayerProbe]) -> float:
    """Largest output deviation over the smallest, of hidden layers whose outputs vary; 1 for fewer than two."""
    sizes = [p.output_std for p in probes if math.isfinite(p.output_std) and p.output_std > 0]
    return max(sizes) / min(sizes) if len(sizes) > 1 else 1.0


def drifted(model: Json) -> float:
    """From which drift on the model, rather than chance, is to blame."""
    return ADDED_UP if architecture.has(model, "Add") else DRIFTED
