"""batch-too-small: one row or two in an update, far below what its gradient's noise asks for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from planted.case import Array, Planted, broken
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, IRIS, WINE, Training

CAUSE = "batch-too-small"
NOISY = ("learning-rate-too-high", "no-learning-rate-decay")
"""Shorter steps, or shorter ones at the end, quieten the same noise."""


def normalised(x: Array) -> list[Any]:
    """A batch normalisation in front."""
    import keras

    del x
    return [keras.layers.BatchNormalization(name="norm")]


by_few = partial(broken, CAUSE, lambda batch: {"batch": batch}, strengths=(4, 2, 1), also=NOISY)
"""The training with four rows in a batch, two and one."""


def paired(name: str, data: str, training: Training, epochs: int) -> tuple[Planted, ...]:
    """The same with the columns normalised from these few rows."""
    return by_few(name, data, replace(training, front=normalised, epochs=epochs))


PLANTED = (
    *by_few("Friedman, {} in a batch", "friedman", replace(FRIEDMAN, epochs=60)),
    *paired("digits, {} in a normalised batch", "digits", DIGITS, 40),
    *paired("tumours, {} in a normalised batch", "cancer", CANCER, 30),
    *paired("iris, {} in a normalised batch", "iris", IRIS, 40),
)
NEAR_MISSES = (
    Planted("iris, eight rows at a time", CAUSE, "iris", replace(IRIS, batch=8).make),
    Planted("diabetes, two rows at a time, short steps", CAUSE, "diabetes", replace(DIABETES, batch=2, rate=5e-4).make),
    Planted("wine, four rows at a time, short steps", CAUSE, "wine", replace(WINE, batch=4, rate=2e-3).make),
)
