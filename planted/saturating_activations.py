"""saturating-activations: sigmoids in depth, through which hardly any gradient reaches the first layers."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import DIGITS, FRIEDMAN, IRIS, MOONS, XOR

CAUSE = "saturating-activations"
DEEP = (16,) * 5
SLOW = ("too-few-epochs", "learning-rate-too-low")
"""At a tenth of the healthy training's rate, the same number of epochs is few once the gradients arrive."""
PLANTED = (
    Planted(
        "digits through five sigmoids",
        CAUSE,
        "digits",
        replace(DIGITS, hidden=DEEP, activation="sigmoid", rate=1e-3).make,
        SLOW,
    ),
    Planted(
        "half moons through six sigmoids",
        CAUSE,
        "moons",
        replace(MOONS, hidden=(16,) * 6, activation="sigmoid", rate=2e-3).make,
        SLOW,
    ),
    Planted(
        "Friedman through five sigmoids", CAUSE, "friedman", replace(FRIEDMAN, hidden=DEEP, activation="sigmoid").make
    ),
)
NEAR_MISSES = (
    Planted("one hidden sigmoid layer", CAUSE, "iris", replace(IRIS, activation="sigmoid", rate=0.05).make),
    Planted("two hidden tanh layers", CAUSE, "xor", replace(XOR, hidden=(8, 8), activation="tanh").make),
)
