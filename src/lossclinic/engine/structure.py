"""Which recipes share one compiled program."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lossclinic.core.canonical import content_hash
from lossclinic.core.recipe import Recipe
from lossclinic.engine.knobs import loss_without_knobs, optimizer_without_knobs, without_knobs

_INITIAL = ("_initializer", "initializer")


def without_initial(value: Any) -> Any:
    """Plain data of a model without seeds and initialisers: neither changes the compiled program."""
    if isinstance(value, dict):
        return {
            key: without_initial(item)
            for key, item in value.items()
            if key not in ("seed", "compile_config") and not key.endswith(_INITIAL)
        }
    if isinstance(value, (list, tuple)):
        return [without_initial(item) for item in value]
    return value


@lru_cache(1024)
def structure_key(recipe: Recipe) -> str:
    """Hash of everything in a recipe that decides the compiled program, but for the shapes of its arrays.

    Recipes that differ only in seed, constant learning rate, number of epochs, class weights, initialisers, shuffling,
    the strength of an L1 or L2 penalty, the rate of a dropout layer, momentum, weight decay, the reach of an average of
    the weights, label smoothing, the strength of mixing or of sharpness-aware steps or how far rows are moved
    against the network have the same key.
    """
    model = without_knobs(without_initial(recipe.model))
    optimizer, loss = optimizer_without_knobs(recipe.optimizer), loss_without_knobs(recipe.loss)
    return content_hash((model, loss, optimizer, recipe.batch_size, recipe.augmentation, *_steps(recipe)))


def _steps(recipe: Recipe) -> tuple[str, ...]:
    """What a step does beside Keras' own; how strongly is an argument."""
    moves = recipe.adversarial
    moving = (f"moves {moves.threat.norm} {moves.steps}",) if moves else ()
    return (*(("mixup",) if recipe.mixup else ()), *(("sharpness",) if recipe.sharpness else ()), *moving)


@lru_cache(1024)
def group_key(recipe: Recipe) -> str:
    """Hash of recipes that take equally long on one case: the structure and how many rows and networks are trained."""
    return content_hash((structure_key(recipe), recipe.split, recipe.resampling, recipe.members))
