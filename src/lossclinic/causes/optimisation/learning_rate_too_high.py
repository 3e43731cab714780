"""The steps are longer than the valley is wide.

What it is
----------
The learning rate multiplies every gradient. Above 2 over the largest curvature of the loss, a gradient step ends
higher than it began.

Why the loss stalls
-------------------
The weights jump from one wall of the valley to the other: the loss swings, settles on a high plateau, or grows until
it is no number. Large early steps can also push ReLU units out of reach of any data for good.

Evidence
--------
The same training at 1/100, 1/10 and 1/3 of the rate, on the same seeds. Suspected where a lower rate gains more than
3 % on held-out rows without losing on training rows, or ends without failures where the own rate fails. Swings of the
training score from epoch to epoch in the second half, against its level, strengthen it.

What confirms it
----------------
A lower learning rate lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`overfitting` and `too-many-epochs`: a lower rate helps them too, since it stops earlier, but then it is worse on
training rows; that does not count here. `unscaled-inputs` and `unscaled-targets`: large values make large gradients,
and a lower rate only hides that; where values are large, this suspicion gives way. `dead-units` can be its trace.

References
----------
LeCun, Bottou, Orr and Müller, "Efficient backprop" (1998), section 4.5 (largest stable rate).
Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3 (the range test).
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer, severity
from lossclinic.causes.optimisation._overfitted import overfitted
from lossclinic.causes.optimisation._scale import large_values
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.history_curve import HistoryCurve
from lossclinic.evidence.inputs import InputStatistics
from lossclinic.evidence.learning_rates import LearningRates, Rate
from lossclinic.evidence.loss_curve import LossCurve

ID = "learning-rate-too-high"
REMEDIES = ("learning-rate",)
LEAST_GAIN = 0.03
"""Log gain on held-out rows; below the 5 % that counts in the end, as two seeds measure it roughly."""
TRAIN_LOSS = -0.02
"""Log gain on training rows below which a lower rate fits worse: then it helps by stopping short."""
SWINGS = 0.2
"""Swings of a fifth of the level are far above what redrawn batches do."""
BACK_UP = 0.5
"""A training that ends with half of its fall lost again has gone astray."""


def examine(learning_rates: LearningRates, loss_curve: LossCurve, case: Case, recipe: Recipe) -> Finding:
    """Compare the recipe's rate with lower ones."""
    own = learning_rates.own
    clear = clearer(ID)
    if own is None or not learning_rates.lower:
        return _without_sweep(loss_curve, learning_rates.reason)
    if loss_curve.measured and loss_curve.failed == 0 and solved(loss_curve.held_out, loss_curve.trivial):
        return clear(f"at a rate of {own.rate:g} the held-out loss is next to nothing")
    calmer = [r for r in learning_rates.lower if _wins(r, own)]
    if not calmer:
        return clear(f"no rate below {own.rate:g} trains better")
    best = max(calmer, key=lambda r: r.gain)
    facts = [_comparison(best, own, learning_rates)]
    confidence = 0.45 + min(best.gain, 1.0) * 0.35
    if own.failed:
        facts.append(Fact(f"{own.failed:.0%} of the trainings at {own.rate:g} failed", own.failed))
        confidence += 0.15
    if loss_curve.oscillation > SWINGS:
        text = f"the training score swings by {loss_curve.oscillation:.0%} of its level from epoch to epoch"
        facts.append(Fact(text, loss_curve.oscillation))
        confidence += 0.1
    if overfitted(loss_curve):
        facts.append(Fact("the held-out loss is long past its best epoch, which blurs the comparison", loss_curve.rise))
        confidence *= 0.6
    large = large_values(case, recipe)
    if large:
        facts.append(Fact(f"the {large} are large, which makes gradients large too", large))
        confidence *= 0.6
    return Finding(
        ID,
        "suspected",
        severity=severity(best.gain),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason=f"a lower learning rate ({best.rate:g} instead of {own.rate:g}) trains better",
    )


def _wins(lower: Rate, own: Rate) -> bool:
    if lower.failed < own.failed:
        return True
    return lower.gain > LEAST_GAIN and lower.always and lower.train_gain > TRAIN_LOSS


def _comparison(best: Rate, own: Rate, sweep: LearningRates) -> Fact:
    text = f"at {best.rate:g} the held-out loss is {best.held_out:.3g}, at {own.rate:g} it is {own.held_out:.3g}"
    limit = f"; trainings fail from {sweep.failures_from:g} on" if sweep.failures_from is not None else ""
    return Fact(text + limit, round(best.gain, 3))


def _without_sweep(curve: LossCurve, reason: str) -> Finding:
    """Only the curve is known: failures and swings must speak for themselves."""
    exploded = curve.failed > 0 and any("finite" in why for why in curve.failures)
    if not exploded and curve.oscillation <= 2 * SWINGS:
        return Finding(ID, "untestable", reason=reason)
    fact = (
        Fact(f"{curve.failed:.0%} of the trainings ended without a finite loss", curve.failed)
        if exploded
        else Fact(f"the training score swings by {curve.oscillation:.0%} of its level", curve.oscillation)
    )
    return Finding(
        ID, "suspected", 0.5, 0.4, (fact,), remedies=REMEDIES, reason="training is unstable at its learning rate"
    )


def glance(history_curve: HistoryCurve, inputs: InputStatistics | None = None) -> Finding:
    """See whether the script's own training loss swings, climbs or breaks off."""
    gaps = inputs is not None and inputs.missing > 0
    if not history_curve.measured:
        return Finding(ID, "untestable", reason="there is no history")
    facts: list[Fact] = []
    if history_curve.broken_at is not None and not gaps:
        facts.append(Fact(f"the loss is no number from epoch {history_curve.broken_at} on", history_curve.broken_at))
    if history_curve.swing > 2 * SWINGS:
        text = f"the training loss swings by {history_curve.swing:.0%} of its level from epoch to epoch"
        facts.append(Fact(text, round(history_curve.swing, 3)))
    if history_curve.lost > BACK_UP:
        text = f"of the fall of the training loss, {history_curve.lost:.0%} is lost again by the end"
        facts.append(Fact(text, round(history_curve.lost, 3)))
    if not facts:
        return clearer(ID)("the training loss neither swings nor climbs")
    return Finding(
        ID,
        "suspected",
        severity=0.5,
        confidence=0.4,
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason="training is unstable; from the curve alone, gaps in the rows, unscaled inputs or very small "
        "batches look the same",
    )


CAUSE = Cause(id=ID, title="Learning rate too high", examine=examine, remedies=REMEDIES, glance=glance)
