"""batch-too-large: nearly all rows in one update, and hardly any updates."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, MOONS, WAVE, XOR

CAUSE = "batch-too-large"
SLOW = ("too-few-epochs", "learning-rate-too-low")
"""With one update an epoch, more epochs and longer steps help as well."""
PLANTED = (
    Planted("half moons, 600 rows at once", CAUSE, "moons", replace(MOONS, batch=600, epochs=40).make, SLOW),
    Planted("Friedman, 400 rows at once", CAUSE, "friedman", replace(FRIEDMAN, batch=400, epochs=50).make, SLOW),
    Planted("exclusive or, 500 rows at once", CAUSE, "xor", replace(XOR, batch=500, epochs=20).make, SLOW),
    Planted("digits, 800 rows at once", CAUSE, "digits", replace(DIGITS, batch=800, epochs=25).make, SLOW),
    Planted("wave, 400 rows at once", CAUSE, "wave", replace(WAVE, batch=400, epochs=60).make, SLOW),
)
NEAR_MISSES = (
    Planted("tumours, 600 rows at once for long enough", CAUSE, "cancer", replace(CANCER, batch=600, epochs=400).make),
    Planted("digits in batches of 128", CAUSE, "digits", replace(DIGITS, batch=128, epochs=150).make),
    Planted(
        "diabetes, all rows at once for long enough", CAUSE, "diabetes", replace(DIABETES, batch=400, epochs=400).make
    ),
)
