"""underfitting: fine patterns that trees and neighbours read off and a small smooth network does not follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import DIABETES, FRIEDMAN, MOONS, WAVE, Training

CAUSE = "underfitting"


def checkerboard(seed: int) -> Table:
    """1,000 points on a board of 6 by 6 fields."""
    rng = np.random.default_rng([seed, 101])
    x = rng.uniform(0, 6, (1000, 2))
    return data.shuffled(data.standard(x), (np.floor(x).sum(axis=1) % 2).astype(np.int64), seed)


def stripes(seed: int) -> Table:
    """800 points of one number whose class changes fourteen times."""
    rng = np.random.default_rng([seed, 102])
    x = rng.uniform(0, 15, (800, 1))
    return data.shuffled(data.standard(x), (np.floor(x[:, 0]) % 2).astype(np.int64), seed)


def teeth(seed: int) -> Table:
    """800 points of a saw with twelve teeth."""
    rng = np.random.default_rng([seed, 103])
    x = rng.uniform(0, 12, (800, 1))
    y = x[:, 0] % 1 + rng.normal(0, 0.05, 800)
    return data.shuffled(data.standard(x), data.standard(y).astype(np.float32), seed)


def quick_wave(seed: int) -> Table:
    """800 points of twelve periods of a sine, a little noisy."""
    rng = np.random.default_rng([seed, 104])
    x = rng.uniform(-1, 1, (800, 1))
    y = np.sin(24 * np.pi * x[:, 0] / 2) + rng.normal(0, 0.1, 800)
    return data.shuffled(data.standard(x), data.standard(y).astype(np.float32), seed)


SMALL = ("too-little-capacity", "too-few-epochs", "weak-optimizer")
"""Where a wider network or many more epochs get there after all, that is the name of it."""
BOARD = Training(checkerboard, 1, "sigmoid", "binary_crossentropy", hidden=(12, 12), rate=3e-3, patience=15)
PLANTED = (
    Planted("a board of 36 fields", CAUSE, "checkerboard", BOARD.make, SMALL),
    Planted("fifteen stripes", CAUSE, "stripes", replace(BOARD, rows=stripes).make, SMALL),
    Planted("a saw of twelve teeth", CAUSE, "teeth", replace(WAVE, rows=teeth, epochs=60).make, SMALL),
    Planted("a wave of twelve periods", CAUSE, "quick wave", replace(WAVE, rows=quick_wave, epochs=60).make, SMALL),
)
NEAR_MISSES = (
    Planted("half moons, as they should be", CAUSE, "moons", MOONS.make),
    Planted("diabetes, where nothing gets further", CAUSE, "diabetes", DIABETES.make),
    Planted("Friedman at 1e-4, on its way", CAUSE, "friedman", replace(FRIEDMAN, rate=1e-4).make),
)
