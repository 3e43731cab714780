"""So many rows in one update that there are hardly any updates.

What it is
----------
A batch far beyond the gradient's noise scale: the direction is known after a fraction of its rows, and the rest of them
are read for nothing.

Why the loss stalls
-------------------
An epoch is one update or two, and as many epochs as usual are far fewer updates than the weights need. The loss falls
smoothly, and training ends before it has come down.

Evidence
--------
At most four updates an epoch, a batch of more than four times the noise scale of fresh weights, and a training loss
that still falls by more than 1 % over the last quarter of the epochs, or stays above the best reference model's.

What confirms it
----------------
A quarter or a sixteenth of the rows in a batch, with as many epochs, lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`too-few-epochs` and `learning-rate-too-low`: more epochs or longer steps help too. They are tried beside it on the same
seeds; with a few updates an epoch, the batch is named unless one of them gains clearly more. `weak-optimizer`: plain
SGD needs many updates at any batch size.

References
----------
McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training" (2018), sections 2.2 and 2.3.
Hoffer, Hubara and Soudry, "Train longer, generalize better: closing the generalization gap in large batch training of
neural networks" (2017).
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.gradient_noise import GradientNoise
from lossclinic.evidence.loss_curve import LossCurve

ID = "batch-too-large"
REMEDIES = ("batch-size",)
FEW_UPDATES = 4
MORE_THAN_NOISE = 4.0
"""At four times the noise scale a batch is four fifths of the way to a gradient without noise (equation 2.11)."""
STILL_FALLING = 0.01


def examine(
    recipe: Recipe, case: Case, loss_curve: LossCurve, gradient_noise: GradientNoise, references: Marks
) -> Finding:
    """Count the updates of an epoch and compare the batch with the gradient's noise."""
    clear = clearer(ID)
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    rows = round(case.data.n_train * (1 - recipe.split.fraction if recipe.split.kind in ("tail", "shuffled") else 1))
    batch = min(recipe.batch_size, rows)
    updates = math.ceil(rows / max(batch, 1))
    if updates > FEW_UPDATES:
        return clear(f"an epoch has {updates} updates")
    scale = gradient_noise.scale
    if scale is not None and batch <= MORE_THAN_NOISE * scale:
        return clear(f"the gradient of a single row is so noisy that {batch} rows are not too many for one update")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    above = excess(loss_curve.train, references.best, loss_curve.trivial)
    falling = min(loss_curve.late_fall, max(loss_curve.held_out_late_fall, 0.0))
    if falling <= STILL_FALLING and above <= LEAST_EXCESS:
        return clear(f"few updates an epoch ({updates}), but the loss has settled as low as a reference model's")
    facts = [Fact(f"an epoch of {rows} rows is {updates} update(s), {updates * loss_curve.epochs} in all", updates)]
    if scale is not None:
        text = f"the gradient of {max(round(scale), 1)} row(s) is half signal, half noise; a batch has {batch}"
        facts.append(Fact(text, round(scale, 2)))
    if falling > STILL_FALLING:
        facts.append(Fact(f"the loss still falls by {falling:.1%} over the last quarter of the epochs", falling))
    if above > LEAST_EXCESS:
        text = f"the training score is {loss_curve.train:.3g}, a reference model's held-out score"
        facts.append(Fact(f"{text} {references.best:.3g}", round(above, 3)))
    confidence = 0.5 + 0.2 * (updates <= 2) + 0.15 * (falling > STILL_FALLING) + 0.1 * (above > LEAST_EXCESS)
    return Finding(
        ID,
        "suspected",
        severity=severity(max(above, 2 * falling)),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason=f"{batch} rows go into one update, so that {loss_curve.epochs} epochs are few updates",
    )


CAUSE = Cause(id=ID, title="Batch too large", examine=examine, remedies=REMEDIES)
