"""The last steps are as long as the first ones.

What it is
----------
A constant learning rate that is right for getting down and too long for settling: at the end, the weights wander around
the bottom of the valley.

Why the loss stalls
-------------------
Gradients of batches differ, and each step follows its own. The loss stops falling where what a step gains is what its
noise costs, and that height grows with the rate.

Evidence
--------
A constant rate without a schedule or callback; the training score falls no more over the last quarter of the epochs,
but swings by more than 8 % of its level from one epoch to the next (30 % where the best epoch's weights are
kept).

What confirms it
----------------
A rate that falls along a cosine, or on plateaus, lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`learning-rate-too-high`: a lower constant rate is as good from the start, and it is tried on the same seeds; where one
trains better by half, this suspicion gives way. `batch-too-small`: the noise is that of too few rows.
`too-many-epochs`: the held-out loss rises while the training loss is calm.

References
----------
Robbins and Monro, "A stochastic approximation method" (1951): steps must shrink for noise to average out.
Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer, severity
from lossclinic.causes.optimisation._overfitted import overfitted
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "no-learning-rate-decay"
REMEDIES = ("cosine-schedule", "reduce-on-plateau")
SWINGS = 0.08
"""Above what redrawn batches do to a training that has settled: 5 % or less on most healthy ones."""
SWINGS_WITH_BEST = 0.3
"""Where the best epoch's weights are kept, swings cost less: healthy trainings of that kind swing by a quarter."""
STILL_FALLING = 0.1
CLEARLY_LOWER = 0.4
"""Log gain of a lower constant rate beyond which the rate, not its constancy, is the fault: a third less loss."""
FEWEST_EPOCHS = 8


def examine(recipe: Recipe, loss_curve: LossCurve, learning_rates: LearningRates) -> Finding:
    """Look for noise at the end of a training at a constant rate."""
    clear = clearer(ID)
    if recipe.learning_rate is None or recipe.pace is not None:
        return clear("a schedule or a callback changes the learning rate")
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if loss_curve.epochs < FEWEST_EPOCHS:
        return clear(f"{loss_curve.epochs} epochs are too few to tell an end from a beginning")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    swings, falling = loss_curve.oscillation, loss_curve.late_fall
    keeps_best = recipe.stop is not None and recipe.stop.restore_best
    if swings <= (SWINGS_WITH_BEST if keeps_best else SWINGS):
        return clear(f"the training score swings by {swings:.1%} from epoch to epoch only")
    if falling > max(STILL_FALLING, swings):
        return clear(f"the loss still falls by {falling:.0%} over the last quarter of the epochs: it is on its way")
    if overfitted(loss_curve):
        return clear("the held-out loss is long past its best epoch: shorter last steps would not bring it back")
    calmer = max((r.gain for r in learning_rates.lower if r.always), default=0.0)
    if calmer > CLEARLY_LOWER:
        return clear("a lower constant rate trains far better: see learning-rate-too-high")
    facts = (
        Fact(f"the training score swings by {swings:.0%} of its level from epoch to epoch", round(swings, 3)),
        Fact(f"over the last quarter of the epochs it falls by {falling:.1%}", round(falling, 4)),
        Fact(f"the learning rate is {recipe.learning_rate:g} from the first epoch to the last", recipe.learning_rate),
    )
    confidence = 0.35 + min(swings, 0.5) * 0.6 + 0.1 * (calmer < swings)
    return Finding(
        ID,
        "suspected",
        severity=severity(swings),
        confidence=clamp(confidence),
        evidence=facts,
        remedies=REMEDIES,
        reason="at the end the loss swings rather than falls, and the steps are as long as at the start",
    )


CAUSE = Cause(id=ID, title="No decay of the learning rate", examine=examine, remedies=REMEDIES)
