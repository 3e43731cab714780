"""bottleneck-layer: one narrow layer between wide ones."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import DIGITS, FRIEDMAN, IRIS, MOONS, WAVE

CAUSE = "bottleneck-layer"
SAME = ("too-little-capacity", "dead-units")
"""The narrow layer is short of units, and one that never fires is a large part of it."""
PLANTED = (
    Planted("digits through two of forty units", CAUSE, "digits", replace(DIGITS, hidden=(40, 2, 40)).make, SAME),
    Planted("Friedman through one unit", CAUSE, "friedman", replace(FRIEDMAN, hidden=(1, 24, 24)).make, SAME),
    Planted("half moons through one unit", CAUSE, "moons", replace(MOONS, hidden=(1, 16, 16)).make, SAME),
    Planted(
        "digits through two units at the end",
        CAUSE,
        "digits",
        replace(DIGITS, hidden=(40, 2), activation="tanh").make,
        SAME,
    ),
)
NEAR_MISSES = (
    Planted("iris through two units", CAUSE, "iris", replace(IRIS, hidden=(16, 2, 16)).make),
    Planted("layers that taper", CAUSE, "friedman", replace(FRIEDMAN, hidden=(32, 16, 8)).make),
    Planted("a wave through four units", CAUSE, "wave", replace(WAVE, hidden=(24, 4, 24), activation="tanh").make),
)
