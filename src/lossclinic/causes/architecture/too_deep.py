"""More layers in a row than the gradient gets through.

What it is
----------
A deep stack of plain hidden layers without skip connections or normalisation between them.

Why the loss stalls
-------------------
Signal and gradient change by a factor in each layer. Over many layers the factors multiply: all rows look alike to the
last layers, and the first ones hear nothing of the error. The training rows themselves are fitted worse than by a
shorter network, so this is no overfitting.

Evidence
--------
At least six hidden layers in a plain stack. It weighs more where, with fresh weights, the gradient or the outputs
change more than tenfold between first and last layer, and where the training score is stuck near that of a constant
answer; half as much where the stack predicts held-out rows as well as the best reference model (within 5 %), or its
training rows much better than that.

What confirms it
----------------
Skip connections, fewer layers or batch normalisation lower the held-out loss on fresh seeds.

Easily confused with
--------------------
`saturating-activations`, `vanishing-gradients`: sigmoids and tanhs in depth are the first one's business, softplus and
its kin the second one's, since the activations alone repair it.
`wrong-initialisation-scale`: the factor of each layer is off because its weights are; a fitting initialiser repairs
it. `missing-normalisation`: outputs that drift although skip connections let the gradient through. `overfitting`: a
deep network that fits its training rows. `bottleneck-layer`: one layer is to blame, not their number.

References
----------
He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016), on the degradation of plain networks.
Balduzzi et al., "The shattered gradients problem" (2017).
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, UNSEEN, Marks, clamp, clearer, excess, seen, severity
from lossclinic.causes._start import drift, starts_off
from lossclinic.causes.architecture._hidden import bottleneck, strongly_regularised
from lossclinic.causes.architecture._scales import MERGES, SHRUNK, TOO_DEEP, mostly_damping, mostly_flat
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve

ID = "too-deep"
REMEDIES = ("skip-connections", "remove-layers", "batch-norm")
FITTED = 0.5
"""Training rows count as fitted where their score is below half of the held-out one, as for too little capacity."""
FADED = 10.0
STUCK = 0.9
"""A training score above nine tenths of the trivial one has learned next to nothing."""


def examine(recipe: Recipe, layers: Layers, loss_curve: LossCurve, references: Marks) -> Finding:
    """Count the layers of a plain stack and follow signal and gradient through it."""
    clear = clearer(ID)
    model, depth = recipe.model, len(architecture.hidden_layers(recipe.model))
    if depth < TOO_DEEP:
        return clear(f"{depth} hidden layers are not many")
    if architecture.has(model, *MERGES) or architecture.has(model, *architecture.NORMALISATION_LAYERS):
        return clear("skip connections or normalisation carry signal and gradient through the layers")
    if not loss_curve.measured:
        return Finding(ID, "untestable", reason="no training ended")
    if mostly_flat(model):
        return clear("the activations are flat at their ends, which explains it: see saturating-activations")
    if mostly_damping(model) and layers.gradient_shrinkage > SHRUNK:
        return clear("each activation hands half of the gradient back: see vanishing-gradients")
    if starts_off(layers):
        return clear("the first weights are of the wrong size: see wrong-initialisation-scale")
    if bottleneck(model) is not None:
        return clear("one layer is far narrower than the others: see bottleneck-layer")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    train = excess(loss_curve.train, references.best, loss_curve.trivial)
    fitted = train <= LEAST_EXCESS and loss_curve.train < FITTED * loss_curve.held_out
    change = max(layers.gradient_shrinkage, drift(layers.hidden_start))
    stuck = loss_curve.train > STUCK * loss_curve.trivial
    facts = (
        Fact(f"{depth} hidden layers follow each other without skip connections or normalisation", depth),
        Fact(f"from layer to layer, gradients or outputs of fresh weights change {change:.3g}-fold", round(change, 3)),
        Fact(f"training {loss_curve.train:.3g}, held-out {loss_curve.held_out:.3g}", round(loss_curve.train, 4)),
        Fact(f"the best reference reaches {references.best:.3g} on held-out rows", round(above, 3)),
    )
    held_back = (0.6 if strongly_regularised(model) else 1.0) * (UNSEEN if fitted else seen(above))
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp((0.5 + 0.2 * (change > FADED) + 0.2 * stuck) * held_back),
        evidence=facts,
        remedies=REMEDIES,
        reason=f"signal and gradient do not get through {depth} layers",
    )


CAUSE = Cause(id=ID, title="Too many layers in a row", examine=examine, remedies=REMEDIES)
