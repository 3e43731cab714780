"""So few rows in one update that the steps follow noise.

What it is
----------
A batch far below the gradient's noise scale: the difference between rows, not what they have in common, decides where
a step goes. Batch normalisation with a handful of rows adds noise of its own to every activation.

Why the loss stalls
-------------------
The weights get near the bottom of the valley quickly and then jump about it, as far as a single row's gradient is long.

Evidence
--------
At most eight rows in a batch and at most an eighth of the noise scale of fresh weights, while the training score swings
by more than a tenth of its level from epoch to epoch in the second half; or at most four rows in a batch and batch
normalisation.

What confirms it
----------------
Four or sixteen times the rows in a batch, with as many epochs, lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`learning-rate-too-high`: shorter steps quieten noise too. Both are tried on the same seeds; at a batch below the noise
scale, the batch is named unless the rate gains clearly more. `no-learning-rate-decay`: the noise harms at the end only.

References
----------
McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training" (2018), section 2.2.
Wu and He, "Group normalization" (2018), figure 1 (batch normalisation with 2 to 32 rows).
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer, severity
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.gradient_noise import GradientNoise
from lossclinic.evidence.loss_curve import LossCurve

ID = "batch-too-small"
REMEDIES = ("batch-size",)
FEW_ROWS = 8
BELOW_NOISE = 8.0
SWINGS = 0.1
FEW_TO_NORMALISE = 4
"""With 4 rows, the error of batch normalisation is a tenth above that with 32, and rises from there (Wu and He)."""


def examine(recipe: Recipe, loss_curve: LossCurve, gradient_noise: GradientNoise) -> Finding:
    """Compare the batch with the gradient's noise, and look for its trace in the curve."""
    clear = clearer(ID)
    batch, scale, swings = recipe.batch_size, gradient_noise.scale, loss_curve.oscillation
    if batch > FEW_ROWS:
        return clear(f"a batch has {batch} rows")
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    kinds = {layer.class_name for layer in architecture.layers(recipe.model)}
    normalised = batch <= FEW_TO_NORMALISE and "BatchNormalization" in kinds
    noisy = swings > SWINGS and scale is not None and batch * BELOW_NOISE <= scale
    if not (normalised or noisy):
        return clear(f"a batch of {batch}, but the loss does not swing for it (by {swings:.0%} from epoch to epoch)")
    facts = [Fact(f"the training score swings by {swings:.0%} of its level from epoch to epoch", round(swings, 3))]
    if scale is not None:
        text = f"it takes {scale:.3g} rows for a gradient that is half signal, half noise; a batch has {batch}"
        facts.append(Fact(text, round(scale, 2)))
    if normalised:
        facts.append(Fact(f"batch normalisation takes its statistics from {batch} row(s)", batch))
    far_below = scale is not None and 2 * BELOW_NOISE * batch <= scale
    confidence = 0.45 + 0.15 * (batch <= 2) + 0.15 * normalised + min(swings, 0.5) * 0.4 * noisy + 0.15 * far_below
    return Finding(
        ID,
        "suspected",
        severity=severity(swings),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason=f"the gradient of {batch} row(s) is mostly noise",
    )


CAUSE = Cause(id=ID, title="Batch too small", examine=examine, remedies=REMEDIES)
