"""The repaired model: raw inputs in, predictions in the target's own units out."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from lossclinic.core.case import Data
from lossclinic.core.preparation import Fitted, fit_inputs, fit_targets
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Rows
from lossclinic.engine.backend import use_jax

Array = np.ndarray[Any, Any]


def save_repaired(recipe: Recipe, data: Data, rows: Rows, weights: tuple[Array, ...], path: str) -> None:
    """Save the trained model with its preparation inside, as one `.keras` file of built-in layers.

    Loads with `keras.saving.load_model(path)` in safe mode wherever Keras 3 is installed. Imports Keras:
    call it in a worker process.

    Args:
        recipe: the treated recipe.
        data: all rows of the case.
        rows: the draw that the weights were trained on; the preparation is fitted on `rows.train`.
        weights: in the order of `model.get_weights()`.
        path: where to save; ends in ".keras".
    """
    keras = use_jax()
    core: Any = keras.saving.deserialize_keras_object(copy.deepcopy(recipe.model))
    if not core.built:
        core.build((None, *data.x.shape[1:]))
    core.set_weights(list(weights))
    fitted = fit_inputs(recipe.inputs, data.x[rows.train]) if recipe.inputs else ()
    if not fitted and not recipe.standardise_targets:
        core.save(path)
        return
    inputs = keras.Input(core.input_shape[1:], name="raw_inputs")
    values: Any = inputs
    for step in fitted:
        values = _prepared(step, values)
    outputs = core(values)
    if recipe.standardise_targets:
        mean, std = fit_targets(data.y[rows.train])
        outputs = keras.layers.Rescaling(_plain(std), _plain(mean), name="target_units")(outputs)
    keras.Model(inputs, outputs, name="repaired").save(path)


def _prepared(step: Fitted, values: Any) -> Any:
    """One fitted step as built-in operations."""
    keras = use_jax()
    centre = np.asarray(step.centre, dtype=np.float32)
    if step.step == "impute":
        return keras.ops.where(keras.ops.isfinite(values), values, centre)
    return keras.layers.Normalization(mean=_plain(step.centre), variance=_plain(step.scale**2))(values)


def _plain(values: Array) -> Any:
    """A float for one value, an array for several (both are saved as plain data)."""
    flat = np.asarray(values, dtype=np.float32).reshape(-1)
    return float(flat[0]) if flat.size == 1 else flat
