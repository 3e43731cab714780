"""too-little-capacity: so few units that even the training rows cannot be fitted."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import DIGITS, FRIEDMAN, IRIS, LINE, MOONS, WAVE, XOR
from planted.tasks import TWO_NUMBERS, dense

CAUSE = "too-little-capacity"
PLANTED = (
    Planted("digits through three units", CAUSE, "digits", replace(DIGITS, hidden=(3,)).make),
    Planted("a wave through three units", CAUSE, "wave", replace(WAVE, hidden=(2,)).make),
    Planted("Friedman through one unit", CAUSE, "friedman", replace(FRIEDMAN, hidden=(1,)).make),
    Planted("half moons through one unit", CAUSE, "moons", replace(MOONS, hidden=(1,)).make),
    Planted(
        "two numbers through two units", CAUSE, "two numbers", replace(TWO_NUMBERS, build=dense(2, 2, "linear")).make
    ),
)
NEAR_MISSES = (
    Planted("iris through four units", CAUSE, "iris", replace(IRIS, hidden=(4,), activation="tanh", rate=0.03).make),
    Planted("one neuron for a line", CAUSE, "line", LINE.make),
    Planted(
        "opposite corners through eight units",
        CAUSE,
        "xor",
        replace(XOR, hidden=(8,), activation="tanh", rate=0.03).make,
    ),
)
