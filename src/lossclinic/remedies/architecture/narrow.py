"""Give every hidden layer fewer units.

A network with more weights than the rows can pin down learns the rows by heart. Fewer units leave it fewer ways to,
cost less, and need no strength to be chosen as penalties do.

Does not apply without hidden layers, where they are narrow already (4 units or filters), or where skip connections or
fixed shapes tie the widths.

Reference: Goodfellow, Bengio and Courville, "Deep learning" (2016), section 5.2 (capacity).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._widths import free_layers

SHARES = (2, 8)
FEWEST_UNITS = 4
"""Below this a layer is a bottleneck rather than a small layer."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Divide the units of hidden layers by 2, then by 8, down to the bound.

    Raises:
        NotApplicable: there is no hidden layer that can shrink.
    """
    models: list[Json] = []
    for share in SHARES:
        model = _narrowed(recipe.model, share)
        if model != recipe.model and model not in models:
            models.append(model)
    if not models:
        raise NotApplicable("no hidden layer can be made narrower")
    return tuple(replace(recipe, model=model, initial="fresh") for model in models)


def _narrowed(model: Json, share: int) -> Json:
    free = free_layers(model)
    for layer in architecture.hidden_layers(model):
        now = layer.units or 0
        units = min(now, max(now // share, FEWEST_UNITS))
        if layer.name in free and units != now:
            argument = "units" if "units" in layer.config else "filters"
            model = architecture.with_config(model, layer.name, **{argument: units})
    return model


REMEDY = Remedy(id="narrow", title="Make hidden layers narrower", apply=apply)
