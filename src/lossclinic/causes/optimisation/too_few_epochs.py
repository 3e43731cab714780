"""Training ends while the network is still learning.

What it is
----------
The number of epochs is smaller than what this network needs at this learning rate.

Why the loss stalls
-------------------
It does not stall: it is cut off. The last point of a falling curve is taken for its end.

Evidence
--------
The line through the last quarter of the held-out score falls by more than 1 %, the best held-out epoch lies in the last
quarter, and the training loss falls too. Or there is one epoch only. Or the training score has hardly
left the trivial one although a reference model gets far below it.

What confirms it
----------------
The same training with two to ten times the epochs lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`learning-rate-too-low`: a higher rate wins clearly within the same epochs; then this suspicion weighs less,
unless updates already are a thousandth of the weights or more.
`weak-optimizer`: far from the references even at its best rate. `overfitting`: the training loss still falls, but
the held-out one does not.

References
----------
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 7.8 (training time as a hyper-parameter).
Hoffer, Hubara and Soudry, "Train longer, generalize better" (2017).
"""

from __future__ import annotations

from lossclinic.causes._marks import Marks, clamp, clearer, excess
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.history_curve import HistoryCurve
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "too-few-epochs"
REMEDIES = ("more-epochs",)
STILL_FALLING = 0.01
"""Twice the epochs are four more quarters: at 1 % in the last one, the rest is worth a few per cent."""
LATE = 0.75
HARDLY_LEFT = 0.1
FAR_ABOVE = 0.3
"""Log excess over the best reference model: a third more loss."""
CLEARLY_FASTER = 0.1
HEALTHY_UPDATE = 1e-3
"""The usual size of an update against its weights: the rate is not to blame for slow learning."""
STEEP = 0.05
"""A single training shows more than 1 % by chance; this much in the last quarter is worth a tenth of the loss or so."""
SURELY = 3.0
"""Standard errors."""
CREPT = 0.3
"""A loss that fell by less than this in all and is still on its way is slow, rather than cut short."""


def examine(
    recipe: Recipe, loss_curve: LossCurve, learning_rates: LearningRates, layers: Layers, references: Marks
) -> Finding:
    """Look at the last quarter of the curves."""
    clear = clearer(ID)
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if loss_curve.epochs < recipe.epochs:
        return clear(f"a stop rule ended training after {loss_curve.epochs} of {recipe.epochs} epochs")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    falling, late = loss_curve.held_out_late_fall, loss_curve.late_fall
    still = falling > STILL_FALLING and loss_curve.best_at >= LATE and late > 0
    behind = excess(loss_curve.train, references.best, loss_curve.trivial) > FAR_ABOVE
    stuck = behind and loss_curve.fall < HARDLY_LEFT
    if not (still or stuck or loss_curve.epochs == 1):
        return clear(f"the held-out score changes by {abs(falling):.1%} over the last quarter of the epochs")
    facts = [Fact(f"the held-out score falls by {falling:.1%} over the last quarter of the epochs", round(falling, 4))]
    if loss_curve.epochs <= 3:
        facts.append(Fact(f"the rows are seen {loss_curve.epochs} time(s) only", loss_curve.epochs))
    if stuck:
        facts.append(Fact(f"the training score has fallen by {loss_curve.fall:.1%} in all", round(loss_curve.fall, 4)))
    confidence = 0.25 if not still else 0.45 + min(falling, 0.3)
    confidence += 0.15 * (loss_curve.epochs <= 3)
    faster = [r for r in learning_rates.rates if r.gain > CLEARLY_FASTER and r.always]
    if faster:
        best = max(faster, key=lambda r: r.gain)
        facts.append(Fact(f"a learning rate of {best.rate:g} gets further in as many epochs", round(best.gain, 3)))
        confidence *= 0.8 if (layers.update_ratio or 0.0) >= HEALTHY_UPDATE else 0.6
    return Finding(
        ID,
        "suspected",
        severity=round(min(max(3 * falling, 0.1), 0.9), 2),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason=f"the loss was still falling when the {loss_curve.epochs} epochs were over"
        if still
        else "training is over before the loss has begun to fall",
    )


def glance(history_curve: HistoryCurve) -> Finding:
    """Look at the last quarter of the script's own curve."""
    clear = clearer(ID)
    falling, error = history_curve.held_out_late_fall, history_curve.late_error
    if not history_curve.measured:
        return Finding(ID, "untestable", reason="there is no history")
    if history_curve.broken_at is not None or history_curve.stopped:
        return clear("the loss is not finite, or a stop rule ended training")
    if history_curve.epochs < 2:
        return Finding(ID, "untestable", reason="a curve takes two epochs")
    if falling < STEEP or falling < SURELY * error or history_curve.late_fall <= 0:
        return clear(f"the loss changes by {abs(falling):.1%} over the last quarter of the epochs")
    if history_curve.epochs >= 4 and history_curve.fall < CREPT:
        return clear("the loss is on its way, but slowly: learning-rate-too-low")
    return Finding(
        ID,
        "suspected",
        severity=round(min(3 * falling, 0.9), 2),
        confidence=0.4,
        evidence=(Fact(f"the loss falls by {falling:.1%} over the last quarter of the epochs", round(falling, 4)),),
        remedies=REMEDIES,
        reason=f"the loss was still falling when the {history_curve.epochs} epochs were over; from the curve alone, a "
        "higher learning rate may do as well",
    )


CAUSE = Cause(id=ID, title="Too few epochs", examine=examine, remedies=REMEDIES, glance=glance)
