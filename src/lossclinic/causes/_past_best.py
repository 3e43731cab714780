"""Whether the kept weights come from well after the best ones on the way."""

from __future__ import annotations

from lossclinic.evidence.loss_curve import LossCurve

LEAST_RISE = 0.03
MOST_SEEDS = 0.5
EARLY = 0.8


def near_its_best(curve: LossCurve) -> str:
    """Why the kept weights are about the best ones; "" where the held-out score has risen in most seeds since."""
    if curve.rise <= LEAST_RISE or curve.rising < MOST_SEEDS:
        return f"the kept weights are within {max(curve.rise, LEAST_RISE):.0%} of the best ones on the way"
    if curve.best_at > EARLY:
        return f"the best epoch is near the end, after {curve.best_at:.0%} of the epochs"
    return ""
