"""too-deep: so many plain layers in a row that hardly any gradient gets through."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, MOONS, WAVE

CAUSE = "too-deep"
SAME = ("missing-normalisation", "dead-units")
"""Normalisation would carry the signal as well; units that never fire end it."""
PLANTED = (
    Planted("digits through 14 layers", CAUSE, "digits", replace(DIGITS, hidden=(12,) * 14, l2=0).make, SAME),
    Planted("Friedman through 14 layers", CAUSE, "friedman", replace(FRIEDMAN, hidden=(10,) * 14, l2=0).make, SAME),
    Planted("a wave through 14 layers", CAUSE, "wave", replace(WAVE, hidden=(8,) * 14).make, SAME),
    Planted(
        "iris through 14 layers",
        CAUSE,
        "iris",
        replace(IRIS, hidden=(8,) * 14, activation="relu", l2=0).make,
        SAME,
    ),
)
NEAR_MISSES = (
    Planted("six wide layers that train", CAUSE, "moons", replace(MOONS, hidden=(24,) * 6, rate=3e-3).make),
    Planted(
        "seven scaled exponential layers",
        CAUSE,
        "cancer",
        replace(CANCER, hidden=(16,) * 7, activation="selu", kernel="lecun_normal", rate=1e-3).make,
    ),
    Planted("two layers", CAUSE, "friedman", FRIEDMAN.make),
)
