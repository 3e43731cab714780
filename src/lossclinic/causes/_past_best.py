"""Whether the kept weights come from well after the best ones on the way."""

from __future__ import annotations

from lossclinic.evidence.loss_curve import LossCurve

LEAST_RISE = 0.03
MOST_SEEDS = 0.5
EARLY = 0.8


def past_its_best(curve: LossCurve) -> bool:
    """Whether, in most seeds, the held-out score has risen by 3 % since a lowest point within four fifths."""
    return curve.rise > LEAST_RISE and curve.rising >= MOST_SEEDS and curve.best_at <= EARLY
