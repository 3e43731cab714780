"""batch-too-small: one row or two in an update, far below what its gradient's noise asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted.case import Array, Material, Planted, graded
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, IRIS, WINE, Training

CAUSE = "batch-too-small"
NOISY = ("learning-rate-too-high", "no-learning-rate-decay")
"""Shorter steps, or shorter ones at the end, quieten the same noise."""


def normalised(x: Array) -> list[Any]:
    """A batch normalisation in front."""
    import keras

    del x
    return [keras.layers.BatchNormalization(name="norm")]


def paired(training: Training, epochs: int) -> Callable[[int], Callable[[int], Material]]:
    """Rows in a batch → the training with its columns normalised from these few rows."""
    return lambda batch: replace(training, batch=batch, front=normalised, epochs=epochs).make


PLANTED = (
    *graded(
        "Friedman, {} in a batch",
        CAUSE,
        "friedman",
        lambda batch: replace(FRIEDMAN, batch=batch, epochs=40).make,
        (4, 2, 1),
        NOISY,
    ),
    *graded("digits, {} in a normalised batch", CAUSE, "digits", paired(DIGITS, 15), (4, 2, 1), NOISY),
    *graded("tumours, {} in a normalised batch", CAUSE, "cancer", paired(CANCER, 30), (4, 2, 1), NOISY),
    *graded("iris, {} in a normalised batch", CAUSE, "iris", paired(IRIS, 40), (4, 2, 1), NOISY),
)
NEAR_MISSES = (
    Planted("iris, eight rows at a time", CAUSE, "iris", replace(IRIS, batch=8).make),
    Planted("diabetes, two rows at a time, short steps", CAUSE, "diabetes", replace(DIABETES, batch=2, rate=5e-4).make),
    Planted("wine, four rows at a time, short steps", CAUSE, "wine", replace(WINE, batch=4, rate=2e-3).make),
)
