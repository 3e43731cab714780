"""no-learning-rate-decay: long steps to the very end, so that the last weights are wherever the noise left them."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, DIGITS, IRIS, WAVE, Training, falling
from planted.tasks import DIGIT_PICTURES, TWO_NUMBERS, Shaped
from planted.weak_optimizer import TOTALS

CAUSE = "no-learning-rate-decay"
NOISY = ("learning-rate-too-high", "batch-too-small")
"""Shorter steps throughout, or more rows in each, quieten the same noise."""


def steady(
    name: str,
    data: str,
    training: Training | Shaped,
    each: tuple[int, int, int],
    rates: tuple[float, ...],
    also: tuple[str, ...] = NOISY,
) -> tuple[Planted, ...]:
    """The training in small batches at these rates, with the last weights kept.

    Args:
        name: as in `graded`.
        data: as in `graded`.
        training: what is trained; before the fault its rate fell to nothing at the end.
        each: rows in a batch, batches in an epoch, epochs.
        rates: as `strengths` in `graded`.
        also: as in `graded`.
    """
    batch, updates, epochs = each
    last = replace(training, batch=batch, epochs=epochs, patience=None)
    return graded(
        name,
        CAUSE,
        data,
        lambda rate: replace(last, rate=rate).make,
        rates,
        also,
        sound=lambda rate: replace(last, rate=falling(rate, updates * epochs)).make,
    )


PLANTED = (
    *steady("two numbers at {} to the end", "two numbers", TWO_NUMBERS, (8, 60, 25), (0.02, 0.03, 0.05)),
    *steady(
        "running totals, SGD at {} to the end",
        "walks",
        replace(TOTALS, hidden=()),
        (4, 120, 30),
        (0.045, 0.05, 0.055),
        (*NOISY, "weak-optimizer"),
    ),
    *steady("wave at {} to the end", "wave", WAVE, (8, 40, 150), (0.03, 0.04, 0.05)),
    *steady("pictures at {} to the end", "digit pictures", DIGIT_PICTURES, (8, 120, 15), (0.02, 0.03, 0.04)),
)
NEAR_MISSES = (
    Planted("iris at a rate that is low already", CAUSE, "iris", replace(IRIS, rate=5e-3, epochs=120).make),
    Planted("digits, a schedule that falls", CAUSE, "digits", replace(DIGITS, rate=falling(0.01, 1200)).make),
    Planted("tumours, settled", CAUSE, "cancer", replace(CANCER, rate=3e-3).make),
)
