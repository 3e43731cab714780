"""no-validation-set: nothing is held back, so nobody can see whether it generalises."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIABETES, IRIS, WAVE

CAUSE = "no-validation-set"
PLANTED = (
    Planted("iris, all rows for training", CAUSE, "iris", replace(IRIS, validation="none").make),
    Planted(
        "diabetes, all rows for training",
        CAUSE,
        "diabetes",
        replace(DIABETES, validation="none").make,
        ("noise-floor",),  # as in `noise_floor`, where these rows stand for it
    ),
    Planted(
        "tumours, all rows for training",
        CAUSE,
        "cancer",
        replace(CANCER, validation="none", patience=None, epochs=30).make,
    ),
)
NEAR_MISSES = (
    Planted("rows given for validation", CAUSE, "cancer", replace(CANCER, validation="given").make),
    Planted("a small share split off", CAUSE, "wave", replace(WAVE, share=0.1).make),
)
