"""linear-network: layers without a non-linearity between them, where the answer is not a straight line."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIABETES, FRIEDMAN, LINE, MOONS, WAVE, XOR

CAUSE = "linear-network"
PLANTED = (
    Planted("half moons", CAUSE, "moons", replace(MOONS, activation="linear").make, ("too-little-capacity",)),
    Planted("opposite corners", CAUSE, "xor", replace(XOR, activation="linear").make, ("too-little-capacity",)),
    Planted("Friedman", CAUSE, "friedman", replace(FRIEDMAN, activation="linear").make, ("too-little-capacity",)),
    Planted("a wave", CAUSE, "wave", replace(WAVE, activation="linear").make, ("too-little-capacity",)),
)
NEAR_MISSES = (
    Planted("one neuron for a line", CAUSE, "line", LINE.make),
    Planted("linear layers for a linear relation", CAUSE, "diabetes", replace(DIABETES, activation="linear").make),
    Planted("logistic regression of tumours", CAUSE, "cancer", replace(CANCER, hidden=()).make),
)
