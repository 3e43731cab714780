"""constant-initialisation: every unit of a layer starts the same and so stays the same."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.dead_units import constant
from planted.healthy import DIGITS, FRIEDMAN, IRIS, MOONS, WAVE, WINE

CAUSE = "constant-initialisation"
SAME_UNITS = ("too-little-capacity", "dead-units")
PLANTED = (
    Planted("half moons from zeros", CAUSE, "moons", replace(MOONS, kernel="zeros").make, SAME_UNITS),
    Planted(
        "digits from 0.05", CAUSE, "digits", replace(DIGITS, hidden=(24, 24), kernel=constant(0.05)).make, SAME_UNITS
    ),
    Planted("Friedman from ones", CAUSE, "friedman", replace(FRIEDMAN, kernel="ones").make, SAME_UNITS),
    Planted("a wave from 0.2", CAUSE, "wave", replace(WAVE, kernel=constant(0.2)).make, SAME_UNITS),
)
NEAR_MISSES = (
    Planted("orthogonal kernels", CAUSE, "wine", replace(WINE, kernel="orthogonal").make),
    Planted("equal biases of 0.1", CAUSE, "iris", replace(IRIS, bias=constant(0.1)).make),
    Planted(
        "small random kernels",
        CAUSE,
        "digits",
        replace(DIGITS, kernel={"class_name": "RandomNormal", "config": {"stddev": 0.1}}).make,
    ),
)
