"""Weaken penalties and dropout, or take them away.

A penalty that outweighs the data loss, or dropout that leaves too few units, keeps the network from learning what the
data show: training loss stays high as well.

Does not apply where nothing regularises. Loss values lose the penalty, so only scores on data can be compared.

Reference: Goodfellow, Bengio and Courville, "Deep Learning" (2016), chapter 7.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.regularisation._dropouts import RATES

STRENGTHS = ((0.1, 0.5), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0))
"""Factors of penalties and of noise, gentlest first."""
RECURRENT_RATES = ("dropout", "recurrent_dropout")
NEGLIGIBLE = 1e-6
"""A penalty below this, divided further, changes nothing that could be measured; it is removed at once."""


def apply(recipe: Recipe) -> tuple[Recipe, ...]:
    """Penalties divided by 10 and noise halved; each kind alone taken away, where there are both; then both.

    Raises:
        NotApplicable: nothing regularises.
    """
    results: list[Recipe] = []
    for penalty, noise in STRENGTHS:
        weaker = _weakened(recipe, penalty, noise)
        if weaker != recipe and weaker not in results:
            results.append(weaker)
    if not results:
        raise NotApplicable("no penalty, dropout or weight decay is in use")
    return tuple(results)


def _weakened(recipe: Recipe, penalty: float, noise: float) -> Recipe:
    model = recipe.model
    for layer in architecture.layers(model):
        if layer.class_name in RATES and not noise:
            model = architecture.remove(model, layer.name)
            continue
        changes = {**_weaker_penalties(layer, penalty), **_weaker_noise(layer, noise)}
        if changes:
            model = architecture.with_config(model, layer.name, **changes)
    return replace(recipe, model=model, optimizer=_weaker_decay(recipe.optimizer, penalty))


def _weaker_penalties(layer: Layer, factor: float) -> Json:
    """Each penalty's factors (`l1`, `l2`) made smaller; None where nothing worth the name is left."""
    changes: Json = {}
    if factor == 1:
        return changes
    for key, value in layer.config.items():
        if not key.endswith("_regularizer") or not value:
            continue
        if not isinstance(value, dict):
            changes[key] = None
            continue
        penalty = cast("Json", value)
        weaker: Json = {
            name: float(f"{setting * factor:.3g}") if isinstance(setting, float) else setting
            for name, setting in penalty.get("config", {}).items()
        }
        left = any(setting > NEGLIGIBLE for setting in weaker.values() if isinstance(setting, float))
        changes[key] = {**penalty, "config": weaker} if left else None
    return changes


def _weaker_noise(layer: Layer, factor: float) -> Json:
    if factor == 1:
        return {}
    keys = (RATES[layer.class_name],) if layer.class_name in RATES else RECURRENT_RATES
    return {key: layer.config[key] * factor for key in keys if layer.config.get(key)}


def _weaker_decay(optimizer: Json, factor: float) -> Json:
    decay = optimizer["config"].get("weight_decay")
    if not decay or factor == 1:
        return optimizer
    # AdamW insists on a number; for the others None is the word for no decay.
    weaker = decay * factor if factor or optimizer["class_name"] == "AdamW" else None
    return {**optimizer, "config": {**optimizer["config"], "weight_decay": weaker}}


REMEDY = Remedy(id="weaker-regularisation", title="Weaken penalties and dropout", apply=apply)
