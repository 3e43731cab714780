"""validation-too-small: a handful of rows decides what is better."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIABETES, FRIEDMAN, IRIS, MOONS, WAVE

CAUSE = "validation-too-small"
STOPS_EARLY = ("too-few-epochs",)
"""What a stop rule on a handful of rows may do."""
PLANTED = (
    Planted("seven flowers validate", CAUSE, "iris", replace(IRIS, share=0.04).make, STOPS_EARLY),
    Planted("nine tumours validate", CAUSE, "cancer", replace(CANCER, share=0.015).make, STOPS_EARLY),
    Planted(
        "nine patients validate",
        CAUSE,
        "diabetes",
        replace(DIABETES, share=0.02, validation="given").make,
        (*STOPS_EARLY, "noise-floor"),
    ),
    Planted("five of Friedman's rows validate", CAUSE, "friedman", replace(FRIEDMAN, share=0.01).make, STOPS_EARLY),
)
NEAR_MISSES = (
    Planted("thirty flowers validate", CAUSE, "iris", IRIS.make),
    Planted("a tenth of a wave validates", CAUSE, "wave", replace(WAVE, share=0.1).make),
    Planted("an eighth of the half moons validates", CAUSE, "moons", replace(MOONS, share=0.125).make),
)
