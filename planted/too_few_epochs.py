"""too-few-epochs: the training ends while the loss is still falling."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, FRIEDMAN, WAVE, WINE
from planted.tasks import DIGIT_PICTURES, THEMES

CAUSE = "too-few-epochs"
SLOW = ("learning-rate-too-low", "weak-optimizer")
PLANTED = (
    *graded(
        "Friedman for {} epochs",
        CAUSE,
        "friedman",
        lambda epochs: replace(FRIEDMAN, epochs=epochs).make,
        (15, 6, 2),
        SLOW,
    ),
    *graded(
        "themes for {} epochs",
        CAUSE,
        "themes",
        lambda epochs: replace(THEMES, rate=3e-3, epochs=epochs).make,
        (5, 3, 2),
        SLOW,
    ),
    *graded("a wave for {} epochs", CAUSE, "wave", lambda epochs: replace(WAVE, epochs=epochs).make, (20, 10, 5), SLOW),
    *graded(
        "pictures for {} epochs",
        CAUSE,
        "digit pictures",
        lambda epochs: replace(DIGIT_PICTURES, epochs=epochs).make,
        (10, 5, 2),
        SLOW,
    ),
)
NEAR_MISSES = (
    Planted("wine, stopped when it was done", CAUSE, "wine", WINE.make),
    Planted("tumours for 12 epochs, enough for them", CAUSE, "cancer", replace(CANCER, epochs=25, rate=0.02).make),
)
