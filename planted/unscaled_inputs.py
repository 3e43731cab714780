"""unscaled-inputs: columns whose scales differ by orders of magnitude, given to the network as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Planted
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE

CAUSE = "unscaled-inputs"


def own_units(seed: int) -> Table:
    """Friedman's rows with every column in another unit, from 0.01 to 1,000."""
    x, y = data.friedman(seed)
    return (x + 2) * np.array([1000, 0.1, 300, 0.01, 30, 1, 0.1, 1000, 5, 0.5], np.float32), y


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
    Planted("wine in its own units", CAUSE, "wine", replace(WINE, rows=data.raw_wine).make),
    Planted("tumours in their own units", CAUSE, "cancer", replace(CANCER, rows=data.raw_cancer).make),
    Planted("Friedman's columns in other units", CAUSE, "friedman", replace(FRIEDMAN, rows=own_units).make),
)
NEAR_MISSES = (
    Planted("own units behind an adapted layer", CAUSE, "wine", replace(WINE, rows=data.raw_wine, front=adapted).make),
    Planted("own units behind a told layer", CAUSE, "friedman", replace(FRIEDMAN, rows=own_units, front=told).make),
    Planted("grey values in [0, 1]", CAUSE, "digits", DIGITS.make),
    Planted("standardised iris", CAUSE, "iris", IRIS.make),
)
