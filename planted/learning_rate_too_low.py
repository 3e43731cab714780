"""learning-rate-too-low: steps so short that the training ends before it has got anywhere."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import DIGITS, IRIS, WINE, Training
from planted.tasks import DIGIT_PICTURES, RHYTHMS, SENTENCES, Shaped

CAUSE = "learning-rate-too-low"
SLOW = ("too-few-epochs", "weak-optimizer")


def at(name: str, data: str, sound: Training | Shaped, rates: tuple[float, ...]) -> tuple[Planted, ...]:
    """The training at these rates."""
    return graded(
        name, CAUSE, data, lambda rate: replace(sound, rate=rate).make, rates, SLOW, sound=lambda _: sound.make
    )


PLANTED = (
    *at("digits at {}", "digits", DIGITS, (1e-3, 3e-4, 3e-5)),
    *at("sentences at {}", "sentences", SENTENCES, (3e-3, 1e-3, 3e-5)),
    *at("iris at {}", "iris", IRIS, (1e-3, 3e-4, 1e-5)),
    *at("pictures at {}", "digit pictures", DIGIT_PICTURES, (1e-3, 3e-4, 1e-5)),
)
NEAR_MISSES = (
    Planted("wine at 3e-3 for long enough", CAUSE, "wine", replace(WINE, rate=3e-3, epochs=200).make),
    Planted("digits at 2e-3 for long enough", CAUSE, "digits", replace(DIGITS, rate=2e-3, epochs=150).make),
    Planted("rhythms at 3e-3", CAUSE, "rhythms", replace(RHYTHMS, rate=3e-3).make),
)
