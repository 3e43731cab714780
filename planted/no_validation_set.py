"""no-validation-set: nothing is held back, so nobody can see whether it generalises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planted.case import Material, Planted, graded
from planted.healthy import CANCER, DIGITS, WAVE
from planted.tasks import DIGIT_PICTURES, RHYTHMS

CAUSE = "no-validation-set"
UNSEEN = ("too-many-epochs", "overfitting", "no-learning-rate-decay", "noise-floor")
"""What a stop rule kept away: the weights of a late and noisy epoch. Where they are good, saying so is right."""


def blind(make: Callable[[int], Material], epochs: int) -> Callable[[int], Material]:
    """The training on all rows, without a stop rule: nothing is left that could end it."""

    def unwatched(seed: int) -> Material:
        made = make(seed)
        kept = {name: made.fit[name] for name in ("batch_size", "verbose")}
        return replace(made, fit={**kept, "epochs": epochs})

    return unwatched


# The longer a training goes on unseen, the more it may lose; all of these are about as long as they should be.
PLANTED = (
    *graded("tumours, {} epochs unseen", CAUSE, "cancer", lambda n: blind(CANCER.make, n), (40, 60, 80), UNSEEN),
    *graded(
        "digit pictures, {} epochs unseen",
        CAUSE,
        "digit pictures",
        lambda n: blind(DIGIT_PICTURES.make, n),
        (30, 45, 60),
        UNSEEN,
    ),
    *graded("digits, {} epochs unseen", CAUSE, "digits", lambda n: blind(DIGITS.make, n), (40, 60, 80), UNSEEN),
    *graded("rhythms, {} epochs unseen", CAUSE, "rhythms", lambda n: blind(RHYTHMS.make, n), (20, 30, 40), UNSEEN),
)
NEAR_MISSES = (
    Planted("rows given for validation", CAUSE, "cancer", replace(CANCER, validation="given").make),
    Planted("a small share split off", CAUSE, "wave", replace(WAVE, share=0.1).make),
)
