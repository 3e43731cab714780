"""Several layers that amount to one linear map.

What it is
----------
No hidden layer applies a non-linear activation: Keras' layers are linear unless they are told otherwise.

Why the loss stalls
-------------------
A product of matrices is a matrix. However many layers there are, the network can only learn what a linear model can.

Evidence
--------
Read off the model: there are hidden layers, and none is followed by a non-linearity. It counts in full where the best
reference model is more than 5 % better than the linear one, so that there is something beyond a linear map to learn,
and weighs less where the linear model is as good, or where max-pooling or layer normalisation bends the map a little.

What confirms it
----------------
ReLU in the hidden layers lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`too-little-capacity`: a network without hidden layers is linear too, but there is nothing to activate. `noise-floor`:
where the pattern is linear, no activation helps; then this is not a fault. An activation on the output changes nothing
about this.

References
----------
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 6.1 (XOR, and why a linear network cannot learn it).
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clearer, excess, severity
from lossclinic.causes.architecture._hidden import is_linear
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.loss_curve import LossCurve

ID = "linear-network"
REMEDIES = ("relu-activations",)
BENDING = (
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "LayerNormalization",
    "MultiHeadAttention",
    "Attention",
    "Lambda",
)
"""Layers that are not linear themselves."""


def examine(recipe: Recipe, loss_curve: LossCurve, references: Marks) -> Finding:
    """Look for a non-linearity between the layers."""
    clear = clearer(ID)
    model = recipe.model
    hidden = architecture.hidden_layers(model)
    if not hidden:
        return clear("there is no hidden layer that could be activated")
    if not is_linear(model):
        return clear("hidden layers apply a non-linearity")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("the network is linear, and the held-out loss is next to nothing all the same")
    beyond = excess(references.linear, references.best, references.trivial)
    text = f"none of the {len(hidden)} hidden layers applies a non-linearity"
    mark = f"a linear model reaches {references.linear:.3g} on held-out rows, the best reference {references.best:.3g}"
    confidence = 0.9 if beyond > LEAST_EXCESS else 0.3
    if architecture.has(model, *BENDING):
        confidence *= 0.6
    return Finding(
        ID,
        "suspected",
        severity=severity(beyond),
        confidence=round(confidence, 2),
        evidence=(Fact(text, len(hidden)), Fact(mark, round(beyond, 3))),
        where=Where(layer=hidden[0].name),
        remedies=REMEDIES,
        reason="without activations the layers amount to a single linear map",
    )


def glance(recipe: Recipe) -> Finding:
    """Look for a non-linearity, without knowing whether the pattern needs one."""
    hidden = architecture.hidden_layers(recipe.model)
    if not hidden or not is_linear(recipe.model) or architecture.has(recipe.model, *BENDING):
        return clearer(ID)("hidden layers apply a non-linearity, or there are none")
    return Finding(
        ID,
        "suspected",
        severity=0.5,
        confidence=0.6,
        evidence=(Fact(f"none of the {len(hidden)} hidden layers applies a non-linearity", len(hidden)),),
        where=Where(layer=hidden[0].name),
        remedies=REMEDIES,
        reason="without activations the layers amount to a single linear map; that costs nothing only where the "
        "pattern is linear",
    )


CAUSE = Cause(id=ID, title="Network without non-linearity", examine=examine, remedies=REMEDIES, glance=glance)
