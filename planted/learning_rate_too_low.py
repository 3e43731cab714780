"""learning-rate-too-low: steps so short that the training ends before it has got anywhere."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import DIGITS, IRIS, WINE
from planted.tasks import DIGIT_PICTURES, RHYTHMS, SENTENCES

CAUSE = "learning-rate-too-low"
SLOW = ("too-few-epochs", "weak-optimizer")
PLANTED = (
    *graded("digits at {}", CAUSE, "digits", lambda r: replace(DIGITS, rate=r).make, (1e-3, 3e-4, 3e-5), SLOW),
    *graded("sentences at {}", CAUSE, "sentences", lambda r: replace(SENTENCES, rate=r).make, (3e-3, 1e-3, 3e-5), SLOW),
    *graded("iris at {}", CAUSE, "iris", lambda r: replace(IRIS, rate=r).make, (1e-3, 3e-4, 1e-5), SLOW),
    *graded(
        "pictures at {}",
        CAUSE,
        "digit pictures",
        lambda r: replace(DIGIT_PICTURES, rate=r).make,
        (1e-3, 3e-4, 1e-5),
        SLOW,
    ),
)
NEAR_MISSES = (
    Planted("wine at 3e-3 for long enough", CAUSE, "wine", replace(WINE, rate=3e-3, epochs=200).make),
    Planted("digits at 2e-3 for long enough", CAUSE, "digits", replace(DIGITS, rate=2e-3, epochs=150).make),
    Planted("rhythms at 3e-3", CAUSE, "rhythms", replace(RHYTHMS, rate=3e-3).make),
)
