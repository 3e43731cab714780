"""How far a loss is from what can be reached, as the causes compare it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lossclinic.core.finding import Finding
from lossclinic.core.gain import as_gain, log_gain

LEAST_LOG_GAIN = 0.05
LEAST_EXCESS = 0.05
"""Logarithm of how many times larger than a mark a score must be to be called worse."""
UNSEEN = 0.5
"""How much of its confidence a sign keeps where the network predicts as well as reference models: it may well be that
without the fault it would predict better than they do, and an experiment can tell."""


class Marks(Protocol):
    """What the causes need to know of the reference models; all are held-out scores, lower is better."""

    @property
    def best(self) -> float:
        """The best of linear model, nearest neighbours and boosted trees."""
        ...

    @property
    def trivial(self) -> float:
        """The best constant prediction."""
        ...

    @property
    def linear(self) -> float:
        """The linear model."""
        ...


def excess(score: float, mark: float, trivial: float) -> float:
    """Logarithm of how many times larger a score is than a mark; negative where it is smaller.

    Args:
        score: a loss; infinite for trainings that failed.
        mark: a loss.
        trivial: the loss of the best constant prediction.
    """
    return log_gain(score, mark, trivial)


def seen(above: float) -> float:
    """The share of its confidence that a sign keeps, by the `excess` of the held-out score over the references."""
    return 1.0 if above > LEAST_EXCESS else UNSEEN


def severity(log_gain: float) -> float:
    """The share of the loss that would go with such a gain; a symptom without a gain still counts a little."""
    return round(as_gain(max(log_gain, LEAST_LOG_GAIN)), 2)


def clamp(confidence: float) -> float:
    """A confidence within .05 and .98: never certain before an experiment."""
    return round(min(max(confidence, 0.05), 0.98), 2)


def clearer(cause: str) -> Callable[[str], Finding]:
    """A function that finds the cause absent, for a reason."""
    return lambda reason: Finding(cause, "clear", reason=reason)
