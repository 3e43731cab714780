"""unstructured-inputs: pictures and sequences that are flattened before anything has looked at their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import DIGITS, WAVE, WINE
from planted.tasks import DIGIT_PICTURES, RHYTHMS, Shaped

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


def scrambled(rows: Callable[[int], Table], shape: tuple[int, ...]) -> Callable[[int], Table]:
    """The same rows with their columns in an order that means nothing, in a shape that looks like one."""

    def make(seed: int) -> Table:
        x, y = rows(seed)
        mixed = np.random.default_rng(8).permutation(x.shape[1])
        return x[:, mixed].reshape(-1, *shape), y

    return make


def shifted(pixels: int) -> Callable[[int], Table]:
    """The digits as pictures, each moved by up to `pixels` in both directions at random within a black margin."""

    def make(seed: int) -> Table:
        x, y = data.pictures(seed)
        rng = np.random.default_rng([seed, 52])
        moved = np.zeros((len(x), 8 + 2 * pixels, 8 + 2 * pixels, 1), np.float32)
        for row, (down, right) in enumerate(rng.integers(0, 2 * pixels + 1, (len(x), 2))):
            moved[row, down : down + 8, right : right + 8] = x[row]
        return moved, y

    return make


def fewer(rows: Callable[[int], Table], count: int) -> Callable[[int], Table]:
    """The first rows only: the fewer there are, the less can be learnt for each position anew."""

    def make(seed: int) -> Table:
        x, y = rows(seed)
        return x[:count], y[:count]

    return make


def flattened(training: Shaped, count: int, units: int, outputs: int) -> Callable[[int], Material]:
    """The training on the first rows, with a dense network on flattened inputs."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers

        hidden = layers.Dense(units, activation="relu")
        return Sequential([inputs, layers.Flatten(), hidden, layers.Dense(outputs, activation="softmax")])

    return replace(training, rows=fewer(training.rows, count), build=build).make


BUMPS = replace(WAVE, front=flatten, epochs=60)
HARD = ("overfitting", "too-little-capacity")
"""What a dense layer has to learn for each position anew takes more rows, or more units, than there are."""
PLANTED = (
    *graded(
        "digits within {} pixels of the middle, flattened",
        CAUSE,
        "digits",
        lambda pixels: replace(DIGITS, rows=shifted(pixels), front=flatten).make,
        (0, 1, 2),
        HARD,
    ),
    *graded(
        "{} rhythms of any phase, flattened",
        CAUSE,
        "rhythms",
        lambda count: flattened(RHYTHMS, count, 24, 3),
        (600, 400, 250),
        HARD,
    ),
    *graded(
        "{} rows of bumps anywhere, flattened",
        CAUSE,
        "bumps",
        lambda count: replace(BUMPS, rows=fewer(data.bumps, count)).make,
        (500, 350, 200),
        HARD,
    ),
    *graded(
        "{} digit pictures, flattened",
        CAUSE,
        "digit pictures",
        lambda count: flattened(DIGIT_PICTURES, count, 40, 10),
        (1200, 700, 350),
        HARD,
    ),
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
