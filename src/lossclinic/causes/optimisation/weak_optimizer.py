"""One step size for all directions, where the loss is steep in some and flat in others.

What it is
----------
Plain gradient descent moves every weight by the same multiple of its gradient. Momentum and adaptive methods even out
steep and flat directions. Adadelta at Keras' default rate of 0.001 hardly moves at all; Adagrad's and Ftrl's steps
only ever shrink.

Why the loss stalls
-------------------
The steepest direction limits the learning rate; along the flat ones, such a rate needs more epochs than there are.

Evidence
--------
The optimizer is plain SGD, Adagrad, Adadelta or Ftrl (with momentum: only if it stalls), and even at the best of the
learning rates that were tried the training score stays more than 5 % above the best reference model's held-out score,
or training and held-out loss are both still falling by more than 1 % over the last quarter.

What confirms it
----------------
Another optimizer, at its own learning rate, lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`learning-rate-too-low`: a better rate alone closes the gap. `too-few-epochs`: so do more epochs. `unscaled-inputs`:
columns of different scale are what makes the loss steep in some directions; standardising them repairs the reason.
`too-little-capacity`: no optimizer gets below a bound of the network itself.

References
----------
Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning" (2013).
Kingma and Ba, "Adam: a method for stochastic optimization" (2015).
Choi et al., "On empirical comparisons of optimizers for deep learning" (2019): compare at each one's best rate.
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve

ID = "weak-optimizer"
REMEDIES = ("adam", "momentum", "rmsprop", "adagrad")
WEAK = ("SGD", "Adagrad", "Adadelta", "Ftrl")
STILL_FALLING = 0.01


def examine(recipe: Recipe, learning_rates: LearningRates, loss_curve: LossCurve, references: Marks) -> Finding:
    """See whether a plain optimizer leaves a gap at its best rate."""
    name = str(recipe.optimizer["class_name"])
    momentum = float(recipe.optimizer["config"].get("momentum") or 0.0)
    clear = clearer(ID)
    if name not in WEAK:
        return clear(f"{name} gives every weight a step of its own size")
    if not loss_curve.measured and learning_rates.best is None:
        return Finding(ID, "untestable", reason="no training ended, at any learning rate")
    best = learning_rates.best
    train = min(best.train if best else math.inf, loss_curve.train)
    held_out = min(best.held_out if best else math.inf, loss_curve.held_out)
    if solved(held_out, loss_curve.trivial):
        return clear(f"{name} brings the held-out loss down to next to nothing")
    above = excess(train, references.best, loss_curve.trivial)
    falling = min(loss_curve.late_fall, loss_curve.held_out_late_fall)
    if above <= LEAST_EXCESS and falling <= STILL_FALLING:
        return clear(f"{name} fits the training rows as well as reference models predict new ones, and has settled")
    kind = f"{name} with a momentum of {momentum:g}" if momentum else f"plain {name}" if name == "SGD" else name
    facts = [Fact(f"the optimizer is {kind}", name)]
    if above > LEAST_EXCESS:
        text = f"at its best rate the training loss is {train:.3g}; a reference model's held-out loss is"
        facts.append(Fact(f"{text} {references.best:.3g}", round(above, 3)))
    if falling > STILL_FALLING:
        facts.append(Fact(f"the loss still falls by {falling:.1%} over the last quarter", round(falling, 4)))
    confidence = 0.3 + 0.35 * min(max(above, 0.0), 1.0) + 0.1 * (falling > STILL_FALLING)
    if momentum:
        confidence *= 0.6
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason=f"{kind} does not get as far as the data allow",
    )


CAUSE = Cause(id=ID, title="Optimizer too weak for this loss", examine=examine, remedies=REMEDIES)
