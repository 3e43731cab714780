"""constant-initialisation: every unit of a layer starts the same and so stays the same."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted.case import Planted, broken
from planted.dead_units import constant
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE, WINE

CAUSE = "constant-initialisation"
SAME_UNITS = ("too-little-capacity", "dead-units")
LESS_AND_LESS = (0.2, 0.05, 0.0)
"""Equal units stay equal at any value; the smaller it is, the less gets through them, and from zeros nothing moves."""


equal = partial(broken, CAUSE, lambda value: {"kernel": constant(value)}, also=SAME_UNITS)
"""The training with all hidden kernels at one value."""


PLANTED = (
    *equal("half moons from {}", "moons", MOONS, LESS_AND_LESS),
    *equal("digits from {}", "digits", replace(DIGITS, hidden=(24, 24)), LESS_AND_LESS),
    *equal("Friedman from {}", "friedman", FRIEDMAN, LESS_AND_LESS),
    *equal("a wave from {}", "wave", WAVE, LESS_AND_LESS),
    *equal("tumours from {}", "cancer", replace(CANCER, hidden=(16, 16)), (0.05, 0.02, 0.0)),
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
