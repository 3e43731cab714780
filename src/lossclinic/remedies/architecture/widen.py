"""Give every hidden layer more units.

With too few units no setting of the weights represents the pattern, and few units also leave few paths out of a poor
start. The training loss then stays above what simpler methods reach.

Does not apply without hidden layers, where they are wide already (512 units, 128 filters), or where skip connections
or fixed shapes tie the widths.

Reference: Barron, "Universal approximation bounds for superpositions of a sigmoidal function" (1993).
"""

from __future__ import annotations

from functools import partial

from lossclinic.core.architecture import Layer
from lossclinic.core.catalogue import Remedy
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._widths import resized

FACTORS = (4, 16)
MOST_UNITS = 512
MOST_FILTERS = 128
"""Beyond these a network of this kind rarely lacks width, and every training costs 16 times as much."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Multiply the units of hidden layers by 4, then by 16, up to the bounds.

    Raises:
        NotApplicable: there is no hidden layer that can grow.
    """
    sizes = [partial(_grown, factor=factor) for factor in FACTORS]
    return resized(recipe, sizes, "no hidden layer can be made wider")


def _grown(layer: Layer, factor: int) -> int:
    now = layer.units or 0
    return max(now, min(now * factor, MOST_UNITS if "units" in layer.config else MOST_FILTERS))


REMEDY = Remedy(id="widen", title="Make hidden layers wider", apply=apply)
