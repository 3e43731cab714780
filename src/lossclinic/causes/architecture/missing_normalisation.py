"""Signals that drift in size from layer to layer, and no layer that sets it right.

What it is
----------
A network whose layers hand on outputs of very different size, without batch, layer or any other normalisation: typical
of skip connections that add up block after block.

Why the loss stalls
-------------------
One learning rate has to serve layers whose inputs differ by orders of magnitude: a step that suits the first layers
throws the last ones far off, and one that suits the last ones leaves the first where they are.

Evidence
--------
No normalisation layer among at least three hidden layers, whose outputs with fresh weights or after training differ
more than thirtyfold in deviation (tenfold where shortcuts add them up). It weighs half as much where the network
predicts as well as the best reference model (within 5 %).

What confirms it
----------------
Batch or layer normalisation behind the hidden layers lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`unscaled-inputs`: the inputs bring their size along. `wrong-initialisation-scale`: the first weights are of the wrong
size, and better ones are enough. `too-deep`: a plain stack without skip connections fades, and fewer layers repair it.
`dead-units`: a layer that is silent has no size to compare. `learning-rate-too-high`: a lower rate repairs it alone.

References
----------
Ioffe and Szegedy, "Batch normalization" (2015). Ba, Kiros and Hinton, "Layer normalization" (2016).
Zhang, Dauphin and Ma, "Fixup initialization: residual learning without normalization" (2019), section 2: the variance
of a residual network's outputs grows exponentially with depth.
"""

from __future__ import annotations

from lossclinic.causes._marks import Marks, clamp, clearer, excess, seen, severity
from lossclinic.causes._start import DRIFTED, drift, drifted, starts_off
from lossclinic.causes.architecture._scales import MERGES, TOO_DEEP, mostly_flat
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.inputs import InputStatistics
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve

ID = "missing-normalisation"
REMEDIES = ("batch-norm", "layer-norm")
FEWEST = 3
LARGE_INPUT = 10.0


def examine(
    recipe: Recipe, layers: Layers, inputs: InputStatistics, loss_curve: LossCurve, references: Marks
) -> Finding:
    """Follow the size of the outputs from layer to layer."""
    clear = clearer(ID)
    model, hidden = recipe.model, architecture.hidden_layers(recipe.model)
    if architecture.has(model, *architecture.NORMALISATION_LAYERS):
        return clear("the model normalises what its layers put out")
    if len(hidden) < FEWEST:
        return clear(f"{len(hidden)} hidden layers leave no room for a drift")
    if not layers.measured:
        return Finding(ID, "untestable", reason="the layers could not be looked into")
    change = max(drift(layers.hidden_start), drift(layers.hidden_end))
    if change <= drifted(model):
        return clear(f"the outputs of hidden layers differ at most {change:.3g}-fold in size")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("outputs drift in size, but the held-out loss is next to nothing")
    for explained, reason in (
        (
            max((c.scale for c in inputs.columns), default=0.0) > LARGE_INPUT,
            "the inputs are large: see unscaled-inputs",
        ),
        (starts_off(layers), "the first weights are of the wrong size: see wrong-initialisation-scale"),
        (mostly_flat(model), "the activations are flat at their ends: see saturating-activations"),
        (len(hidden) >= TOO_DEEP and not architecture.has(model, *MERGES), "a plain stack fades: see too-deep"),
    ):
        if explained:
            return clear(reason)
    sizes = {p.layer: p.output_std for p in (layers.hidden_end or layers.hidden_start)}
    last = max(sizes, key=lambda name: sizes[name])
    facts = (
        Fact(f"the outputs of hidden layers differ {change:.3g}-fold in deviation", round(change, 3)),
        Fact(f"none of the {len(hidden)} hidden layers is normalised", len(hidden)),
        Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)),
    )
    if 0 < loss_curve.stuck < 1:
        facts += (Fact(f"{loss_curve.stuck:.0%} of the trainings learn nothing", round(loss_curve.stuck, 3)),)
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp((0.6 + 0.2 * (change > DRIFTED**2) + 0.1 * (loss_curve.failed > 0)) * seen(above)),
        evidence=facts,
        where=Where(layer=last),
        remedies=REMEDIES,
        reason="the size of the signal drifts from layer to layer, and nothing sets it right",
    )


CAUSE = Cause(id=ID, title="Missing normalisation", examine=examine, remedies=REMEDIES)
