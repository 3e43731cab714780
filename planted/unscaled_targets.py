"""unscaled-targets: numbers to predict that lie far from what a fresh network puts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Array, Planted, graded
from planted.data import Table
from planted.healthy import DIABETES, FRIEDMAN, WAVE
from planted.tasks import TWO_NUMBERS, two_numbers

CAUSE = "unscaled-targets"


def moved(rows: Callable[[int], Table], factor: float | Array, offset: float) -> Callable[[int], Table]:
    """The same rows with targets factor * y + offset."""

    def in_units(seed: int) -> Table:
        x, y = rows(seed)
        return x, factor * y + offset

    return in_units


def rescaled() -> list[Any]:
    """A layer behind the output that brings it to the targets' units."""
    import keras

    return [keras.layers.Rescaling(77.0, 152.0, name="to_units")]


PLANTED = (
    *graded(
        "Friedman in units of 1/{}",
        CAUSE,
        "friedman",
        lambda unit: replace(FRIEDMAN, rows=moved(data.friedman, unit, 6.0 * unit)).make,
        (8, 80, 800),
        sound=lambda _: FRIEDMAN.make,
    ),
    *graded(
        "two numbers, the first in units of 1/{}",
        CAUSE,
        "two numbers",
        lambda unit: replace(TWO_NUMBERS, rows=moved(two_numbers, np.array([unit, 1], np.float32), 0.0)).make,
        (50, 150, 500),
        sound=lambda _: TWO_NUMBERS.make,
    ),
    *graded(
        "diabetes in its own units, times {}",
        CAUSE,
        "diabetes",
        lambda unit: replace(DIABETES, rows=moved(data.raw_diabetes, unit, 0.0)).make,
        (0.1, 1.0, 10.0),
        sound=lambda _: DIABETES.make,
    ),
    *graded(
        "a wave twenty times as high, {} above zero",
        CAUSE,
        "wave",
        lambda offset: replace(WAVE, rows=moved(data.wave, 20.0, offset)).make,
        (20, 100, 400),
        sound=lambda _: WAVE.make,
    ),
)
NEAR_MISSES = (
    Planted(
        "own units behind a rescaling layer",
        CAUSE,
        "diabetes",
        replace(DIABETES, rows=data.raw_diabetes, back=rescaled, loss="huber").make,
    ),
    Planted(
        "targets a little off zero", CAUSE, "friedman", replace(FRIEDMAN, rows=moved(data.friedman, 1.3, 0.6)).make
    ),
    Planted("standardised wave", CAUSE, "wave", WAVE.make),
)
