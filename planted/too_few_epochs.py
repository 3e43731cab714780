"""too-few-epochs: the training ends while the loss is still falling."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WAVE, WINE
from planted.tasks import DIGIT_PICTURES, THEMES

CAUSE = "too-few-epochs"
SLOW = ("learning-rate-too-low", "weak-optimizer")
PLANTED = (
    Planted("iris for 2 epochs", CAUSE, "iris", replace(IRIS, rate=5e-3, epochs=2).make, SLOW),
    Planted("digits for 2 epochs", CAUSE, "digits", replace(DIGITS, rate=3e-3, epochs=2).make, SLOW),
    Planted("Friedman for 2 epochs", CAUSE, "friedman", replace(FRIEDMAN, rate=3e-3, epochs=2).make, SLOW),
    Planted("a wave for 5 epochs", CAUSE, "wave", replace(WAVE, epochs=5).make, SLOW),
    Planted("pictures for 2 epochs", CAUSE, "digit pictures", replace(DIGIT_PICTURES, epochs=2).make, SLOW),
    Planted("themes for 2 epochs", CAUSE, "themes", replace(THEMES, rate=3e-3, epochs=2).make, SLOW),
)
NEAR_MISSES = (
    Planted("wine, stopped when it was done", CAUSE, "wine", WINE.make),
    Planted("tumours for 12 epochs, enough for them", CAUSE, "cancer", replace(CANCER, epochs=25, rate=0.02).make),
)
