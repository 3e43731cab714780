"""Look into a network: what each layer with weights does before and after training."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.evaluate import spread
from lossclinic.engine.knobs import turned
from lossclinic.engine.program import State

Array = np.ndarray[Any, Any]
MOST_ROWS = 512
PARTS = 16
"""Parts of the sample whose gradients are compared: the variance of 16 is known to a third."""
SIGMOID_FLAT = (0.02, 0.98)
TANH_FLAT = 0.96
RELU_FAMILY = ("relu", "relu6", "elu", "leaky_relu", "prelu")
UNBOUNDED = ("relu", "elu", "leaky_relu", "prelu", "linear")


def probe_one(
    case: Case, plan: Plan, yardstick: Yardstick, recipe: Recipe, seed: int, deadline: float = float("inf")
) -> tuple[LayerProbe, ...]:
    """Measure every layer with weights on at most 512 training rows, at fresh weights and after training.

    Args:
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: the score (part of the compiled program).
        recipe: what to train.
        seed: the trial's seed.
        deadline: `time.monotonic()` after which training ends; the measurements at the start are still returned.

    Returns:
        First all layers at the "start", then all at the "end"; measurements that are no numbers are NaN.
    """
    from lossclinic.engine.stepped import OutOfTimeError
    from lossclinic.engine.train import start

    training = start(case, plan, yardstick, Run(recipe, seed))
    few = np.random.default_rng([seed, 19]).permutation(len(training.prepared.train))[:MOST_ROWS]
    block = training.prepared.train
    sample = (block.x[few], block.y[few], block.weight[few])
    probes = _measure(training.program, training.state, sample, "start")
    try:
        if time.monotonic() < deadline:
            training.to_the_end(deadline)
            finite = np.isfinite(training.table[:, 0]).all()
            end = training.at_chosen_epoch() if finite else training.state
            probes += _measure(training.program, end, sample, "end")
    except OutOfTimeError:
        pass
    return tuple(probes)


def _measure(program: Any, state: State, sample: Any, at: Literal["start", "end"]) -> list[LayerProbe]:
    model = program.model
    layers = [(i, layer) for i, layer in enumerate(model.layers) if _kernel(layer) is not None]
    key = "probe"
    if key not in program.compiled:
        watch = watcher(model, [_tail(model, i) for i, _ in layers])
        program.compiled[key] = gradient_of(program), _apply_of(program), watch
    gradient, apply, watch = program.compiled[key]
    gradients = mean_gradient(gradient, state, sample)
    updated = apply(state, [np.asarray(g, dtype=np.float32) for g in gradients.mean])
    outputs = watch(state, sample[0])
    where = {id(v): i for i, v in enumerate(model.trainable_variables)}
    probes: list[LayerProbe] = []
    for (_, layer), output in zip(layers, outputs, strict=True):
        kernel = _kernel(layer)
        index = where.get(id(kernel))
        before = np.asarray(state["tv"][index] if index is not None else kernel)
        slope = gradients.mean[index] if index is not None else np.zeros_like(before)
        change = np.asarray(updated[index]) - before if index is not None else np.zeros_like(before)
        activation = activation_behind(model, layer)
        noise = {"gradient_power": 0.0, "gradient_variance": 0.0}
        if index is not None:
            noise = {"gradient_power": gradients.power[index], "gradient_variance": gradients.variance[index]}
        probe = _describe(layer, activation, at, np.asarray(output), before, slope, change)
        probes.append(replace(probe, **noise, **_recurrence(layer, activation, state, where)))
    return probes


def _describe(
    layer: Any, activation: str, at: Any, output: Array, kernel: Array, gradient: Array, change: Array
) -> LayerProbe:
    flat = output.reshape(-1, output.shape[-1])
    size = rms(kernel)
    return LayerProbe(
        layer=layer.name,
        class_name=type(layer).__name__,
        activation=activation,
        at=at,
        output_std=float(np.std(flat)),
        saturated=saturated(flat, activation),
        dead=float(np.mean(np.all(flat == 0, axis=0))) if activation in RELU_FAMILY else 0.0,
        gradient_rms=rms(gradient),
        weight_rms=size,
        update_ratio=rms(change) / size if size > 0 else float("inf") if rms(change) > 0 else 0.0,
        identical_units=identical_units(kernel),
        fan_in=float(np.prod(kernel.shape[:-1])),
        fan_out=float(np.prod(kernel.shape[:-2]) * kernel.shape[-1]),
    )


def _recurrence(layer: Any, activation: str, state: State, where: dict[int, int]) -> dict[str, float]:
    """How much a step multiplies the state of a plain recurrent layer, and how many steps there are; {} for others."""
    steps = layer.input.shape[1] if type(layer).__name__ == "SimpleRNN" else None
    if steps is None or activation not in UNBOUNDED:
        return {}
    index = where.get(id(layer.cell.recurrent_kernel))
    kernel = np.asarray(state["tv"][index] if index is not None else layer.cell.recurrent_kernel, np.float64)
    return {
        "per_step": float(np.linalg.norm(kernel, 2)) if np.isfinite(kernel).all() else math.nan,
        "steps": float(steps),
    }


def rms(values: Array) -> float:
    """Root mean square; 0 for no values."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if values.size else 0.0


def saturated(outputs: Array, activation: str) -> float:
    """Share of outputs in the flat part of a sigmoid or tanh; 0 for other activations."""
    if activation == "sigmoid":
        return float(np.mean((outputs < SIGMOID_FLAT[0]) | (outputs > SIGMOID_FLAT[1])))
    return float(np.mean(np.abs(outputs) > TANH_FLAT)) if activation == "tanh" else 0.0


def identical_units(kernel: Array) -> float:
    """Share of units whose incoming weights equal another unit's; a single unit has no other."""
    columns = kernel.reshape(-1, kernel.shape[-1]).T
    if len(columns) < 2:
        return 0.0
    _, inverse, counts = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
    return float(np.mean(counts[inverse.reshape(-1)] > 1))


def _kernel(layer: Any) -> Any | None:
    """The variable that a layer multiplies its inputs with (Dense, convolutions, recurrent cells), or None."""
    inner = getattr(layer, "forward_layer", layer)
    for owner in (inner, getattr(inner, "cell", None)):
        for name in ("kernel", "_kernel", "depthwise_kernel"):
            kernel = getattr(owner, name, None)
            if kernel is not None and hasattr(kernel, "shape") and len(kernel.shape) >= 2:
                return kernel
    return None


def _activation_name(layer: Any) -> str | None:
    from lossclinic.core.architecture import ACTIVATION_LAYERS

    known = ACTIVATION_LAYERS.get(type(layer).__name__)
    activation = getattr(layer, "activation", None)
    return known or (getattr(activation, "__name__", "custom") if activation is not None else None)


def _tail(model: Any, index: int) -> Any:
    """The layer whose output is the activated output of layer `index`: itself or an activation close behind it."""
    if _activation_name(model.layers[index]) not in (None, "linear"):
        return model.layers[index]
    for layer in model.layers[index + 1 : index + 3]:
        if _kernel(layer) is not None:
            break
        if _activation_name(layer) not in (None, "linear"):
            return layer
    return model.layers[index]


def activation_behind(model: Any, layer: Any) -> str:
    """Name of the activation that follows a layer's weights; "linear" for none."""
    return _activation_name(_tail(model, model.layers.index(layer))) or "linear"


def gradient_of(program: Any) -> Any:
    """Compiled (state, rows) → (loss, gradient), without touching the training's own state."""
    import jax

    model = program.model
    metrics = [v.value for v in model.metrics_variables]

    def gradient(state: State, x: Any, y: Any, weight: Any) -> Any:
        value_and_gradient = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)
        arguments = (state["tv"], state["ntv"], metrics, x, y, spread(model, y, weight) if program.weighted else None)
        with turned(model, state["knobs"]):
            (loss, _), grads = value_and_gradient(*arguments, training=True, optimizer_variables=state["ov"])
        return loss, grads

    return jax.jit(gradient)


def _apply_of(program: Any) -> Any:
    """Compiled (state, gradient) → weights after one update."""
    import jax

    model = program.model

    def apply(state: State, grads: Any) -> Any:
        with turned(model, state["knobs"]):
            return model.optimizer.stateless_apply(state["ov"], grads, state["tv"])[0]

    return jax.jit(apply)


@dataclass(frozen=True)
class Gradients:
    """The mean gradient of some rows, from equal parts of them.

    Attributes:
        mean: one array for each trainable variable.
        power: for each, the squared length of the gradient over all rows, without what noise adds to it.
        variance: for each, the variance of a single row's gradient, summed over the array; NaN for a single part.
    """

    mean: list[Array]
    power: list[float]
    variance: list[float]


def mean_gradient(gradient: Any, state: State, sample: tuple[Array, ...]) -> Gradients:
    """Gradients of equal parts of the rows, put together.

    How much they differ says how noisy a single row's gradient is: with b rows in a part and B in all, the squared
    lengths of the two are |G|² + S/b and |G|² + S/B (McCandlish et al. 2018, appendix A.1).
    """
    size = max(len(sample[0]) // PARTS, 1)
    parts = min(PARTS, len(sample[0]) // size)
    mean: list[Array] = []
    squares: list[float] = []
    for part in range(parts):
        rows = tuple(values[part * size : (part + 1) * size] for values in sample)
        found = [np.asarray(g, dtype=np.float64) for g in gradient(state, *rows)[1]]
        mean = [m + g / parts for m, g in zip(mean, found, strict=True)] if mean else [g / parts for g in found]
        lengths = [float(np.sum(g**2)) / parts for g in found]
        squares = [s + n for s, n in zip(squares, lengths, strict=True)] if squares else lengths
    if parts < 2:
        return Gradients(mean, [float("nan")] * len(mean), [float("nan")] * len(mean))
    whole, all_rows = [float(np.sum(m**2)) for m in mean], size * parts
    variance = [(s - w) / (1 / size - 1 / all_rows) for s, w in zip(squares, whole, strict=True)]
    return Gradients(mean, [w - v / all_rows for w, v in zip(whole, variance, strict=True)], variance)


def watcher(model: Any, layers: list[Any]) -> Any:
    """(state, x) → the outputs of some layers in inference mode."""
    import jax
    import keras

    inner = keras.Model(model.inputs, [layer.output for layer in layers])
    place = {id(v): i for i, v in enumerate(model.trainable_variables)}
    fixed = {id(v): i for i, v in enumerate(model.non_trainable_variables)}

    def watch(state: State, x: Any) -> Any:
        tv = [state["tv"][place[id(v)]] for v in inner.trainable_variables]
        ntv = [state["ntv"][fixed[id(v)]] for v in inner.non_trainable_variables]
        outputs = inner.stateless_call(tv, ntv, x, training=False)[0]
        return outputs if isinstance(outputs, (list, tuple)) else [outputs]

    return jax.jit(watch)
