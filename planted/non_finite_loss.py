"""non-finite-loss: operations that are not defined for the numbers that they get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, IRIS, WAVE, WINE, Training, modelled

CAUSE = "non-finite-loss"
DRIFT = ("missing-normalisation", "saturating-activations", "too-deep")
"""Exponentials of exponentials drift apart: fewer, other or normalised layers mend the same."""
OUTPUT = ("wrong-output-activation", "wrong-loss")
"""A Poisson loss takes the logarithm of the output, which nothing keeps above 0."""


def counts(rows: Callable[[int], Table], mean: float = 3.0) -> Callable[[int], Table]:
    """The same rows with counts as targets."""

    def counted(seed: int) -> Table:
        x, y = rows(seed)
        return x, np.maximum(np.round(mean + 1.5 * y), 0).astype(np.float32)

    return counted


def with_zeros(count: int) -> Callable[[int], Table]:
    """Iris in cm, where so many petals are so narrow that their width was written down as 0."""

    def rows(seed: int) -> Table:
        x, y = data.raw_iris(seed)
        x[np.argsort(x[:, 3], kind="stable")[:count], 3] = 0.0
        return x, y

    return rows


def _logarithmic(shape: tuple[int, ...]) -> Any:
    """The network of iris, fed with the logarithms of its inputs."""
    import keras

    inputs = keras.Input(shape)
    hidden = keras.layers.Dense(16, activation="tanh")(keras.ops.log(inputs))
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))


def tower(training: Training, floors: int) -> Callable[[int], Material]:
    """The training with that many hidden layers of exponentials."""
    return replace(training, hidden=(16,) * floors, activation="exponential").make


PLANTED = (
    *graded(
        "Friedman's counts around {}, Poisson on a linear output",
        CAUSE,
        "friedman",
        lambda mean: replace(FRIEDMAN, rows=counts(data.friedman, mean), loss="poisson").make,
        (6, 3, 1),
        OUTPUT,
    ),
    *graded(
        "a wave of counts around {}, Poisson on a linear output",
        CAUSE,
        "wave",
        lambda mean: replace(WAVE, rows=counts(data.wave, mean), loss="poisson").make,
        (6, 3, 1),
        OUTPUT,
    ),
    *graded("digits through {} exponentials", CAUSE, "digits", lambda floors: tower(DIGITS, floors), (4, 5, 6), DRIFT),
    *graded("wine through {} exponentials", CAUSE, "wine", lambda floors: tower(WINE, floors), (4, 5, 6), DRIFT),
    *graded(
        "logarithms of iris with {} zeros",
        CAUSE,
        "iris",
        lambda count: modelled(replace(IRIS, rows=with_zeros(count)), _logarithmic),
        (4, 10, 30),
    ),
)
NEAR_MISSES = (
    Planted(
        "counts, Poisson on an exponential output",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=counts(data.friedman), loss="poisson", output="exponential", rate=1e-3).make,
    ),
    Planted(
        "diabetes in its own units, SGD",
        CAUSE,
        "diabetes",
        replace(DIABETES, rows=data.raw_diabetes, optimizer="SGD", rate=0.1).make,
    ),
    Planted(
        "tumours through one exponential", CAUSE, "cancer", replace(CANCER, activation="exponential", rate=1e-3).make
    ),
)
