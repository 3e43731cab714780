"""noise-floor: what is left of the loss is noise; there is nothing to fix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import DIABETES, DIGITS, FRIEDMAN, LINE, MOONS, Training

CAUSE = "noise-floor"


def clouds(seed: int) -> Table:
    """Two round clouds of 300 points each, so close that a third lies on the wrong side."""
    rng = np.random.default_rng([seed, 81])
    y = rng.permutation(np.repeat([0, 1], 300))
    return data.shuffled(rng.normal(0, 1, (600, 2)) + 0.7 * (y[:, None] - 0.5), y, seed)


PLANTED = (
    Planted("one neuron for a line", CAUSE, "line", LINE.make),
    Planted("diabetes, penalised", CAUSE, "diabetes", DIABETES.make),
    Planted(
        "two close clouds",
        CAUSE,
        "clouds",
        Training(clouds, 1, "sigmoid", "binary_crossentropy", hidden=(6,), activation="tanh", l2=0.01, rate=5e-3).make,
    ),
)
NEAR_MISSES = (
    Planted("half moons through linear layers", CAUSE, "moons", replace(MOONS, activation="linear").make),
    Planted("digits through three units", CAUSE, "digits", replace(DIGITS, hidden=(3,)).make),
    Planted("Friedman at 1e-5", CAUSE, "friedman", replace(FRIEDMAN, rate=1e-5).make),
)
