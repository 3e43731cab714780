"""too-few-epochs: the training ends while the loss is still falling."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted.case import Planted, broken
from planted.healthy import CANCER, FRIEDMAN, WAVE, WINE
from planted.tasks import DIGIT_PICTURES, THEMES

CAUSE = "too-few-epochs"
SLOW = ("learning-rate-too-low", "weak-optimizer")


ended = partial(broken, CAUSE, lambda epochs: {"epochs": epochs}, also=SLOW)
"""The training for so many epochs only."""


PLANTED = (
    *ended("Friedman for {} epochs", "friedman", FRIEDMAN, (15, 6, 2)),
    *ended("themes for {} epochs", "themes", replace(THEMES, rate=3e-3), (5, 3, 2)),
    *ended("a wave for {} epochs", "wave", WAVE, (20, 10, 5)),
    *ended("pictures for {} epochs", "digit pictures", DIGIT_PICTURES, (10, 5, 2)),
)
NEAR_MISSES = (
    Planted("wine, stopped when it was done", CAUSE, "wine", WINE.make),
    Planted("tumours for 12 epochs, enough for them", CAUSE, "cancer", replace(CANCER, epochs=25, rate=0.02).make),
)
