"""An operation that is not defined, or not representable, for the numbers it is given.

What it is
----------
A logarithm of 0 or less, a division by 0, a root of a negative number, an exponential that overflows: the loss becomes
NaN or infinite although inputs, targets and weights are ordinary numbers.

Why the loss stalls
-------------------
One NaN in one row makes the batch's loss NaN, then every gradient, then every weight. Nothing comes back from there.

Evidence
--------
Trainings whose loss is no finite number. One of them is gone through update by update: the first tensor that is not
finite (input, target, activation, loss, gradient, weight), in which layer, and which rows bring it about.

What confirms it
----------------
It is a fact: the training fails. A loss or output that suits the task, clipped gradients or a lower rate are tried; one
of them that trains without failures, and predicts, says what it cost.

Easily confused with
--------------------
`missing-values`: the inputs or targets are not finite themselves. `learning-rate-too-high`: lower rates train without
failures. `exploding-gradients` and `unscaled-inputs`: weights or activations had grown a thousandfold before, so the
overflow is only the last of it. Those are named in its place.

References
----------
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 4.1 (overflow and underflow).
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.causes.architecture.misplaced_dropout import dropout_places
from lossclinic.causes.numerics._blown import blown_up
from lossclinic.causes.optimisation._scale import large_values
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.probe import Breakdown
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.breakdown import FirstBreak
from lossclinic.evidence.history_curve import HistoryCurve
from lossclinic.evidence.inputs import InputStatistics
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "non-finite-loss"
REMEDIES = ("matching-loss", "matching-output", "clip-gradients")
DROPPED = "dropout behind the output puts zeros where a logarithm follows: see misplaced-dropout"
OPERATIONS = {
    "activation": "layer '{}' puts out a number that is not finite, from finite inputs and weights",
    "loss": "the loss of some rows is not finite, though the network's outputs are",
    "gradient": "the gradient at layer '{}' is not finite, though the loss is",
    "weight": "an update of finite weights along a finite gradient is not finite",
}


def examine(
    breakdown: FirstBreak,
    loss_curve: LossCurve,
    learning_rates: LearningRates,
    case: Case,
    recipe: Recipe,
    inputs: InputStatistics,
) -> Finding:
    """Say where the first number that is not finite comes from, unless another cause says it better."""
    clear = clearer(ID)
    if not breakdown.failed:
        return clear("every training ends with a finite loss")
    found = breakdown.found
    if inputs.missing:
        return clear("the inputs are not finite themselves: see missing-values")
    if found is not None and found.tensor in ("input", "target"):
        return clear(f"the {found.tensor}s are not finite themselves: see missing-values")
    if _drops_answers(recipe):
        return clear(DROPPED)
    safe = [r.rate for r in learning_rates.lower if r.failed == 0]
    if safe:
        return clear(f"at a learning rate of {max(safe):g} no training fails: see learning-rate-too-high")
    if found is not None and blown_up(found):
        large = large_values(case, recipe)
        if large:
            return clear(f"the weights grow without bound because the {large} are large: see unscaled-{large}")
        return clear(f"the weights had grown {found.growth:.3g} times before: see exploding-gradients")
    facts = [Fact(f"{breakdown.failed:.0%} of the trainings end without a finite loss", breakdown.failed)]
    facts += [Fact(f"they end with: {why}") for why in loss_curve.failures[:1]]
    facts += _facts(found) if found is not None else [Fact("the training could not be looked into, step by step")]
    return Finding(
        ID,
        "observed",
        severity=round(breakdown.failed, 2),
        confidence=0.7 if found is not None else 0.4,
        evidence=tuple(facts),
        where=Where(layer=found.layer) if found is not None and found.layer else None,
        remedies=REMEDIES,
        reason=OPERATIONS[found.tensor].format(found.layer)
        if found is not None
        else "the loss becomes NaN or infinite",
        is_fact=True,
    )


def _drops_answers(recipe: Recipe) -> bool:
    return any(place == "output" for _, place, _ in dropout_places(recipe.model))


def glance(history_curve: HistoryCurve, inputs: InputStatistics | None = None, recipe: Recipe | None = None) -> Finding:
    """See whether the script's own loss stops being a number, unless its inputs already do."""
    at = history_curve.broken_at
    if at is None:
        return clearer(ID)("every loss in the history is finite")
    if inputs is not None and inputs.missing:
        return clearer(ID)("the inputs are not finite themselves: see missing-values")
    if recipe is not None and _drops_answers(recipe):
        return clearer(ID)(DROPPED)
    return Finding(
        ID,
        "observed",
        severity=1.0,
        confidence=0.7,
        evidence=(Fact(f"the first such loss is that of epoch {at}", at),),
        remedies=REMEDIES,
        reason="the loss becomes NaN or infinite; the curve cannot tell whether a rate too high, gaps in the rows or "
        "an operation is to blame",
        is_fact=True,
    )


def _facts(found: Breakdown) -> list[Fact]:
    where = f" of layer '{found.layer}'" if found.layer else ""
    what = "the updated weights" if found.tensor == "weight" else f"the {found.tensor}{where}"
    facts = [Fact(f"first in {what}, in update {found.step} of epoch {found.epoch}", found.epoch)]
    if found.rows:
        facts.append(Fact(f"rows of the data that bring it about: {', '.join(map(str, found.rows))}", found.rows[0]))
    facts.append(
        Fact(f"the largest weight is {found.largest:.3g} then, {found.growth:.3g} times a fresh one", found.growth)
    )
    return facts


CAUSE = Cause(id=ID, title="The loss is not a finite number", examine=examine, remedies=REMEDIES, glance=glance)
