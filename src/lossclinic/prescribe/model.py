"""The repaired model: raw inputs in, predictions in the target's own units out."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from lossclinic.core.case import Data
from lossclinic.core.preparation import Fitted, fit_inputs, fit_targets, log_targets, prepare
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Rows
from lossclinic.core.steps import OneHot, Products, Without
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
    fitted = fit_inputs(recipe.inputs, data.x[rows.train], data.y[rows.train]) if recipe.inputs else ()
    core = _trained(recipe, weights, prepare(fitted, data.x[:1]).shape[1:])
    if not fitted and not recipe.standardise_targets and not recipe.log_targets and recipe.threshold is None:
        core.save(path)
        return
    inputs = keras.Input(data.x.shape[1:] if fitted else core.input_shape[1:], name="raw_inputs")
    values: Any = inputs
    for step in fitted:
        values = _prepared(step, values)
    outputs = core(values)
    if recipe.standardise_targets:
        labels = data.y[rows.train]
        mean, std = fit_targets(log_targets(labels) if recipe.log_targets else labels)
        outputs = keras.layers.Rescaling(_plain(std), _plain(mean), name="target_units")(outputs)
    if recipe.log_targets:
        outputs = keras.ops.expm1(outputs)
    if recipe.threshold is not None:
        # The outputs stay what they are; the layer's name says from which probability to decide.
        outputs = keras.layers.Identity(name=f"threshold_{recipe.threshold:g}")(outputs)
    keras.Model(inputs, outputs, name="repaired").save(path)


def _trained(recipe: Recipe, weights: tuple[Array, ...], row_shape: tuple[int, ...]) -> Any:
    """The trained network, or the average of those of an ensemble."""
    keras = use_jax()
    each = len(weights) // recipe.members
    networks: list[Any] = []
    for number in range(recipe.members):
        plain = copy.deepcopy(recipe.model)
        if recipe.members > 1:
            plain["config"]["name"] = f"member_{number + 1}"
        network: Any = keras.saving.deserialize_keras_object(plain)
        if not network.built:
            network.build((None, *row_shape))
        network.set_weights(list(weights[number * each : (number + 1) * each]))
        networks.append(network)
    if len(networks) == 1:
        return networks[0]
    inputs = keras.Input(networks[0].input_shape[1:], dtype=networks[0].inputs[0].dtype)
    return keras.Model(inputs, keras.layers.Average()([network(inputs) for network in networks]), name="ensemble")


def _prepared(step: Fitted, values: Any) -> Any:
    """One fitted step as built-in operations."""
    keras = use_jax()
    ops = keras.ops
    centre, scale = (np.asarray(part, dtype=np.float32) for part in (step.centre, step.scale))
    if isinstance(step.step, OneHot):
        return _encoded(step.step, values)
    if isinstance(step.step, Products):
        z, (left, right) = (values - centre) / scale, np.transpose(step.pairs).tolist()
        return ops.concatenate([values, ops.take(z, left, axis=1) * ops.take(z, right, axis=1)], axis=1)
    if step.step == "impute":
        return ops.where(ops.isfinite(values), values, centre)
    if step.step == "drop-constant" or isinstance(step.step, Without):
        return ops.where(scale > 0, values, 0.0)
    if step.step == "clip":
        widest = np.finfo(np.float32).max
        return ops.minimum(ops.maximum(values, np.maximum(centre - scale, -widest)), np.minimum(centre + scale, widest))
    if step.step == "log":
        away = (values - centre) / np.where(scale > 0, scale, 1)
        return ops.where(scale > 0, ops.sign(away) * ops.log1p(ops.absolute(away)), values)
    return keras.layers.Normalization(mean=_plain(step.centre), variance=_plain(step.scale**2))(values)


def _encoded(step: OneHot, values: Any) -> Any:
    ops = use_jax().ops
    taken = [at for at, _ in step.codes]
    kept = [at for at in range(values.shape[-1]) if at not in taken]
    flags = [
        ops.cast(ops.equal(values[:, at : at + 1], np.asarray([codes], dtype=np.float32)), "float32")
        for at, codes in step.codes
    ]
    return ops.concatenate([*([ops.take(values, kept, axis=1)] if kept else []), *flags], axis=1)


def _plain(values: Array) -> Any:
    """A float for one value, an array for several (both are saved as plain data)."""
    flat = np.asarray(values, dtype=np.float32).reshape(-1)
    return float(flat[0]) if flat.size == 1 else flat
