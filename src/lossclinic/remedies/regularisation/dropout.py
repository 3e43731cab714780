"""Switch off a random share of hidden units in every training step.

No unit can rely on a particular other one, so the network learns redundant features and memorises single rows less.
Each dropout stands behind its block's activation, normalisation and pooling: before them it would disturb their
averages.

Does not apply without hidden layers or where dropout stands behind them already.

Reference: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout" (2014); Li, Chen, Hu and Yang,
"Understanding the disharmony between dropout and batch normalization" (2019).
"""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.architecture import NORMALISATION_LAYERS, Layer
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.regularisation._dropouts import RATES


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Dropout of 0.2, then of 0.5, behind every hidden layer that has none.

    Raises:
        NotApplicable: there is no such layer.
    """
    models = [with_dropout(recipe.model, rate) for rate in (0.2, 0.5)]
    if models[0] == recipe.model:
        raise NotApplicable("there is no hidden layer without dropout behind it")
    return tuple(replace(recipe, model=model) for model in models)


def with_dropout(model: Json, rate: float) -> Json:
    """The model with dropout behind every hidden layer that has none; itself where there is no such layer."""
    for layer in architecture.hidden_layers(model):
        at = architecture.chain_end(model, layer.name, _belongs_to_block)
        following = architecture.readers(model, at)
        if following and not any(found.class_name in RATES for found in following):
            new = architecture.make_layer("Dropout", architecture.free_name(model, "dropout"), rate=rate)
            model = architecture.insert_after(model, at, new)
    return model


def _belongs_to_block(layer: Layer) -> bool:
    return layer.only_activates or layer.class_name in NORMALISATION_LAYERS or "Pooling" in layer.class_name


REMEDY = Remedy(id="dropout", title="Add dropout", apply=apply)
