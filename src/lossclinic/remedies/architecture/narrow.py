"""Give every hidden layer fewer units.

A network with more weights than the rows can pin down learns the rows by heart. Fewer units leave it fewer ways to,
cost less, and need no strength to be chosen as penalties do.

Does not apply without hidden layers, where they are narrow already (4 units or filters), or where skip connections or
fixed shapes tie the widths.

Reference: Goodfellow, Bengio and Courville, "Deep learning" (2016), section 5.2 (capacity).
"""

from __future__ import annotations

from functools import partial

from lossclinic.core.architecture import Layer
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._widths import resized

SHARES = (2, 8)
FEWEST_UNITS = 4
"""Below this a layer is a bottleneck rather than a small layer."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Divide the units of hidden layers by 2, then by 8, down to the bound.

    Raises:
        NotApplicable: there is no hidden layer that can shrink.
    """
    sizes = [partial(_shrunk, share=share) for share in SHARES]
    return resized(recipe, sizes, "no hidden layer can be made narrower")


def _shrunk(layer: Layer, share: int) -> int:
    now = layer.units or 0
    return min(now, max(now // share, FEWEST_UNITS))


REMEDY = Remedy(id="narrow", title="Make hidden layers narrower", apply=apply)
