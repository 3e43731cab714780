"""Exchange the optimizer and keep what belongs to none in particular."""

from __future__ import annotations

from dataclasses import replace

from lossclinic.core.canonical import Json
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

KEPT = ("clipnorm", "clipvalue", "global_clipnorm", "weight_decay")
AVERAGE = ("use_ema", "ema_momentum", "ema_overwrite_frequency")


def exchange_optimizer(
    recipe: Recipe, class_name: str, rates: tuple[float, ...], kin: frozenset[str] = frozenset()
) -> tuple[Recipe, ...]:
    """The recipe with another optimizer, once for each learning rate.

    Gradient clipping, weight decay and an average of the weights stay.

    Args:
        recipe: whose optimizer is exchanged; a learning rate schedule goes with it.
        class_name: Keras class of the new optimizer.
        rates: constant learning rates.
        kin: classes that are as good as the new one.

    Raises:
        NotApplicable: the recipe uses it or its kin already.
    """
    now = str(recipe.optimizer["class_name"])
    if now == class_name or now in kin:
        raise NotApplicable(f"the optimizer is {now} already")
    old: Json = recipe.optimizer["config"]
    kept = {key: old[key] for key in KEPT if old.get(key) is not None}
    kept |= {key: old[key] for key in AVERAGE if old.get("use_ema") and key in old}
    return tuple(replace(recipe, optimizer=_optimizer(class_name, {"learning_rate": rate, **kept})) for rate in rates)


def _optimizer(class_name: str, config: Json) -> Json:
    return {"module": "keras.optimizers", "class_name": class_name, "config": config, "registered_name": None}
