"""batch-too-large: nearly all rows in one update, and hardly any updates."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, DIABETES, DIGITS, MOONS, WAVE, Training
from planted.tasks import DIGIT_PICTURES, Shaped

CAUSE = "batch-too-large"
SLOW = ("too-few-epochs", "learning-rate-too-low")
"""With one update an epoch, more epochs and longer steps help as well."""


def at_once(
    name: str, data: str, training: Training | Shaped, epochs: int, batches: tuple[int, ...]
) -> tuple[Planted, ...]:
    """The training for so many epochs with that many rows in one update."""
    sound = replace(training, epochs=epochs)
    return graded(
        name, CAUSE, data, lambda batch: replace(sound, batch=batch).make, batches, SLOW, sound=lambda _: sound.make
    )


PLANTED = (
    *at_once("half moons, {} rows at once", "moons", MOONS, 40, (150, 300, 600)),
    *at_once("digits, {} rows at once", "digits", DIGITS, 25, (200, 400, 800)),
    *at_once("wave, {} rows at once", "wave", WAVE, 60, (100, 200, 400)),
    *at_once("pictures, {} rows at once", "digit pictures", DIGIT_PICTURES, 15, (300, 600, 1200)),
)
NEAR_MISSES = (
    Planted("tumours, 600 rows at once for long enough", CAUSE, "cancer", replace(CANCER, batch=600, epochs=400).make),
    Planted("digits in batches of 128", CAUSE, "digits", replace(DIGITS, batch=128, epochs=150).make),
    Planted(
        "diabetes, all rows at once for long enough", CAUSE, "diabetes", replace(DIABETES, batch=400, epochs=400).make
    ),
)
