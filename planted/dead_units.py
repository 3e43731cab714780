"""dead-units: rectified units that are silent for every row, so that no gradient ever wakes them."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, WINE

CAUSE = "dead-units"


def constant(value: float) -> dict[str, object]:
    """An initialiser that gives every weight the same value."""
    return {"class_name": "Constant", "config": {"value": value}}


PLANTED = (
    Planted("biases of -20 before wine", CAUSE, "wine", replace(WINE, bias=constant(-20)).make),
    Planted("biases of -5 before half moons", CAUSE, "moons", replace(MOONS, bias=constant(-5)).make),
    Planted("biases of -8 before Friedman", CAUSE, "friedman", replace(FRIEDMAN, bias=constant(-8)).make),
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
