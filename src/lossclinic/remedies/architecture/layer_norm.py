"""Normalise the outputs of hidden layers over the units of each row.

Layer normalisation brings each row's outputs to mean 0 and deviation 1 before a learned scale and shift, so that no
layer can make the signal grow or fade. It needs no averages over a batch, so it suits small batches and behaves alike
in training and prediction.

Does not apply without hidden Dense or recurrent layers of at least 4 units, or where they are normalised already.

Reference: Ba, Kiros and Hinton, "Layer normalization" (2016).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import DEFAULT_ACTIVATION, NORMALISATION_LAYERS
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

FEWEST_UNITS = 4
"""Of two normalised units, one says nothing that the other does not."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Put layer normalisation behind every hidden Dense or recurrent layer that has none.

    Raises:
        NotApplicable: there is no such layer.
    """
    model = recipe.model
    for layer in architecture.hidden_layers(model):
        if layer.class_name not in ("Dense", *DEFAULT_ACTIVATION) or (layer.units or 0) < FEWEST_UNITS:
            continue
        at = architecture.chain_end(model, layer.name, lambda found: found.only_activates)
        following = (*architecture.readers(model, at), *architecture.readers(model, layer.name))
        if not any(found.class_name in NORMALISATION_LAYERS for found in following):
            name = architecture.free_name(model, "layer_normalization")
            model = architecture.insert_after(model, at, architecture.make_layer("LayerNormalization", name))
    if model == recipe.model:
        raise NotApplicable("there is no hidden layer without normalisation")
    return (replace(recipe, model=model, initial="fresh"),)


REMEDY = Remedy(id="layer-norm", title="Add layer normalisation", apply=apply)
