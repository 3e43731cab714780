"""Gradients that shrink on their way back until the first layers hardly move.

What it is
----------
A gradient is a product with one factor for each layer. Where the factors are below 1 (softplus has half a slope around
0, say), a deep stack leaves nothing of it for the first layers.

Why the loss stalls
-------------------
The first layers stay random and the last ones learn from what these make of the inputs; in the extreme, the network
answers the same for every row.

Evidence
--------
At least four layers with weights; with fresh weights the gradient at the first layer is more than thirty times smaller
than further up; and the training score stays above the best reference model's, far above where the gradient has
recovered in the end. The causes that say why it shrinks come first: flat activations, units that are equal or dead.

What confirms it
----------------
He initialisation, batch normalisation, other activations or fewer layers lower the held-out loss on fresh seeds.

Easily confused with
--------------------
`saturating-activations`: sigmoid or tanh are named there. `constant-initialisation` and `dead-units`: nothing passes
for another reason. `learning-rate-too-low`: gradients are small everywhere. `too-deep`: layers that hand back the whole
gradient of what they pass on, such as rectified ones; there it is their number.

References
----------
Hochreiter, "The vanishing gradient problem during learning recurrent neural nets and problem solutions" (1998).
Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.causes.architecture._scales import FLAT, SHRUNK
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.gradient_flow import GradientFlow
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve

ID = "vanishing-gradients"
REMEDIES = ("relu-activations", "elu-activations", "batch-norm", "he-initialisation", "remove-layers")
DEEP = 4
FAR_ABOVE = 0.3
"""Log excess over the best reference model: a third more loss."""
EQUAL = 0.9
MOSTLY_DEAD = 0.5


def examine(
    recipe: Recipe, layers: Layers, gradient_flow: GradientFlow, loss_curve: LossCurve, references: Marks
) -> Finding:
    """Follow the gradient back, where nothing else explains that it fades."""
    clear = clearer(ID)
    if not layers.measured:
        return Finding(ID, "untestable", reason="the layers could not be looked into")
    if len(layers.start) < DEEP:
        return clear(f"{len(layers.start)} layers with weights are too few for a gradient to vanish")
    shrinkage = gradient_flow.shrinkage
    if shrinkage <= SHRUNK:
        return clear(f"the gradient at the first layer is {shrinkage:.3g} times smaller than further up at most")
    above = excess(loss_curve.train, references.best, loss_curve.trivial)
    if above <= LEAST_EXCESS:
        return clear("the gradient shrinks, but the network fits its rows as well as reference models predict new ones")
    if gradient_flow.end_shrinkage <= SHRUNK and above <= FAR_ABOVE:
        return clear("the gradient shrinks with fresh weights only, and training gets over it")
    if any(name in FLAT for name in architecture.hidden_activations(recipe.model)):
        return clear("the hidden activations have flat ends: see saturating-activations")
    if any(p.identical_units >= EQUAL for p in layers.hidden_start):
        return clear("the units of a layer begin equal: see constant-initialisation")
    if any(p.dead > MOSTLY_DEAD for p in layers.hidden_start):
        return clear("most units of a layer are dead from the start: see dead-units")
    first = layers.start[0]
    facts = (
        Fact(f"with fresh weights, the gradient at '{first.layer}' is {shrinkage:.3g} times smaller", shrinkage),
        Fact(f"after training it is {gradient_flow.end_shrinkage:.3g} times smaller", gradient_flow.end_shrinkage),
        Fact(f"training score {loss_curve.train:.3g}, best reference {references.best:.3g}", round(above, 3)),
    )
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(0.4 + 0.1 * (shrinkage > SHRUNK**2) + 0.15 * (gradient_flow.end_shrinkage > SHRUNK)),
        evidence=facts,
        where=Where(layer=first.layer),
        remedies=REMEDIES,
        reason="hardly any gradient reaches the first layers",
    )


CAUSE = Cause(id=ID, title="Vanishing gradients", examine=examine, remedies=REMEDIES)
