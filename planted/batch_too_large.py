"""batch-too-large: nearly all rows in one update, and hardly any updates."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, DIABETES, DIGITS, MOONS, WAVE
from planted.tasks import DIGIT_PICTURES

CAUSE = "batch-too-large"
SLOW = ("too-few-epochs", "learning-rate-too-low")
"""With one update an epoch, more epochs and longer steps help as well."""
PLANTED = (
    *graded(
        "half moons, {} rows at once",
        CAUSE,
        "moons",
        lambda batch: replace(MOONS, batch=batch, epochs=40).make,
        (150, 300, 600),
        SLOW,
    ),
    *graded(
        "digits, {} rows at once",
        CAUSE,
        "digits",
        lambda batch: replace(DIGITS, batch=batch, epochs=25).make,
        (200, 400, 800),
        SLOW,
    ),
    *graded(
        "wave, {} rows at once",
        CAUSE,
        "wave",
        lambda batch: replace(WAVE, batch=batch, epochs=60).make,
        (100, 200, 400),
        SLOW,
    ),
    *graded(
        "pictures, {} rows at once",
        CAUSE,
        "digit pictures",
        lambda batch: replace(DIGIT_PICTURES, batch=batch, epochs=15).make,
        (300, 600, 1200),
        SLOW,
    ),
)
NEAR_MISSES = (
    Planted("tumours, 600 rows at once for long enough", CAUSE, "cancer", replace(CANCER, batch=600, epochs=400).make),
    Planted("digits in batches of 128", CAUSE, "digits", replace(DIGITS, batch=128, epochs=150).make),
    Planted(
        "diabetes, all rows at once for long enough", CAUSE, "diabetes", replace(DIABETES, batch=400, epochs=400).make
    ),
)
