"""The steps are so short that training ends long before the valley's floor.

What it is
----------
The learning rate multiplies every gradient; with a tiny one the weights hardly leave where they began.

Why the loss stalls
-------------------
The loss falls, but so slowly that all epochs together cover a fraction of the way.

Evidence
--------
The same training at 3, 10 and 100 times the rate, on the same seeds and for as many epochs. Suspected where a higher
rate gains more than 3 % on held-out rows and is better on training rows too. A loss that is still falling at the end
and updates below 1e-5 of the weights strengthen it; updates of a thousandth or more, the usual size, weaken it.

What confirms it
----------------
A higher learning rate lowers the held-out loss on fresh seeds, at the same number of epochs.

Easily confused with
--------------------
`too-few-epochs`: the loss is still falling as well, but no higher rate is clearly better at the same epochs.
`weak-optimizer`: its best rate is still far from what reference models reach. `saturating-activations` and
`unscaled-inputs` make gradients small in some directions; a higher rate then helps only a part of the way.

References
----------
Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3 (the range test).
Bengio, "Practical recommendations for gradient-based training of deep architectures" (2012), section 3.1.1.
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer, severity
from lossclinic.causes.optimisation._overfitted import overfitted
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.evidence.history_curve import HistoryCurve
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "learning-rate-too-low"
REMEDIES = ("learning-rate",)
LEAST_GAIN = 0.03
"""Log gain on held-out rows; below the 5 % that counts in the end, as two seeds measure it roughly."""
TINY_UPDATE = 1e-5
HEALTHY_UPDATE = 1e-3
"""The usual size of an update against its weights, as a rule of thumb; then epochs may be too few."""
STILL_FALLING = 0.01
CREPT = 0.3
STRAIGHT = 0.15
"""Share of the whole fall that belongs to the last quarter: .25 on a straight line, a few hundredths on a curve that
levels off."""
SURELY = 3.0
LEAST_CREEP = 0.002


def examine(learning_rates: LearningRates, loss_curve: LossCurve, layers: Layers) -> Finding:
    """Compare the recipe's rate with higher ones."""
    own = learning_rates.own
    clear = clearer(ID)
    if own is None or not learning_rates.higher:
        return Finding(ID, "untestable", reason=learning_rates.reason)
    if own.failed == 1:
        return clear(f"training fails at {own.rate:g} already, so the rate is not too low")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear(f"at a rate of {own.rate:g} the held-out loss is next to nothing")
    faster = [r for r in learning_rates.higher if r.gain > LEAST_GAIN and r.always and r.train_gain > 0]
    if not faster:
        return clear(f"no rate above {own.rate:g} trains better in as many epochs")
    best = max(faster, key=lambda r: r.gain)
    text = f"at {best.rate:g} the held-out loss is {best.held_out:.3g}, at {own.rate:g} it is {own.held_out:.3g}"
    facts = [Fact(text, round(best.gain, 3))]
    confidence = 0.4 + min(best.gain, 1.0) * 0.3
    if loss_curve.late_fall > STILL_FALLING:
        fall = loss_curve.late_fall
        facts.append(Fact(f"the loss still falls by {fall:.1%} over the last quarter of the epochs", round(fall, 4)))
        confidence += 0.15
    ratio = layers.update_ratio
    if ratio is not None and ratio < TINY_UPDATE:
        facts.append(Fact(f"one update changes the weights by {ratio:.1g} of their size at most", ratio))
        confidence += 0.15
    if ratio is not None and ratio >= HEALTHY_UPDATE:
        facts.append(Fact(f"one update changes the weights by {ratio:.1g} of their size, which is not little", ratio))
        confidence *= 0.6
    if overfitted(loss_curve):
        facts.append(Fact("the held-out loss is long past its best epoch, which blurs the comparison", loss_curve.rise))
        confidence *= 0.6
    return Finding(
        ID,
        "suspected",
        severity=severity(best.gain),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason=f"a higher learning rate ({best.rate:g} instead of {own.rate:g}) gets further in as many epochs",
    )


def glance(history_curve: HistoryCurve) -> Finding:
    """See whether the script's own curve creeps down in a straight line."""
    late, whole = history_curve.late_fall, history_curve.fall
    if not history_curve.measured or history_curve.epochs < 4:
        return Finding(ID, "untestable", reason="a curve takes four epochs")
    creeps = whole < CREPT and late > max(STRAIGHT * whole, LEAST_CREEP)
    if history_curve.broken_at is not None or not creeps or late < SURELY * history_curve.swing:
        return clearer(ID)("the loss does not creep down in a straight line")
    told = f"in {history_curve.epochs} epochs the loss fell by {whole:.1%}, {late:.1%} of it in the last quarter"
    return Finding(
        ID,
        "suspected",
        severity=0.5,
        confidence=0.5,
        evidence=(Fact(told, round(whole, 4)),),
        remedies=REMEDIES,
        reason="the loss creeps down in a straight line; from the curve alone, too few epochs, a weak optimizer or "
        "gradients that vanish look the same",
    )


CAUSE = Cause(id=ID, title="Learning rate too low", examine=examine, remedies=REMEDIES, glance=glance)
