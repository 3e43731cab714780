"""learning-rate-too-low: steps so short that the training ends before it has got anywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted.case import Planted, broken
from planted.healthy import DIGITS, IRIS, WINE
from planted.tasks import DIGIT_PICTURES, RHYTHMS, SENTENCES

CAUSE = "learning-rate-too-low"
SLOW = ("too-few-epochs", "weak-optimizer")


at = partial(broken, CAUSE, lambda rate: {"rate": rate}, also=SLOW)
"""The training at these rates."""


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
