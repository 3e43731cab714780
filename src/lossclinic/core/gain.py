"""How many times smaller a loss became: the one way in which losses are compared, in verdicts and in evidence."""

from __future__ import annotations

import math

MATERIAL = 0.01
"""A loss this small against the trivial score is nothing: it is added to both losses before they are compared."""
SOLVED = 0.02
"""A held-out score below this share of the trivial one leaves nothing to find."""
STUCK, LEARNT = 0.95, 0.75
"""Scores on training rows above the first share of the trivial one: nothing was learnt; below the second: something."""
FAILED_AS = 10.0
"""A failed run scores this many times the trivial score: worse than any run that ended, yet finite."""


def capped(score: float, trivial: float) -> float:
    """The score, with failed and exploding runs at a finite, bad value.

    Args:
        score: a loss; infinite or NaN for runs that failed.
        trivial: score of the best constant prediction.
    """
    cap = FAILED_AS * trivial
    return min(score, cap) if math.isfinite(score) else cap


def log_gain(before: float, after: float, trivial: float) -> float:
    """Logarithm of how many times smaller a loss became; negative where it grew.

    A small share of the trivial score is added to both losses, so that a change from 1e-6 to 1e-7 counts for
    nothing while one from .6 to .3 counts almost in full.

    Args:
        before: a loss; infinite or NaN for runs that failed.
        after: another one.
        trivial: score of the best constant prediction.
    """
    offset = MATERIAL * trivial
    return math.log((capped(before, trivial) + offset) / (capped(after, trivial) + offset))


def lowered(score: float, log_gain: float, trivial: float) -> float:
    """The score that is better than another by this `log_gain`.

    Args:
        score: the other one, a loss.
        log_gain: by how much; negative for a worse score.
        trivial: score of the best constant prediction.
    """
    offset = MATERIAL * trivial
    return (score + offset) * math.exp(-log_gain) - offset


def solved(score: float, trivial: float) -> bool:
    """Whether so little of the loss is left that no cause is worth a search."""
    return score <= SOLVED * trivial


def learnt_nothing(score: float, trivial: float) -> bool:
    """Whether a training is no better than the best constant answer, or hardly; so is one that failed.

    Args:
        score: on the training rows; those that are learnt by heart may well be worse than a constant on others.
        trivial: score of the best constant prediction.
    """
    return not score < STUCK * trivial


def as_gain(log_gain: float) -> float:
    """Relative gain: .4 says that the loss falls by 40 %."""
    return 1.0 - math.exp(-log_gain)
