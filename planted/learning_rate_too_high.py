"""learning-rate-too-high: steps so long that the loss jumps about instead of falling."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from planted.case import Planted, broken
from planted.healthy import CANCER, DIGITS, IRIS, WAVE, falling
from planted.tasks import DIGIT_PICTURES, RHYTHMS, SENTENCES

CAUSE = "learning-rate-too-high"
DEAD_TOO = ("dead-units", "weak-optimizer")
"""Long steps kill units, and another optimizer comes with a rate of its own."""


at = partial(broken, CAUSE, lambda rate: {"rate": rate}, also=DEAD_TOO)
"""The training at these rates."""


PLANTED = (
    *at("digits at {}", "digits", DIGITS, (0.05, 0.1, 0.5)),
    *at("rhythms at {}", "rhythms", RHYTHMS, (0.2, 0.3, 1.0)),
    *at("a wave at {}", "wave", WAVE, (0.1, 0.2, 0.5)),
    *at("pictures at {}", "digit pictures", DIGIT_PICTURES, (0.05, 0.1, 0.3)),
)
NEAR_MISSES = (
    Planted("iris at 0.03", CAUSE, "iris", replace(IRIS, rate=0.03).make),
    Planted("digits at 0.03, decaying", CAUSE, "digits", replace(DIGITS, rate=falling(0.03, 600), epochs=40).make),
    Planted("tumours at 0.1, plain SGD", CAUSE, "cancer", replace(CANCER, optimizer="SGD", rate=0.1).make),
    Planted("sentences at 0.05", CAUSE, "sentences", replace(SENTENCES, rate=0.05).make),
)
