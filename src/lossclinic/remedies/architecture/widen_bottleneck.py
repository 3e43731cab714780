"""Give the one narrow layer as much room as its neighbours.

What a layer of few units drops is lost for all layers behind it. The others are wide enough, so only this one grows:
first to four times its units, then to the width of its narrower neighbour.

Does not apply where no hidden layer has at most a quarter of the units of another one, or where skip connections or
fixed shapes tie its width.

Reference: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception architecture" (2016), section 2.
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.architecture._widths import free_layers

NARROWER = 4


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Widen the narrowest hidden layer.

    Raises:
        NotApplicable: none is far narrower than another, or its width is tied.
    """
    hidden = architecture.hidden_layers(recipe.model)
    # Filters say nothing of how much passes: a convolution puts out many positions.
    dense = [at for at, layer in enumerate(hidden) if not layer.class_name.startswith(("Conv", "Sep", "Depth"))]
    widths = [layer.units or 0 for layer in hidden]
    if not dense or min(widths[at] for at in dense) * NARROWER > max(widths):
        raise NotApplicable("no hidden layer is far narrower than another one")
    at = min(dense, key=lambda each: widths[each])
    layer, now = hidden[at], widths[at]
    if layer.name not in free_layers(recipe.model):
        raise NotApplicable(f"the width of '{layer.name}' is tied to another layer's")
    sides = [max(side) for side in (widths[:at], widths[at + 1 :]) if side]
    target = max(min(sides), NARROWER * now)
    models = [
        architecture.with_config(recipe.model, layer.name, units=units)
        for units in dict.fromkeys((NARROWER * now, target))
    ]
    return tuple(replace(recipe, model=model, initial="fresh") for model in models)


REMEDY = Remedy(id="widen-bottleneck", title="Widen the one narrow layer", apply=apply)
