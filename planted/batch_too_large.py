"""batch-too-large: nearly all rows in one update, and hardly any updates."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted.case import Planted, broken
from planted.healthy import CANCER, DIABETES, DIGITS, MOONS, WAVE
from planted.tasks import DIGIT_PICTURES

CAUSE = "batch-too-large"
SLOW = ("too-few-epochs", "learning-rate-too-low")
"""With one update an epoch, more epochs and longer steps help as well."""


at_once = partial(broken, CAUSE, lambda batch: {"batch": batch}, also=SLOW)
"""The training with so many rows in one update."""
PLANTED = (
    *at_once("half moons, {} rows at once", "moons", replace(MOONS, epochs=40), (150, 300, 600)),
    *at_once("digits, {} rows at once", "digits", replace(DIGITS, epochs=25), (200, 400, 800)),
    *at_once("wave, {} rows at once", "wave", WAVE, (100, 200, 400)),
    *at_once("pictures, {} rows at once", "digit pictures", replace(DIGIT_PICTURES, epochs=15), (300, 600, 1200)),
)
NEAR_MISSES = (
    Planted("tumours, 600 rows at once for long enough", CAUSE, "cancer", replace(CANCER, batch=600, epochs=400).make),
    Planted("digits in batches of 128", CAUSE, "digits", replace(DIGITS, batch=128, epochs=150).make),
    Planted(
        "diabetes, all rows at once for long enough", CAUSE, "diabetes", replace(DIABETES, batch=400, epochs=400).make
    ),
)
