"""Let frozen layers learn.

`trainable=False` keeps a layer's weights as they are. That suits a pretrained base at the start of fine-tuning; a layer
that was never trained has nothing worth keeping.

Does not apply where every layer may learn already. Weights that the script loaded or trained stay the start.

Reference: Keras guide "Transfer learning and fine-tuning" (2020).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Set `trainable=True` on every layer that is frozen.

    Raises:
        NotApplicable: none is.
    """
    model = recipe.model
    for layer in architecture.layers(model):
        if layer.config.get("trainable") is False:
            model = architecture.with_config(model, layer.name, trainable=True)
    if model == recipe.model:
        raise NotApplicable("every layer may learn already")
    return (replace(recipe, model=model),)


REMEDY = Remedy(id="unfreeze", title="Let frozen layers learn", apply=apply)
