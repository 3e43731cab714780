"""Continuous settings as arguments of a compiled program, so that a sweep over them compiles once.

Keras keeps penalties, dropout rates, momentum, weight decay, the reach of an average of the weights and label smoothing
as plain numbers that end up as constants of the program. While a program is traced, they are replaced by traced values;
everything else stays what Keras does. (Learning rates are variables of the optimizer, class weights are weights of
rows: both are arguments anyway.)
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
STRENGTHS = ("l1", "l2")
PENALTIES = ("L1", "L2", "L1L2")
DROPOUT = "Dropout"
WITH_MOMENTUM = ("SGD", "RMSprop")
SMOOTHING = "label_smoothing"


def without_knobs(value: Any, key: str = "") -> Any:
    """Plain data of a model with every number that is a knob replaced by its name."""
    if isinstance(value, dict):
        name, config = value.get("class_name"), value.get("config")
        if isinstance(config, dict) and key.endswith("_regularizer") and key != "activity_regularizer":
            strength = _only_strength(name, config)
            if strength is not None:
                return {"class_name": strength}
        inner = {k: without_knobs(v, k) for k, v in value.items()}
        if name == DROPOUT and isinstance(config, dict) and _is_share(config.get("rate")):
            inner["config"] = {**inner["config"], "rate": "rate"}
        return inner
    if isinstance(value, (list, tuple)):
        return [without_knobs(item, key) for item in value]
    return value


def optimizer_without_knobs(optimizer: Any) -> Any:
    """Plain data of an optimizer, without its own name, with every number that is a knob replaced by its name."""
    config = {key: value for key, value in optimizer["config"].items() if key != "name"}
    if isinstance(config.get("learning_rate"), (int, float)):
        config["learning_rate"] = "rate"
    if optimizer["class_name"] in WITH_MOMENTUM and _is_share(config.get("momentum")):
        config["momentum"] = "momentum"
    if _is_decay(config.get("weight_decay")):
        config["weight_decay"] = "decay"
    if config.get("use_ema"):
        config["ema_momentum"] = "reach"
    return {**optimizer, "config": config}


def loss_without_knobs(loss: Any) -> Any:
    """Plain data of a loss, without its own name, with label smoothing replaced by its name."""
    config = loss.get("config")
    if not isinstance(config, dict):
        return loss
    config = {key: value for key, value in config.items() if key != "name"}
    if _is_share(config.get(SMOOTHING)):
        config[SMOOTHING] = "smoothing"
    return {**loss, "config": config}


def knob_values(model: Any) -> Array:
    """The numbers that the knobs of a compiled model stand at, in an order that its structure alone decides."""
    return np.array([knob.value for knob in _knobs(model)], dtype=np.float32)


@contextlib.contextmanager
def turned(model: Any, values: Any) -> Iterator[None]:
    """Let the knobs of a compiled model stand at other values, traced ones too.

    Args:
        model: a Keras model; it is left as it was.
        values: as from `knob_values`.
    """
    knobs = _knobs(model)
    before = [knob.get() for knob in knobs]
    try:
        for knob, value in zip(knobs, values, strict=True):
            knob.set(knob.as_keras_takes_it(value))
        yield
    finally:
        for knob, value in zip(knobs, before, strict=True):
            knob.set(value)


@dataclass(frozen=True, eq=False)
class Knob:
    """One number of a model.

    Attributes:
        owner: the object or dictionary that holds it.
        name: of the attribute or the key.
        value: what it stands at.
        as_keras_takes_it: what to put in its place for a traced value.
    """

    owner: Any
    name: str
    value: float
    as_keras_takes_it: Callable[[Any], Any]

    def get(self) -> Any:
        """What is in its place."""
        return self.owner[self.name] if isinstance(self.owner, dict) else getattr(self.owner, self.name)

    def set(self, value: Any) -> None:
        """Put something in its place."""
        if isinstance(self.owner, dict):
            self.owner[self.name] = value
        else:
            setattr(self.owner, self.name, value)


class _Share:
    """A traced number above 0 and below 1: Keras asks for both ends, which a traced value cannot answer."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __bool__(self) -> bool:
        return True

    def __gt__(self, other: float) -> bool:
        return other <= 0

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __rsub__(self, other: float) -> Any:
        return other - self._value

    def __rmul__(self, other: float) -> Any:
        return other * self._value

    def __truediv__(self, other: Any) -> Any:
        return self._value / other

    def __jax_array__(self) -> Any:
        return self._value


def _knobs(model: Any) -> list[Knob]:
    return [*_penalties(model), *_rates(model), *_of_optimizer(model.optimizer), *_of_loss(model.loss)]


def _penalties(model: Any) -> Iterator[Knob]:
    """Weights with an L1 or an L2 penalty; those with both keep their constants."""
    for variable in model.trainable_variables:
        regularizer = variable.regularizer
        name = type(regularizer).__name__
        config = regularizer.get_config() if name in PENALTIES else {}
        strength = _only_strength(name, config)
        if strength is not None:
            yield Knob(variable, "regularizer", float(getattr(regularizer, strength)), _penalty(strength))


def _penalty(strength: str) -> Callable[[Any], Callable[[Any], Any]]:
    def of(value: Any) -> Callable[[Any], Any]:
        def penalty(weights: Any) -> Any:
            from keras import ops

            size = ops.absolute(weights) if strength == "l1" else ops.square(weights)
            factor: Any = ops.cast(value, dtype=weights.dtype)
            return factor * ops.sum(size)

        return penalty

    return of


def _rates(model: Any) -> Iterator[Knob]:
    """Dropout layers with a rate that is neither 0 nor 1."""
    for layer in model._flatten_layers(include_self=False):
        if type(layer).__name__ == DROPOUT and layer.compute_dtype == "float32" and _is_share(layer.rate):
            yield Knob(layer, "rate", float(layer.rate), _Share)


def _of_optimizer(optimizer: Any) -> Iterator[Knob]:
    if type(optimizer).__name__ in WITH_MOMENTUM and _is_share(optimizer.momentum):
        yield Knob(optimizer, "momentum", float(optimizer.momentum), _Share)
    if _is_decay(optimizer.weight_decay):
        yield Knob(optimizer, "weight_decay", float(optimizer.weight_decay), lambda value: value)
    if optimizer.use_ema:
        yield Knob(optimizer, "ema_momentum", float(optimizer.ema_momentum), lambda value: value)


def _of_loss(loss: Any) -> Iterator[Knob]:
    arguments = getattr(loss, "_fn_kwargs", {})
    if _is_share(arguments.get(SMOOTHING)):
        yield Knob(arguments, SMOOTHING, float(arguments[SMOOTHING]), _Share)


def _only_strength(name: Any, config: dict[str, Any]) -> str | None:
    """Which of the two strengths of a penalty is not 0; None where that is both, neither or unknown."""
    if name not in PENALTIES:
        return None
    try:
        used = [strength for strength in STRENGTHS if float(config.get(strength) or 0.0) > 0]
    except (TypeError, ValueError):
        return None
    return used[0] if len(used) == 1 else None


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 < value < 1


def _is_decay(value: Any) -> bool:
    return isinstance(value, float) and value > 0
