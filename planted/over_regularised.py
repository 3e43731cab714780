"""over-regularised: the penalty or the dropout outweighs the data."""

from __future__ import annotations

from dataclasses import replace

from planted.case import Planted, broken
from planted.healthy import CANCER, DIGITS, FRIEDMAN, MOONS, WAVE, Training

CAUSE = "over-regularised"


def penalised(
    name: str, data: str, sound: Training, field: str, strengths: tuple[float, ...], **instead: float
) -> tuple[Planted, ...]:
    """The training with so much of one penalty; `instead` is what it had of another."""
    return broken(CAUSE, lambda strength: {field: strength, **instead}, name, data, sound, strengths)


PLANTED = (
    *penalised("digits under L2 of {}", "digits", DIGITS, "l2", (0.03, 0.1, 0.3)),
    *penalised("Friedman behind dropout of {}", "friedman", FRIEDMAN, "dropout", (0.5, 0.65, 0.8)),
    *penalised("half moons under L1 of {}", "moons", MOONS, "l1", (0.02, 0.05, 0.1)),
    *penalised("tumours under L1 of {}", "cancer", CANCER, "l1", (0.03, 0.1, 0.3), l2=0),
    *penalised("a wave under L2 of {}", "wave", WAVE, "l2", (0.03, 0.1, 0.3)),
)
NEAR_MISSES = (
    Planted("digits under L2 of 1e-5", CAUSE, "digits", replace(DIGITS, l2=1e-5).make),
    Planted("tumours behind dropout of 0.2", CAUSE, "cancer", replace(CANCER, dropout=0.2).make),
    Planted("Friedman under L2 of 1e-3", CAUSE, "friedman", FRIEDMAN.make),
)
