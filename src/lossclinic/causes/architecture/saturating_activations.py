"""Activations whose flat ends swallow the gradient.

What it is
----------
Sigmoid and tanh are flat at both ends, and sigmoid's slope is a quarter at most. A gradient that passes several of
them on its way back, or one that sits on its flat end, arrives as almost nothing.

Why the loss stalls
-------------------
The first layers hardly move, so the last ones learn from features that are as good as random; or the network answers
the same for every row.

Evidence
--------
Sigmoid, tanh or softsign in at least three hidden layers, with gradients of fresh weights that shrink more than
tenfold towards the input, or sigmoids in at least three; or a hidden layer with more than half of its outputs on the
flat ends while the loss is not yet as low as a reference model's. Two sigmoid layers are suspected only where the
training score is stuck.

What confirms it
----------------
ReLU or ELU in their place, batch normalisation, or a fitting initialiser lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`unscaled-inputs`: large inputs saturate the first layer; scaling them is the remedy then. `learning-rate-too-low`:
small gradients everywhere, not only near the input. `constant-initialisation`: all units do the same. One or two tanh
layers in a network that learns are no fault, and the gates of recurrent layers are meant to saturate.

References
----------
Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
Glorot, Bordes and Bengio, "Deep sparse rectifier neural networks" (2011).
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clamp, clearer, excess, severity
from lossclinic.causes.architecture._scales import FLAT
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve

ID = "saturating-activations"
REMEDIES = ("relu-activations", "elu-activations", "batch-norm", "he-initialisation", "glorot-initialisation")
SIGMOIDS = ("sigmoid", "hard_sigmoid")
DEEP = 3
SHRUNK = 10.0
"""Gradients that shrink tenfold between the last layers and the first."""
MOSTLY = 0.5
"""More than half of the outputs on the flat ends."""
STUCK = 0.9
"""A training score above nine tenths of the trivial one has learned next to nothing."""


def examine(recipe: Recipe, layers: Layers, loss_curve: LossCurve, references: Marks) -> Finding:
    """Count the flat activations and follow the gradient through them."""
    clear = clearer(ID)
    hidden = architecture.hidden_layers(recipe.model)
    activations = architecture.hidden_activations(recipe.model)
    flat = [
        (layer.name, name)
        for layer, name in zip(hidden, activations, strict=False)
        if name in FLAT and layer.class_name not in architecture.DEFAULT_ACTIVATION
    ]
    if not flat:
        return clear("no hidden layer applies sigmoid, tanh or softsign")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the held-out loss is next to nothing")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    sigmoids = sum(name in SIGMOIDS for _, name in flat)
    shrinkage = layers.gradient_shrinkage
    worst = _most_saturated(layers)
    saturated = worst is not None and worst.saturated > MOSTLY and above > LEAST_EXCESS
    vanishing = len(flat) >= DEEP and shrinkage > SHRUNK
    stuck = sigmoids >= 2 and loss_curve.train > STUCK * loss_curve.trivial
    if not (saturated or vanishing or stuck or sigmoids >= DEEP):
        return clear(f"{len(flat)} such layer(s), but gradients reach the first layer and few outputs are saturated")
    facts = [Fact(f"{len(flat)} hidden layers apply {', '.join(sorted({name for _, name in flat}))}", len(flat))]
    if shrinkage > 1:
        facts.append(
            Fact(f"at the first layer the gradient is {shrinkage:.3g} times smaller than further up", shrinkage)
        )
    if worst is not None:
        text = f"{worst.saturated:.0%} of the outputs of '{worst.layer}' lie on the flat ends (at the {worst.at})"
        facts.append(Fact(text, round(worst.saturated, 3)))
    facts.append(Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)))
    confidence = 0.35 + 0.2 * vanishing + 0.15 * saturated + 0.15 * stuck + 0.15 * (above > LEAST_EXCESS)
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        where=Where(layer=worst.layer if saturated and worst else flat[0][0]),
        remedies=REMEDIES,
        reason="gradients fade on their way through saturating activations",
    )


def _most_saturated(layers: Layers) -> LayerProbe | None:
    return max(
        (p for p in layers.hidden if p.class_name not in architecture.DEFAULT_ACTIVATION),
        key=lambda p: p.saturated,
        default=None,
    )


def glance(recipe: Recipe, fresh_layers: Layers | None = None) -> Finding:
    """Count the flat activations, and follow one gradient through them where it can be had."""
    hidden = architecture.hidden_layers(recipe.model)
    activations = architecture.hidden_activations(recipe.model)
    flat = [
        (layer.name, name)
        for layer, name in zip(hidden, activations, strict=False)
        if name in FLAT and layer.class_name not in architecture.DEFAULT_ACTIVATION
    ]
    sigmoids = sum(name in SIGMOIDS for _, name in flat)
    shrinkage = fresh_layers.gradient_shrinkage if fresh_layers is not None else 1.0
    vanishing = len(flat) >= DEEP and shrinkage > SHRUNK
    if not vanishing and sigmoids < DEEP:
        return clearer(ID)("there is no deep stack of sigmoid, tanh or softsign that a gradient fades in")
    facts = [Fact(f"{len(flat)} hidden layers apply {', '.join(sorted({name for _, name in flat}))}", len(flat))]
    if shrinkage > 1:
        text = f"at the first layer the gradient is {shrinkage:.3g} times smaller than further up, with fresh weights"
        facts.append(Fact(text, shrinkage))
    return Finding(
        ID,
        "suspected",
        severity=0.6 if vanishing else 0.4,
        confidence=0.6 if vanishing else 0.4,
        evidence=tuple(facts),
        where=Where(layer=flat[0][0]),
        remedies=REMEDIES,
        reason="gradients fade on their way through saturating activations; training may get over it",
    )


CAUSE = Cause(id=ID, title="Saturating activations", examine=examine, remedies=REMEDIES, glance=glance)
