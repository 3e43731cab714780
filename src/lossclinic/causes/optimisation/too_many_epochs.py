"""Training goes on after the best point and the worse weights are kept.

What it is
----------
The held-out loss passes through its lowest point early on; the weights that are kept come from much later.

Why the loss stalls
-------------------
Past that point the network learns single rows instead of the pattern: the training loss falls on, and the held-out loss
stands or rises.

Evidence
--------
The smoothed held-out score of the kept weights lies more than 3 % above the lowest one, in most seeds, and that lies in
the first four fifths of the epochs.

What confirms it
----------------
Stopping early, or keeping the best epoch's weights, lowers the held-out loss on fresh seeds. The epoch is chosen by
validation rows, the gain measured on others.

Easily confused with
--------------------
`overfitting`: the gap between training and held-out rows is wide at the best epoch already, so the best point itself
could be lower. Stopping early and other regularisers are tried beside each other: what stopping repairs was lost by
going on, and overfitting is named where a penalty or dropout gets clearly further.
`learning-rate-too-high`: the held-out loss swings up and down with the training loss rather than rises.

References
----------
Prechelt, "Early stopping - but when?" (1998).
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer
from lossclinic.causes._past_best import EARLY, near_its_best
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.evidence.history_curve import HistoryCurve
from lossclinic.evidence.loss_curve import LossCurve

ID = "too-many-epochs"
REMEDIES = ("early-stopping", "keep-best-weights")
CLEAR_RISE = 0.1
SURELY = 3.0
"""Swings of the validation loss that one training's rise must exceed: there is no second seed to ask."""


def examine(loss_curve: LossCurve) -> Finding:
    """Compare the weights that are kept with the best ones on the way."""
    clear = clearer(ID)
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    rise, best_at = loss_curve.rise, loss_curve.best_at
    why_not = near_its_best(loss_curve)
    if why_not:
        return clear(why_not)
    text = f"the lowest held-out score ({loss_curve.best_held_out:.3g}) came after {best_at:.0%} of the epochs"
    facts = (
        Fact(text, round(best_at, 3)),
        Fact(f"the kept weights score {rise:.0%} worse ({loss_curve.held_out:.3g})", round(rise, 3)),
        Fact(f"so it went in {loss_curve.rising:.0%} of the trainings", loss_curve.rising),
    )
    confidence = 0.4 + 0.3 * min(rise, 1.0) + 0.15 * (best_at <= 0.5) + 0.1 * (loss_curve.rising == 1)
    return Finding(
        ID,
        "suspected",
        severity=round(rise / (1 + rise), 2),
        confidence=clamp(confidence),
        evidence=facts,
        remedies=REMEDIES,
        reason="the held-out loss rises again after its lowest point, and the later weights are kept",
    )


def glance(history_curve: HistoryCurve) -> Finding:
    """Compare the last validation loss of the script's own training with its lowest."""
    clear = clearer(ID)
    rise, best = history_curve.rise, history_curve.best_epoch
    if not history_curve.measured or not history_curve.validated:
        return Finding(ID, "untestable", reason="there is no validation loss")
    if history_curve.keeps_best:
        return clear("the weights of the best epoch are kept")
    if rise <= max(CLEAR_RISE, SURELY * history_curve.held_out_swing) or history_curve.best_at > EARLY:
        return clear(f"the last validation loss is {rise:.0%} above the lowest")
    told = f"the lowest validation loss ({history_curve.lowest:.3g}) came after {best} of {history_curve.epochs} epochs"
    return Finding(
        ID,
        "suspected",
        severity=round(rise / (1 + rise), 2),
        confidence=0.5,
        evidence=(
            Fact(told, round(history_curve.best_at, 3)),
            Fact(f"the last one is {rise:.0%} higher ({history_curve.held_out:.3g})", round(rise, 3)),
        ),
        remedies=REMEDIES,
        reason="the validation loss rises again after its lowest point; from the curve alone, overfitting and a split "
        "of other rows look the same",
    )


CAUSE = Cause(id=ID, title="Too many epochs", examine=examine, remedies=REMEDIES, glance=glance)
