"""Move dropout to where it does no harm, or take it out there.

Dropout belongs between layers with weights: in front of the output layer rather than behind it, behind batch
normalisation rather than in front of it, behind pooling rather than before it.

Does not apply where every dropout layer stands well. Where dropout stands at the new place already, the misplaced one
is taken out.

Reference: Li, Chen, Hu and Yang, "Understanding the disharmony between dropout and batch normalization by variance
shift" (2019).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.dropout import DROPOUTS, dropout_place
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Move every misplaced dropout layer; then, instead, take them out.

    Raises:
        NotApplicable: none is misplaced.
    """
    moved = removed = recipe.model
    for layer in architecture.layers(recipe.model):
        if layer.class_name in DROPOUTS and layer.config.get("rate"):
            place, reason = dropout_place(recipe.model, layer)
            if place:
                moved = _moved(moved, layer, _anchor(recipe.model, place, reason))
                removed = architecture.remove(removed, layer.name)
    if removed == recipe.model:
        raise NotApplicable("every dropout layer stands where it does no harm")
    models = [moved] if moved == removed else [moved, removed]
    return tuple(replace(recipe, model=model) for model in models)


def _anchor(model: Json, place: str, reason: str) -> str | None:
    """The layer behind which the dropout belongs; None where there is no such place."""
    if place == "output":
        inbound = next(layer for layer in architecture.layers(model) if layer.name == reason).inbound
        sources = [layer for layer in architecture.layers(model) if layer.name in inbound]
        return sources[0].name if len(sources) == 1 and sources[0].class_name != "InputLayer" else None
    end = architecture.chain_end(model, reason, lambda layer: layer.only_activates or "Pooling" in layer.class_name)
    return end if architecture.readers(model, end) else None


def _moved(model: Json, dropout: Layer, anchor: str | None) -> Json:
    """The model with the dropout behind its new place; without it where there is none, or where one stands already."""
    result = architecture.remove(model, dropout.name)
    present = {layer.name: layer for layer in architecture.layers(result)}
    taken = anchor in present and present[anchor].class_name in DROPOUTS
    if anchor not in present or taken:
        return result
    if any(layer.class_name in DROPOUTS for layer in architecture.readers(result, anchor)):
        return result
    # Another name, so that the difference shows the move.
    name = architecture.free_name(model, f"{dropout.name}_moved")
    new = architecture.make_layer(dropout.class_name, **{**dropout.config, "name": name})
    return architecture.insert_after(result, anchor, new)


REMEDY = Remedy(id="move-dropout", title="Move dropout to where it does no harm", apply=apply)
