"""noise-floor: what is left of the loss is noise; there is nothing to fix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import DIABETES, DIGITS, FRIEDMAN, LINE, MOONS, Training

CAUSE = "noise-floor"


def clouds(seed: int, distance: float = 0.7) -> Table:
    """Two round clouds of 300 points each, so close that (at 0.7) a third lies on the wrong side."""
    rng = np.random.default_rng([seed, 81])
    y = rng.permutation(np.repeat([0, 1], 300))
    return data.shuffled(rng.normal(0, 1, (600, 2)) + distance * (y[:, None] - 0.5), y, seed)


def two_clouds(distance: float) -> Callable[[int], Material]:
    """A small network that tells two clouds this far apart."""
    rows = partial(clouds, distance=distance)
    return Training(rows, 1, "sigmoid", "binary_crossentropy", hidden=(6,), activation="tanh", l2=0.001, rate=5e-3).make


def noisy_line(noise: float) -> Callable[[int], Material]:
    """One neuron for a line under so much noise."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 82])
        x = rng.normal(0, 1, (300, 1))
        return data.shuffled(x, (x[:, 0] + rng.normal(0, noise, 300)).astype(np.float32), seed)

    return replace(LINE, rows=rows).make


def patients(noise: float) -> Callable[[int], Material]:
    """Diabetes, its targets measured with so much further noise."""

    def rows(seed: int) -> Table:
        x, y = data.diabetes(seed)
        return x, (y + np.random.default_rng([seed, 83]).normal(0, noise, len(y))).astype(np.float32)

    return replace(DIABETES, rows=rows).make


def parabola(noise: float) -> Callable[[int], Material]:
    """A small network for a parabola under so much noise."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 84])
        x = rng.uniform(-1.7, 1.7, (500, 1))
        return data.shuffled(x, (x[:, 0] ** 2 - 1 + rng.normal(0, noise, 500)).astype(np.float32), seed)

    return Training(rows, 1, "linear", "mse", hidden=(12,), activation="tanh", patience=20).make


PLANTED = (
    *graded("a line under a noise of {}", CAUSE, "line", noisy_line, (0.3, 0.5, 1.0)),
    *graded("clouds {} apart", CAUSE, "clouds", two_clouds, (0.9, 0.7, 0.5)),
    *graded("diabetes and a noise of {}", CAUSE, "diabetes", patients, (0.0, 0.4, 0.7)),
    *graded("a parabola under a noise of {}", CAUSE, "parabola", parabola, (0.4, 0.6, 1.0)),
)
NEAR_MISSES = (
    Planted("half moons through linear layers", CAUSE, "moons", replace(MOONS, activation="linear").make),
    Planted("digits through three units", CAUSE, "digits", replace(DIGITS, hidden=(3,)).make),
    Planted("Friedman at 1e-5", CAUSE, "friedman", replace(FRIEDMAN, rate=1e-5).make),
)
