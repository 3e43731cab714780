"""learning-rate-too-low: steps so short that the training ends before it has got anywhere."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, IRIS, WINE
from planted.tasks import DIGIT_PICTURES, RHYTHMS, SENTENCES

CAUSE = "learning-rate-too-low"
SLOW = ("too-few-epochs", "weak-optimizer")
PLANTED = (
    Planted("iris at 1e-5", CAUSE, "iris", replace(IRIS, rate=1e-5).make, SLOW),
    Planted("digits at 3e-5", CAUSE, "digits", replace(DIGITS, rate=3e-5).make, SLOW),
    Planted("Friedman at 1e-5", CAUSE, "friedman", replace(FRIEDMAN, rate=1e-5).make, SLOW),
    Planted("tumours at 1e-4, plain SGD", CAUSE, "cancer", replace(CANCER, optimizer="SGD", rate=1e-4).make, SLOW),
    Planted("pictures at 1e-5", CAUSE, "digit pictures", replace(DIGIT_PICTURES, rate=1e-5).make, SLOW),
    Planted("sentences at 3e-5", CAUSE, "sentences", replace(SENTENCES, rate=3e-5).make, SLOW),
)
NEAR_MISSES = (
    Planted("wine at 3e-3 for long enough", CAUSE, "wine", replace(WINE, rate=3e-3, epochs=200).make),
    Planted("digits at 2e-3 for long enough", CAUSE, "digits", replace(DIGITS, rate=2e-3, epochs=150).make),
    Planted("rhythms at 3e-3", CAUSE, "rhythms", replace(RHYTHMS, rate=3e-3).make),
)
