"""validation-too-small: a handful of rows decides what is better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planted.case import Material, Planted, graded
from planted.healthy import CANCER, FRIEDMAN, IRIS, MOONS, WAVE
from planted.tasks import DIGIT_PICTURES, RHYTHMS

CAUSE = "validation-too-small"
STOPS_EARLY = ("too-few-epochs",)
"""What a stop rule on a handful of rows may do."""


def few(make: Callable[[int], Material], rows: int) -> Callable[[int], Material]:
    """The training with so many rows split off at the end."""

    def fewer(seed: int) -> Material:
        made = make(seed)
        # Keras rounds the number of training rows down, hence half a row less.
        return replace(made, fit={**made.fit, "validation_split": (rows - 0.5) / len(made.x)})

    return fewer


PLANTED = (
    *graded("{} tumours validate", CAUSE, "cancer", lambda n: few(CANCER.make, n), (12, 8, 4), STOPS_EARLY),
    *graded(
        "{} of Friedman's rows validate", CAUSE, "friedman", lambda n: few(FRIEDMAN.make, n), (8, 5, 3), STOPS_EARLY
    ),
    *graded(
        "{} pictures validate", CAUSE, "digit pictures", lambda n: few(DIGIT_PICTURES.make, n), (12, 8, 4), STOPS_EARLY
    ),
    *graded("{} waves validate", CAUSE, "rhythms", lambda n: few(RHYTHMS.make, n), (12, 8, 4), STOPS_EARLY),
)
NEAR_MISSES = (
    Planted("thirty flowers validate", CAUSE, "iris", IRIS.make),
    Planted("a tenth of a wave validates", CAUSE, "wave", replace(WAVE, share=0.1).make),
    Planted("an eighth of the half moons validates", CAUSE, "moons", replace(MOONS, share=0.125).make),
)
