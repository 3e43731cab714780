"""constant-initialisation: every unit of a layer starts the same and so stays the same."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.dead_units import constant
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE, WINE

CAUSE = "constant-initialisation"
SAME_UNITS = ("too-little-capacity", "dead-units")
LESS_AND_LESS = (0.2, 0.05, 0.0)
"""Equal units stay equal at any value; the smaller it is, the less gets through them, and from zeros nothing moves."""
PLANTED = (
    *graded(
        "half moons from {}",
        CAUSE,
        "moons",
        lambda v: replace(MOONS, kernel=constant(v)).make,
        LESS_AND_LESS,
        SAME_UNITS,
    ),
    *graded(
        "digits from {}",
        CAUSE,
        "digits",
        lambda v: replace(DIGITS, hidden=(24, 24), kernel=constant(v)).make,
        LESS_AND_LESS,
        SAME_UNITS,
    ),
    *graded(
        "Friedman from {}",
        CAUSE,
        "friedman",
        lambda v: replace(FRIEDMAN, kernel=constant(v)).make,
        LESS_AND_LESS,
        SAME_UNITS,
    ),
    *graded(
        "a wave from {}", CAUSE, "wave", lambda v: replace(WAVE, kernel=constant(v)).make, LESS_AND_LESS, SAME_UNITS
    ),
    *graded(
        "tumours from {}",
        CAUSE,
        "cancer",
        lambda v: replace(CANCER, hidden=(16, 16), kernel=constant(v)).make,
        (0.05, 0.02, 0.0),
        SAME_UNITS,
    ),
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
