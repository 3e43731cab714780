"""Put a penalty on the kernels of hidden layers."""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

KEY = "kernel_regularizer"


def penalise(recipe: Recipe, kind: str, strengths: tuple[float, ...]) -> tuple[Recipe, ...]:
    """The recipe with a penalty on every hidden kernel that has none, once for each strength.

    A model without hidden layers is penalised at its output layer.

    Args:
        recipe: whose model is changed.
        kind: "l1" or "l2".
        strengths: factors of the penalty in the loss.

    Raises:
        NotApplicable: all kernels are penalised already.
    """
    hidden = architecture.hidden_layers(recipe.model) or (architecture.output_layer(recipe.model),)
    free = [layer for layer in hidden if "kernel_initializer" in layer.config and not layer.config.get(KEY)]
    if not free:
        raise NotApplicable("every hidden kernel carries a penalty already, or there is none")
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
