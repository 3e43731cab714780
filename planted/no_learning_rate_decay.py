"""no-learning-rate-decay: long steps to the very end, so that the last weights are wherever the noise left them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planted.case import Material, Planted, graded
from planted.healthy import CANCER, DIGITS, IRIS, WAVE, Training
from planted.tasks import DIGIT_PICTURES, TWO_NUMBERS, Shaped
from planted.weak_optimizer import TOTALS

CAUSE = "no-learning-rate-decay"
NOISY = ("learning-rate-too-high", "batch-too-small")
"""Shorter steps throughout, or more rows in each, quieten the same noise."""


def steady(training: Training | Shaped, batch: int, epochs: int) -> Callable[[float], Callable[[int], Material]]:
    """Rate → the training in small batches at that rate, with the last weights kept."""
    return lambda rate: replace(training, rate=rate, batch=batch, epochs=epochs, patience=None).make


PLANTED = (
    *graded(
        "two numbers at {} to the end", CAUSE, "two numbers", steady(TWO_NUMBERS, 8, 25), (0.02, 0.03, 0.05), NOISY
    ),
    *graded(
        "running totals, SGD at {} to the end",
        CAUSE,
        "walks",
        steady(replace(TOTALS, hidden=()), 4, 30),
        (0.045, 0.05, 0.055),
        (*NOISY, "weak-optimizer"),
    ),
    *graded("wave at {} to the end", CAUSE, "wave", steady(WAVE, 8, 60), (0.03, 0.04, 0.05), NOISY),
    *graded(
        "pictures at {} to the end",
        CAUSE,
        "digit pictures",
        steady(DIGIT_PICTURES, 8, 15),
        (0.02, 0.03, 0.04),
        NOISY,
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
