"""too-few-epochs: the training ends while the loss is still falling."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, FRIEDMAN, WAVE, WINE, Training
from planted.tasks import DIGIT_PICTURES, THEMES, Shaped

CAUSE = "too-few-epochs"
SLOW = ("learning-rate-too-low", "weak-optimizer")


def ended(name: str, data: str, sound: Training | Shaped, ends: tuple[int, ...]) -> tuple[Planted, ...]:
    """The training for so many epochs only."""
    return graded(
        name, CAUSE, data, lambda epochs: replace(sound, epochs=epochs).make, ends, SLOW, sound=lambda _: sound.make
    )


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
