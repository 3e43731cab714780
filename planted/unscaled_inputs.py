"""unscaled-inputs: columns whose scales differ by orders of magnitude, given to the network as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE
from planted.tasks import DIGIT_PICTURES, RHYTHMS, digit_pictures, rhythms

CAUSE = "unscaled-inputs"
POWERS = (0.6, 0.8, 1.0)


def own_units(seed: int) -> Table:
    """Friedman's rows with every column in another unit, from 0.01 to 1,000."""
    x, y = data.friedman(seed)
    return (x + 2) * np.array([1000, 0.1, 300, 0.01, 30, 1, 0.1, 1000, 5, 0.5], np.float32), y


def in_units(rows: Callable[[int], Table], power: float) -> Callable[[int], Table]:
    """Measurements in units of which 1 are their own and 0 their deviations."""

    def measured(seed: int) -> Table:
        x, y = rows(seed)
        return x / np.std(x, axis=0) ** (1 - power), y

    return measured


def moved(rows: Callable[[int], Table], factor: float, level: float) -> Callable[[int], Table]:
    """The same rows with all values so many times as large, then so much higher."""

    def scaled(seed: int) -> Table:
        x, y = rows(seed)
        return x * np.float32(factor) + np.float32(level), y

    return scaled


def adapted(x: Array) -> list[Any]:
    """A Normalization layer adapted to the rows."""
    import keras

    layer = keras.layers.Normalization(name="scale")
    layer.adapt(x)
    return [layer]


def told(x: Array) -> list[Any]:
    """A Normalization layer that is told mean and variance."""
    import keras

    return [keras.layers.Normalization(mean=np.mean(x, axis=0), variance=np.var(x, axis=0), name="scale")]


PLANTED = (
    *graded(
        "wine, scales to the power {}",
        CAUSE,
        "wine",
        lambda power: replace(WINE, rows=in_units(data.raw_wine, power)).make,
        POWERS,
        sound=lambda _: WINE.make,
    ),
    *graded(
        "rhythms around {}",
        CAUSE,
        "rhythms",
        lambda level: replace(RHYTHMS, rows=moved(rhythms, 1, level)).make,
        (5, 10, 50),
        sound=lambda _: RHYTHMS.make,
    ),
    *graded(
        "tumours, scales to the power {}",
        CAUSE,
        "cancer",
        lambda power: replace(CANCER, rows=in_units(data.raw_cancer, power)).make,
        POWERS,
        sound=lambda _: CANCER.make,
    ),
    *graded(
        "pictures with grey values to {}",
        CAUSE,
        "digit pictures",
        lambda white: replace(DIGIT_PICTURES, rows=moved(digit_pictures, white, 0)).make,
        (64, 255, 1000),
        sound=lambda _: DIGIT_PICTURES.make,
    ),
)
NEAR_MISSES = (
    Planted("own units behind an adapted layer", CAUSE, "wine", replace(WINE, rows=data.raw_wine, front=adapted).make),
    Planted("own units behind a told layer", CAUSE, "friedman", replace(FRIEDMAN, rows=own_units, front=told).make),
    Planted("grey values in [0, 1]", CAUSE, "digits", DIGITS.make),
    Planted("standardised iris", CAUSE, "iris", IRIS.make),
)
