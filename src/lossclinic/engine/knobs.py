"""Penalties and dropout rates as arguments of a compiled program, so that a sweep over them compiles once.

Keras keeps both as plain numbers that end up as constants of the program. While a program is traced, they are replaced
by traced values; everything else stays what Keras does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
STRENGTHS = ("l1", "l2")
PENALTIES = ("L1", "L2", "L1L2")
DROPOUT = "Dropout"


def without_knobs(value: Any, key: str = "") -> Any:
    """Plain data of a model with every number that is a knob replaced by its name."""
    if isinstance(value, dict):
        name, config = value.get("class_name"), value.get("config")
        if isinstance(config, dict) and key.endswith("_regularizer") and key != "activity_regularizer":
            strength = _only_strength(name, config)
            if strength is not None:
                return {"class_name": strength}
        inner = {k: without_knobs(v, k) for k, v in value.items()}
        if name == DROPOUT and isinstance(config, dict) and _is_rate(config.get("rate")):
            inner["config"] = {**inner["config"], "rate": "rate"}
        return inner
    if isinstance(value, (list, tuple)):
        return [without_knobs(item, key) for item in value]
    return value


def knob_values(model: Any) -> Array:
    """The numbers that the knobs of a model stand at, in an order that its structure alone decides."""
    penalties = [float(getattr(v.regularizer, strength)) for v, strength in _penalised(model)]
    return np.array([*penalties, *(float(layer.rate) for layer in _dropping(model))], dtype=np.float32)


@contextlib.contextmanager
def turned(model: Any, values: Any) -> Iterator[None]:
    """Let the knobs of a model stand at other values, traced ones too.

    Args:
        model: a Keras model; it is left as it was.
        values: as from `knob_values`.
    """
    penalised, dropping = _penalised(model), _dropping(model)
    before = [v.regularizer for v, _ in penalised], [layer.rate for layer in dropping]
    try:
        for (variable, strength), value in zip(penalised, values, strict=False):
            variable.regularizer = _penalty(strength, value)
        for layer, value in zip(dropping, values[len(penalised) :], strict=True):
            layer.rate = _Rate(value)
        yield
    finally:
        for (variable, _), regularizer in zip(penalised, before[0], strict=True):
            variable.regularizer = regularizer
        for layer, rate in zip(dropping, before[1], strict=True):
            layer.rate = rate


class _Rate:
    """A traced dropout rate between 0 and 1: Keras asks for both ends, which a traced value cannot answer."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __gt__(self, other: float) -> bool:
        return other <= 0

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __rsub__(self, other: float) -> Any:
        return other - self._value


def _penalty(strength: str, value: Any) -> Callable[[Any], Any]:
    def penalty(weights: Any) -> Any:
        from keras import ops

        size = ops.absolute(weights) if strength == "l1" else ops.square(weights)
        factor: Any = ops.cast(value, dtype=weights.dtype)
        return factor * ops.sum(size)

    return penalty


def _penalised(model: Any) -> list[tuple[Any, str]]:
    """Weights with an L1 or an L2 penalty, and which; those with both keep their constants."""
    found: list[tuple[Any, str]] = []
    for variable in model.trainable_variables:
        regularizer = variable.regularizer
        name = type(regularizer).__name__
        config = regularizer.get_config() if name in PENALTIES else {}
        strength = _only_strength(name, config)
        if strength is not None:
            found.append((variable, strength))
    return found


def _dropping(model: Any) -> list[Any]:
    """Dropout layers with a rate that is neither 0 nor 1."""
    return [
        layer
        for layer in model._flatten_layers(include_self=False)
        if type(layer).__name__ == DROPOUT and layer.compute_dtype == "float32" and _is_rate(layer.rate)
    ]


def _only_strength(name: Any, config: dict[str, Any]) -> str | None:
    """Which of the two strengths of a penalty is not 0; None where that is both, neither or unknown."""
    if name not in PENALTIES:
        return None
    try:
        used = [strength for strength in STRENGTHS if float(config.get(strength) or 0.0) > 0]
    except (TypeError, ValueError):
        return None
    return used[0] if len(used) == 1 else None


def _is_rate(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 < value < 1
