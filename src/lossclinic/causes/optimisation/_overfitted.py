"""Whether a training went so far past its best epoch that scores at its end say little about the optimisation."""

from __future__ import annotations

from lossclinic.evidence.loss_curve import LossCurve

LARGE_RISE = 0.2
WIDE_GAP = 0.5


def overfitted(curve: LossCurve) -> bool:
    """Whether the held-out score has risen by a fifth and more than half of it is the gap to training rows."""
    return curve.rise > LARGE_RISE and curve.relative_gap > WIDE_GAP
