"""over-regularised: the penalty or the dropout outweighs the data."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, graded
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, WAVE

CAUSE = "over-regularised"
PLANTED = (
    *graded("digits under L2 of {}", CAUSE, "digits", lambda l2: replace(DIGITS, l2=l2).make, (0.03, 0.1, 0.3)),
    *graded(
        "Friedman behind dropout of {}",
        CAUSE,
        "friedman",
        lambda share: replace(FRIEDMAN, dropout=share).make,
        (0.5, 0.65, 0.8),
    ),
    *graded("half moons under L1 of {}", CAUSE, "moons", lambda l1: replace(MOONS, l1=l1).make, (0.02, 0.05, 0.1)),
    *graded("tumours under L1 of {}", CAUSE, "cancer", lambda l1: replace(CANCER, l1=l1, l2=0).make, (0.03, 0.1, 0.3)),
    *graded("a wave under L2 of {}", CAUSE, "wave", lambda l2: replace(WAVE, l2=l2).make, (0.03, 0.1, 0.3)),
)
NEAR_MISSES = (
    Planted("digits under L2 of 1e-5", CAUSE, "digits", replace(DIGITS, l2=1e-5).make),
    Planted("tumours behind dropout of 0.2", CAUSE, "cancer", replace(CANCER, dropout=0.2).make),
    Planted("Friedman under L2 of 1e-3", CAUSE, "friedman", FRIEDMAN.make),
)
