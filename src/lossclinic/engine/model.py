"""A fresh, compiled Keras model from a recipe."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.canonical import Json
from lossclinic.core.recipe import Recipe
from lossclinic.core.shaped import NAME as SHAPED
from lossclinic.engine.backend import use_jax

Array = np.ndarray[Any, Any]


def unseeded(value: Any) -> Any:
    """A copy of a model's plain data in which every fixed seed is None, so that a trial's seed redraws everything."""
    if isinstance(value, dict):
        return {key: None if key == "seed" else unseeded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unseeded(item) for item in value]
    return copy.deepcopy(value)


def build_model(
    recipe: Recipe, seed: int, given_weights: Sequence[Array] | None = None, *, row_shape: tuple[int, ...] | None = None
) -> Any:
    """Make the recipe's `keras.Model`, compiled with its loss and optimizer.

    The same recipe and seed give the same weights. Only built-in Keras classes are made (safe mode).

    Args:
        recipe: what to build.
        seed: decides the initial weights and the dropout stream; reseeds Python, NumPy and Keras.
        given_weights: the script's own initial weights, in the order of `model.get_weights()`; used where
            `recipe.initial` is "given" and every shape still fits.
        row_shape: shape of one input row, for models that were never built.

    Raises:
        ValueError, TypeError: what Keras says about a model, loss or optimizer that it cannot build.
    """
    keras = use_jax()
    keras.utils.set_random_seed(seed)
    plain = {key: value for key, value in unseeded(recipe.model).items() if key != "compile_config"}
    model = keras.saving.deserialize_keras_object(plain, safe_mode=True)
    if not model.built:
        shape = architecture.input_shape(recipe.model) if row_shape is None else (None, *row_shape)
        if shape is not None:
            model.build(shape)
    model.compile(loss=make_loss(recipe.loss), optimizer=make_optimizer(recipe.optimizer))
    if recipe.initial == "given" and given_weights is not None and fits(model, given_weights):
        model.set_weights(list(given_weights))
    return model


def make_loss(loss: Json) -> Any:
    """The Keras loss from plain data."""
    losses: Any = use_jax().losses
    if loss["class_name"] == SHAPED:
        from lossclinic.losses import ShapedLoss

        return ShapedLoss.from_config(copy.deepcopy(loss["config"]))
    return _made(losses, losses.Loss, loss) or losses.deserialize(copy.deepcopy(loss))


def make_optimizer(optimizer: Json) -> Any:
    """The Keras optimizer from plain data."""
    optimizers: Any = use_jax().optimizers
    return _made(optimizers, optimizers.Optimizer, optimizer) or optimizers.deserialize(copy.deepcopy(optimizer))


def _made(module: Any, kind: type, plain: Json) -> Any | None:
    """An object of a public class of Keras: its own readers do not know all of them."""
    cls = getattr(module, str(plain["class_name"]), None)
    if not (isinstance(cls, type) and issubclass(cls, kind)):
        return None
    return cls.from_config(copy.deepcopy(plain["config"]))


def fits(model: Any, weights: Sequence[Array]) -> bool:
    """Whether the weights have the model's shapes (a widened layer cannot take the script's own weights)."""
    shapes = [tuple(w.shape) for w in model.get_weights()]
    return shapes == [tuple(np.shape(w)) for w in weights]


UNWRITTEN = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
"""What an optimizer holds beside its config."""


def adapted_layers(model: Any) -> list[Any]:
    """The `Normalization` layers of a model that hold their mean and variance as weights."""
    return [
        layer
        for layer in model._flatten_layers(include_self=False)
        if type(layer).__name__ == "Normalization" and layer.built and layer.input_mean is None
    ]


def own_variables(model: Any) -> list[Any]:
    """The variables of `model.get_weights()`, without what `Normalization` layers were adapted to."""
    adapted = {id(variable) for layer in adapted_layers(model) for variable in layer.weights}
    return [variable for variable in model.weights if id(variable) not in adapted]


def make_augmentation(layers: tuple[Json, ...], row_shape: tuple[int, ...]) -> Any | None:
    """The recipe's augmentation as one Keras model, or None where there is none."""
    if not layers:
        return None
    keras = use_jax()
    made = [keras.saving.deserialize_keras_object(unseeded(layer), safe_mode=True) for layer in layers]
    model = keras.Sequential(made)
    model.build((None, *row_shape))
    return model
