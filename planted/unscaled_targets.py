"""unscaled-targets: numbers to predict that lie far from what a fresh network puts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planted import data
from planted.case import Planted
from planted.data import Table
from planted.healthy import DIABETES, FRIEDMAN, WAVE

CAUSE = "unscaled-targets"


def moved(rows: Callable[[int], Table], factor: float, offset: float) -> Callable[[int], Table]:
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
    Planted("diabetes in its own units", CAUSE, "diabetes", replace(DIABETES, rows=data.raw_diabetes).make),
    Planted("Friedman in thousands", CAUSE, "friedman", replace(FRIEDMAN, rows=moved(data.friedman, 800, 5000)).make),
    Planted("a wave far above zero", CAUSE, "wave", replace(WAVE, rows=moved(data.wave, 20, 400)).make),
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
