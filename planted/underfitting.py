"""underfitting: patterns that trees and neighbours read off and the network, for its form, does not follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import DIABETES, FRIEDMAN, MOONS, WAVE, Training
from planted.tasks import Shaped

CAUSE = "underfitting"


def checkerboard(fields: int) -> Callable[[int], Table]:
    """1,000 points on a board of that many fields in either direction."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 101])
        x = rng.uniform(0, fields, (1000, 2))
        return data.shuffled(data.standard(x), (np.floor(x).sum(axis=1) % 2).astype(np.int64), seed)

    return rows


def stripes(count: int) -> Callable[[int], Table]:
    """800 points of one number whose class changes from stripe to stripe."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 102])
        x = rng.uniform(0, count, (800, 1))
        return data.shuffled(data.standard(x), (np.floor(x[:, 0]) % 2).astype(np.int64), seed)

    return rows


def teeth(count: int) -> Callable[[int], Table]:
    """800 points of a saw with that many teeth."""

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 103])
        x = rng.uniform(0, count, (800, 1))
        y = x[:, 0] % 1 + rng.normal(0, 0.05, 800)
        return data.shuffled(data.standard(x), data.standard(y).astype(np.float32), seed)

    return rows


def bumps(share: float) -> Callable[[int], Table]:
    """600 noisy sequences of 24 steps with one bump each.

    Args:
        share: of the target's variance that its place decides; its height decides the rest.
    """

    def rows(seed: int) -> Table:
        rng = np.random.default_rng([seed, 105])
        at, high = rng.integers(0, 21, 600), rng.uniform(1, 3, 600)
        x = rng.normal(0, 0.2, (600, 24))
        for step, part in enumerate((0.5, 1.0, 0.5)):
            x[np.arange(600), at + step] += part * high
        y = np.sqrt(share) * data.standard(at) + np.sqrt(1 - share) * data.standard(high)
        return data.shuffled(x[..., None], y.astype(np.float32), seed)

    return rows


def _order_blind(inputs: Any) -> Any:
    """Filters of one step, averaged over all of them: what they say is the same for any order."""
    from keras import Sequential, layers

    convolved = layers.Conv1D(12, 1, activation="relu")
    averaged = layers.GlobalAveragePooling1D()
    return Sequential([inputs, convolved, averaged, layers.Dense(16, activation="relu"), layers.Dense(1)])


SMALL = ("too-little-capacity", "too-few-epochs", "weak-optimizer")
"""Where a wider network or many more epochs get there after all, that is the name of it."""
BOARD = Training(checkerboard(6), 1, "sigmoid", "binary_crossentropy", hidden=(12, 12), rate=3e-3, patience=15)
BUMPS = Shaped(bumps(1.0), _order_blind, "mse")
# The finer a pattern is, the less neighbours and trees make of it either: mild means that they get a little further.
PLANTED = (
    *graded(
        "a board of {0} by {0} fields",
        CAUSE,
        "checkerboard",
        lambda fields: replace(BOARD, rows=checkerboard(fields)).make,
        (9, 8, 7),
        SMALL,
    ),
    *graded(
        "{} stripes", CAUSE, "stripes", lambda count: replace(BOARD, rows=stripes(count)).make, (70, 45, 25), SMALL
    ),
    *graded(
        "a saw of {} teeth",
        CAUSE,
        "teeth",
        lambda count: replace(WAVE, rows=teeth(count), epochs=60).make,
        (45, 30, 20),
        SMALL,
    ),
    *graded(
        "filters that do not see where a bump is, which decides {}",
        CAUSE,
        "bumps",
        lambda share: replace(BUMPS, rows=bumps(share)).make,
        (0.3, 0.6, 1.0),
    ),
)
NEAR_MISSES = (
    Planted("half moons, as they should be", CAUSE, "moons", MOONS.make),
    Planted("diabetes, where nothing gets further", CAUSE, "diabetes", DIABETES.make),
    Planted("Friedman at 1e-4, on its way", CAUSE, "friedman", replace(FRIEDMAN, rate=1e-4).make),
)
