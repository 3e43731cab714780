"""Read a model's weights while fit runs, without touching anything.

On JAX, fit keeps the weights in the trainer from the first step of an epoch to its end, and what the model's variables
hold meanwhile is stale or gone. Attaching them (`Model.jax_state_sync`) costs more than the step of a small network;
so they are read where the trainer keeps them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.watch.record import Look

Array = np.ndarray[Any, Any]
MOST_VALUES = 2**16
"""Values of a kernel that are looked at; of larger ones, every n-th row."""
LOOKS_UNMOVED = 10
"""A unit that moved in none of so many looks has had no gradient: one batch alone may just not wake it."""
UNIT_LAYERS = ("Dense", "Conv1D", "Conv2D", "Conv3D")
"""Layers in whose kernel the last axis is the unit."""
GROUPS = ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables")


@dataclass(frozen=True)
class Kernel:
    """The main weights of one layer.

    Attributes:
        layer: its name.
        variable: the Keras variable.
        counts_units: whether its last axis is the layer's units.
    """

    layer: str
    variable: Any
    counts_units: bool


class Eyes:
    """Reads one model during one fit; made before its first step, after which the optimizer has its variables."""

    def __init__(self, model: Any) -> None:
        """Find what there is to read."""
        self._model = model
        self._kernels, self.activations = _kernels(model)
        mine = {id(kernel.variable) for kernel in self._kernels}
        self._others = [v for v in model.trainable_variables if id(v) not in mine]
        self._unmoved: dict[str, Array] = {}
        self._place: dict[int, tuple[str, int]] = {}
        self._loss: tuple[Any, Any] | None = None

    def find(self) -> None:
        """Note where the trainer keeps each variable, and which ones hold the running mean of the loss."""
        model = self._model
        optimizer = getattr(model, "optimizer", None)
        lists = (model.trainable_variables, model.non_trainable_variables, getattr(optimizer, "variables", ()))
        for group, variables in zip(GROUPS, (*lists, model.metrics_variables), strict=True):
            self._place.update({id(variable): (group, i) for i, variable in enumerate(variables)})
        loss = next((metric.variables for metric in model.metrics if metric.name == "loss"), ())
        self._loss = (loss[0], loss[1]) if len(loss) == 2 else None

    def value(self, variable: Any) -> Array:
        """What a variable holds now; possibly a view of memory that the next step overwrites."""
        state = getattr(self._model, "_jax_state", None)
        if state and not self._model._jax_state_synced:
            group, index = self._place[id(variable)]
            return np.asarray(state[group][index])
        import keras

        return np.asarray(keras.ops.convert_to_numpy(variable.value))  # NumPy warns of a Keras variable

    def steps_before(self) -> int:
        """How many steps the optimizer has made; to be asked before fit makes the first of its own."""
        iterations = getattr(getattr(self._model, "optimizer", None), "_iterations", None)
        return 0 if iterations is None else int(self.value(iterations))

    def snapshot(self) -> Snapshot:
        """Copies of what a look compares."""
        if not self._place:
            self.find()
        loss = None if self._loss is None else (float(self.value(self._loss[0])), float(self.value(self._loss[1])))
        return Snapshot(
            [_thinned(self.value(kernel.variable)) for kernel in self._kernels],
            [self.value(variable).reshape(-1)[:MOST_VALUES].copy() for variable in self._others],
            loss,
        )

    def compare(self, before: Snapshot, after: Snapshot, epoch: int, step: int, seconds: float, fresh: bool) -> Look:
        """What one update did.

        Args:
            before: the weights before it.
            after: the weights behind it.
            epoch: for the look.
            step: for the look.
            seconds: for the look.
            fresh: whether the running mean of the loss began with this step.
        """
        updates: dict[str, float] = {}
        gradients: dict[str, float] = {}
        still: dict[str, float] = {}
        moved = any(bool(np.any(a != b)) for a, b in zip(before.others, after.others, strict=True))
        rate = self._rate()
        read = self._gradient_reader(rate)
        for kernel, old, new in zip(self._kernels, before.kernels, after.kernels, strict=True):
            change = new - old
            size, moves = float(np.linalg.norm(old)), float(np.linalg.norm(change))
            moved = moved or moves > 0
            if size > 0:
                updates[kernel.layer] = moves / size
            gradient = read(kernel.variable, change) if read is not None else None
            if gradient is not None:
                gradients[kernel.layer] = gradient
            if kernel.counts_units:
                still[kernel.layer] = self._count_unmoved(kernel.layer, change)
        loss, rows = _of_this_step(None if fresh else before.loss, after.loss)
        return Look(epoch, step, seconds, loss, rows, rate, updates, gradients, still, moved)

    def broken_layers(self) -> tuple[tuple[str, ...], int]:
        """Layers with weights that are not finite, in the order of the model, and how many layers have weights."""
        found: dict[str, bool] = {}
        for variable in (*self._model.trainable_variables, *self._model.non_trainable_variables):
            array = self.value(variable)
            if array.dtype.kind in "fV":  # 'V': bfloat16
                name = _owner(variable)
                found[name] = found.get(name, False) or not np.all(np.isfinite(array.astype(np.float32)))
        return tuple(name for name, bad in found.items() if bad), len(found)

    def _count_unmoved(self, layer: str, change: Array) -> float:
        moved = np.any(change != 0, axis=0)
        counts = np.where(moved, 0, self._unmoved.get(layer, np.zeros(len(moved), dtype=int)) + 1)
        self._unmoved[layer] = counts
        return float(np.mean(counts >= LOOKS_UNMOVED))

    def _rate(self) -> float | None:
        rate = getattr(getattr(self._model, "optimizer", None), "_learning_rate", None)
        return float(self.value(rate)) if id(rate) in self._place else None

    def _gradient_reader(self, rate: float | None) -> Any:
        """(variable, its change) → size of the gradient, from what the optimizer remembers; None where it cannot.

        Adam and its kin keep a running mean of squared gradients, v; its bias from having begun at zero is undone as in
        Kingma and Ba, "Adam" (2015), section 3. Plain gradient descent moves by rate times gradient.
        """
        optimizer: Any = getattr(self._model, "optimizer", None)
        velocities, decay = getattr(optimizer, "_velocities", None), _decay(optimizer)
        if velocities and decay is not None:
            squares = {id(v): s for v, s in zip(optimizer._trainable_variables, velocities, strict=True)}
            known = 1 - decay ** max(float(self.value(optimizer._iterations)), 1.0)
            return lambda variable, _: math.sqrt(float(np.mean(_thinned(self.value(squares[id(variable)])))) / known)
        if type(optimizer).__name__ == "SGD" and not optimizer.momentum and rate:
            return lambda _, change: float(np.sqrt(np.mean(np.square(change)))) / rate
        return None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Copies of weights at one moment.

    Attributes:
        kernels: each (rows, units), of large ones every n-th row.
        others: all other trainable weights, flat.
        loss: (sum, count) of the running mean of the loss; None where the model keeps none.
    """

    kernels: Sequence[Array]
    others: Sequence[Array]
    loss: tuple[float, float] | None


def _decay(optimizer: Any) -> float | None:
    value = getattr(optimizer, "beta_2", getattr(optimizer, "rho", None))
    return float(value) if isinstance(value, float) and 0 < value < 1 else None


def _thinned(array: Array) -> Array:
    """A copy as (rows, last axis), single precision, of at most about `MOST_VALUES` values."""
    rows = array.reshape(-1, array.shape[-1])
    return np.array(rows[:: max(1, math.ceil(array.size / MOST_VALUES))], dtype=np.float32)


def _of_this_step(before: tuple[float, float] | None, after: tuple[float, float] | None) -> tuple[Any, Any]:
    """Mean loss and rows of the one step between two states of a running mean."""
    if after is None:
        return None, None
    total, count = after if before is None else (after[0] - before[0], after[1] - before[1])
    return (total / count, count) if count > 0 else (None, None)


def _owner(variable: Any) -> str:
    """The name of a variable's layer: the last part but one of its path."""
    parts = str(variable.path).split("/")
    return parts[-2] if len(parts) > 1 else parts[-1]


def _kernels(model: Any) -> tuple[list[Kernel], Mapping[str, str]]:
    """The trainable matrices, each with its layer, and the activation behind each layer with weights."""
    layers = [layer for layer in model._flatten_layers(include_self=False) if not getattr(layer, "layers", None)]
    owners = {id(v): i for i, layer in enumerate(layers) for v in layer.trainable_variables}
    kernels: list[Kernel] = []
    activations: dict[str, str] = {}
    for variable in model.trainable_variables:
        if len(variable.shape) < 2:
            continue
        index = owners.get(id(variable))
        layer = None if index is None else layers[index]
        name = _owner(variable) if layer is None else str(layer.name)
        if name not in activations:
            activations[name] = "linear" if index is None else activation_behind(layers, index)
            kernels.append(Kernel(name, variable, type(layer).__name__ in UNIT_LAYERS))
    return kernels, activations


def activation_behind(layers: Sequence[Any], index: int) -> str:
    """The activation of a layer, or of the layers right behind it that have no weights of their own but a norm's."""
    own = _activation(layers[index])
    if own != "linear":
        return own
    for layer in layers[index + 1 : index + 3]:
        if "Normalization" in type(layer).__name__:
            continue
        return _activation(layer) if type(layer).__name__ in ("Activation", "ReLU", "LeakyReLU", "ELU") else "linear"
    return "linear"


def _activation(layer: Any) -> str:
    if type(layer).__name__ in ("ReLU", "LeakyReLU", "ELU"):
        return "relu" if type(layer).__name__ == "ReLU" else "leaky_relu"
    return str(getattr(getattr(layer, "activation", None), "__name__", "linear"))
