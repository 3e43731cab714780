"""no-learning-rate-decay: long steps to the very end, so that the last weights are wherever the noise left them."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WAVE
from planted.weak_optimizer import TOTALS

CAUSE = "no-learning-rate-decay"
NOISY = ("learning-rate-too-high", "batch-too-small")
"""Shorter steps throughout, or more rows in each, quieten the same noise."""
PLANTED = (
    Planted(
        "wave at 0.03 to the end",
        CAUSE,
        "wave",
        replace(WAVE, rate=0.03, epochs=40, patience=None, batch=8).make,
        NOISY,
    ),
    Planted(
        "Friedman at 0.03 to the end",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rate=0.03, epochs=25, patience=None, batch=16).make,
        NOISY,
    ),
    Planted(
        "Friedman at 0.02 to the end, small batches",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rate=0.02, epochs=30, patience=None, batch=8).make,
        NOISY,
    ),
    Planted(
        "running totals, SGD at 0.05 to the end",
        CAUSE,
        "walks",
        replace(TOTALS, hidden=(), rate=0.05, batch=4, epochs=30, patience=None).make,
        (*NOISY, "weak-optimizer"),
    ),
)
NEAR_MISSES = (
    Planted("iris at a rate that is low already", CAUSE, "iris", replace(IRIS, rate=5e-3, epochs=120).make),
    Planted(
        "digits, a schedule that falls",
        CAUSE,
        "digits",
        replace(
            DIGITS,
            rate={
                "module": "keras.optimizers.schedules",
                "class_name": "CosineDecay",
                "config": {"initial_learning_rate": 0.01, "decay_steps": 1200},
            },
        ).make,
    ),
    Planted("tumours, settled", CAUSE, "cancer", replace(CANCER, rate=3e-3).make),
)
