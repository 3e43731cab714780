"""unstructured-inputs: pictures and sequences that are flattened before anything has looked at their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import DIGITS, MOONS, WAVE, WINE

CAUSE = "unstructured-inputs"


def flatten(x: Any) -> list[Any]:
    """Layers in front: one that flattens."""
    import keras

    del x
    return [keras.layers.Flatten(name="flat")]


def convolved(x: Any) -> list[Any]:
    """Layers in front: a convolution, pooling and one that flattens."""
    import keras

    layer = keras.layers.Conv2D if x.ndim > 3 else keras.layers.Conv1D
    pool = keras.layers.MaxPooling2D if x.ndim > 3 else keras.layers.MaxPooling1D
    return [layer(8, 3, activation="relu"), pool(2), keras.layers.Flatten(name="flat")]


def without_channel(seed: int) -> Table:
    """The pictures with shape (800, 8, 8)."""
    x, y = data.digits(seed)
    return x.reshape(-1, 8, 8), y


def scrambled(rows: Callable[[int], Table], shape: tuple[int, ...]) -> Callable[[int], Table]:
    """The same rows with their columns in an order that means nothing, in a shape that looks like one."""

    def make(seed: int) -> Table:
        x, y = rows(seed)
        mixed = np.random.default_rng(8).permutation(x.shape[1])
        return x[:, mixed].reshape(-1, *shape), y

    return make


WAVES = replace(MOONS, rows=data.waves, hidden=(16,), front=flatten)
BUMPS = replace(WAVE, rows=data.bumps, front=flatten, epochs=60)
HARD = ("overfitting", "too-little-capacity")
"""What a dense layer has to learn for each position anew takes more rows, or more units, than there are."""
PLANTED = (
    Planted("digits as pictures, flattened", CAUSE, "digits", replace(DIGITS, rows=data.pictures, front=flatten).make),
    Planted("digits as rows, flattened", CAUSE, "digits", replace(DIGITS, rows=without_channel, front=flatten).make),
    Planted("waves of any phase, flattened", CAUSE, "waves", WAVES.make, HARD),
    Planted("bumps anywhere, flattened", CAUSE, "bumps", BUMPS.make, HARD),
)
NEAR_MISSES = (
    Planted("digits through a convolution", CAUSE, "digits", replace(DIGITS, rows=data.pictures, front=convolved).make),
    Planted(
        "scrambled digits in the shape of pictures",
        CAUSE,
        "digits",
        replace(DIGITS, rows=scrambled(data.digits, (8, 8, 1)), front=flatten).make,
    ),
    Planted(
        "measurements in a row of their own",
        CAUSE,
        "wine",
        replace(WINE, rows=scrambled(data.wine, (13, 1)), front=flatten).make,
    ),
)
