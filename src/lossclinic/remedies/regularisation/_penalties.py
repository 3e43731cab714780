"""Put a penalty on the kernels of hidden layers."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

KEY = "kernel_regularizer"
STRONGER = (3.0, 10.0)


def penalise(recipe: Recipe, kind: str, strengths: tuple[float, ...]) -> tuple[Recipe, ...]:
    """The recipe with a penalty on every hidden kernel that has none, once for each strength.

    A model without hidden layers is penalised at its output layer. Where every kernel is penalised already, its
    penalty of this kind is made three and ten times as strong.

    Args:
        recipe: whose model is changed.
        kind: "l1" or "l2".
        strengths: factors of the penalty in the loss.

    Raises:
        NotApplicable: all kernels are penalised already, in another way.
    """
    hidden = architecture.hidden_layers(recipe.model) or (architecture.output_layer(recipe.model),)
    free = [layer for layer in hidden if "kernel_initializer" in layer.config and not layer.config.get(KEY)]
    if not free:
        return _stronger(recipe, kind, hidden)
    results: list[Recipe] = []
    for strength in strengths:
        penalty = {
            "module": "keras.regularizers",
            "class_name": kind.upper(),
            "config": {kind: strength},
            "registered_name": None,
        }
        model = recipe.model
        for layer in free:
            model = architecture.with_config(model, layer.name, **{KEY: penalty})
        results.append(replace(recipe, model=model))
    return tuple(results)


def _stronger(recipe: Recipe, kind: str, hidden: tuple[architecture.Layer, ...]) -> tuple[Recipe, ...]:
    results: list[Recipe] = []
    for factor in STRONGER:
        model = recipe.model
        for layer in hidden:
            penalty = cast("Json", layer.config.get(KEY) or {})
            strength = float(cast("Json", penalty.get("config", {})).get(kind) or 0.0)
            if strength:
                config = {**penalty["config"], kind: float(f"{strength * factor:.3g}")}
                model = architecture.with_config(model, layer.name, **{KEY: {**penalty, "config": config}})
        results.append(replace(recipe, model=model))
    if results[0].model == recipe.model:
        raise NotApplicable("every hidden kernel carries a penalty of another kind already, or there is none")
    return tuple(results)
