"""vanishing-gradients: stacks of gentle activations, each of which halves what comes back."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import DIGITS, FRIEDMAN, IRIS, MOONS, WINE

CAUSE = "vanishing-gradients"
DEEP = (16,) * 10
DEPTH = ("too-deep", "missing-normalisation", "wrong-initialisation-scale", "too-few-epochs", "learning-rate-too-low")
PLANTED = (
    Planted(
        "digits through ten swishes",
        CAUSE,
        "digits",
        replace(DIGITS, hidden=DEEP, activation="silu", l2=0, rate=1e-3, epochs=30).make,
    ),
    Planted(
        "half moons through ten swishes",
        CAUSE,
        "moons",
        replace(MOONS, hidden=DEEP, activation="silu", rate=1e-3, epochs=30).make,
    ),
    Planted(
        "Friedman through ten GELUs",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, hidden=DEEP, activation="gelu", l2=0, rate=1e-3, epochs=40).make,
    ),
    Planted("wine through five softmaxes", CAUSE, "wine", replace(WINE, hidden=(16,) * 5, activation="softmax").make),
)
NEAR_MISSES = (
    Planted("iris through four swishes", CAUSE, "iris", replace(IRIS, hidden=(16,) * 4, activation="silu").make),
    Planted(
        "half moons through five sigmoids", CAUSE, "moons", replace(MOONS, hidden=(16,) * 5, activation="sigmoid").make
    ),
    Planted("digits through six ReLUs", CAUSE, "digits", replace(DIGITS, hidden=(24,) * 6, rate=3e-3).make),
)
