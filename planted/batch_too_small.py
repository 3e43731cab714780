"""batch-too-small: one row or two in an update, far below what its gradient's noise asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planted.case import Array, Planted
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, IRIS, WINE

CAUSE = "batch-too-small"
NOISY = ("learning-rate-too-high", "no-learning-rate-decay")
"""Shorter steps, or shorter ones at the end, quieten the same noise."""


def normalised(x: Array) -> list[Any]:
    """A batch normalisation in front."""
    import keras

    del x
    return [keras.layers.BatchNormalization(name="norm")]


PLANTED = (
    Planted("Friedman, row by row", CAUSE, "friedman", replace(FRIEDMAN, batch=1, epochs=40).make, NOISY),
    Planted(
        "digits in pairs, normalised",
        CAUSE,
        "digits",
        replace(DIGITS, batch=2, front=normalised, epochs=15).make,
        NOISY,
    ),
    Planted(
        "wine in pairs, normalised", CAUSE, "wine", replace(WINE, batch=2, front=normalised, epochs=40).make, NOISY
    ),
    Planted(
        "tumours in pairs, normalised",
        CAUSE,
        "cancer",
        replace(CANCER, batch=2, front=normalised, epochs=30).make,
        NOISY,
    ),
)
NEAR_MISSES = (
    Planted("iris, eight rows at a time", CAUSE, "iris", replace(IRIS, batch=8).make),
    Planted("diabetes, two rows at a time, short steps", CAUSE, "diabetes", replace(DIABETES, batch=2, rate=5e-4).make),
    Planted("wine, four rows at a time, short steps", CAUSE, "wine", replace(WINE, batch=4, rate=2e-3).make),
)
