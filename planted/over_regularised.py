"""over-regularised: the penalty or the dropout outweighs the data."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS

CAUSE = "over-regularised"
PLANTED = (
    Planted("digits under L2 of 0.1", CAUSE, "digits", replace(DIGITS, l2=0.1).make),
    Planted("Friedman behind dropout of 0.8", CAUSE, "friedman", replace(FRIEDMAN, dropout=0.8).make),
    Planted("half moons under L1 of 0.05", CAUSE, "moons", replace(MOONS, l1=0.05).make),
    Planted("tumours under L1 of 0.1", CAUSE, "cancer", replace(CANCER, l1=0.1, l2=0).make),
)
NEAR_MISSES = (
    Planted("digits under L2 of 1e-5", CAUSE, "digits", replace(DIGITS, l2=1e-5).make),
    Planted("tumours behind dropout of 0.2", CAUSE, "cancer", replace(CANCER, dropout=0.2).make),
    Planted("Friedman under L2 of 1e-3", CAUSE, "friedman", FRIEDMAN.make),
)
