"""dead-units: rectified units that are silent for every row, so that no gradient ever wakes them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted.case import Planted, broken
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, RARE, WAVE, WINE

CAUSE = "dead-units"


def constant(value: float) -> dict[str, object]:
    """An initialiser that gives every weight the same value."""
    return {"class_name": "Constant", "config": {"value": value}}


def spread(least: float) -> dict[str, object]:
    """An initialiser that draws each weight from [least, 0]."""
    return {"class_name": "RandomUniform", "config": {"minval": least, "maxval": 0.0}}


biased = partial(broken, CAUSE, lambda least: {"bias": spread(least)})
"""The training with hidden biases down to a value so low that most units never fire; the lower, the more."""


PLANTED = (
    *biased("biases down to {} before half moons", "moons", MOONS, (-3, -4, -6)),
    *biased("biases down to {} before Friedman", "friedman", FRIEDMAN, (-3, -5, -10)),
    *biased("biases down to {} before a wave", "wave", WAVE, (-1, -1.5, -3)),
    *biased("biases down to {} before a rare digit", "rare digit", RARE, (-5, -8, -12)),
    Planted("biases of -20 before wine", CAUSE, "wine", replace(WINE, bias=constant(-20)).make, sound=WINE.make),
)
NEAR_MISSES = (
    Planted("rectified units that rest on many rows", CAUSE, "digits", DIGITS.make),
    Planted("biases of -0.3", CAUSE, "cancer", replace(CANCER, bias=constant(-0.3)).make),
    Planted(
        "biases of -1 before leaky units",
        CAUSE,
        "moons",
        replace(MOONS, activation="leaky_relu", bias=constant(-1)).make,
    ),
)
