"""What every layer does with fresh weights, looked at without training anything."""

from __future__ import annotations

from collections.abc import Callable

from lossclinic.core import architecture
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.layers import Layers


def fresh_layers(recipe: Recipe, look: Callable[[Recipe], tuple[LayerProbe, ...]]) -> Layers:
    """Look at the layers once, before the first step.

    Args:
        recipe: what would be trained.
        look: measures every layer with weights on a sample of rows, at fresh weights, one gradient included; ()
            where that cannot be done.
    """
    return Layers(look(recipe), (), architecture.output_layer(recipe.model).name)
