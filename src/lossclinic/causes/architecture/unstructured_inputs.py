"""Pictures or sequences are flattened before anything has looked at their order.

What it is
----------
The inputs have positions (pixels, moments), and the first layer with weights is a dense one behind a flattening layer.

Why the loss stalls
-------------------
A dense layer does not know which positions are neighbours. What it learns of a pattern in one place it has to learn
again in every other, from the same rows, so it needs more of them and overfits sooner.

Evidence
--------
Read off the model: inputs of rank two or more that a `Flatten` hands to a dense layer, with neighbouring positions
that are clearly more alike (mean absolute correlation at least 0.1 higher) than any two. A fact of low severity: many
such networks are good enough.

What confirms it
----------------
A convolution with pooling in front of the flattening layer lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
`overfitting`: the same symptom without an order in the inputs. `too-little-capacity`: the training rows are not fitted
either. Columns without an order (measurements in a row of their own) are flattened rightly, and so is what a
convolution, a recurrent layer or attention puts out. Rows that come as flat columns are not looked into.

References
----------
LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), section 2.
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 9.2.
"""

from __future__ import annotations

from lossclinic.causes._marks import LEAST_EXCESS, Marks, clearer, excess, severity
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import LATENT, Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.loss_curve import LossCurve
from lossclinic.evidence.order import Order

ID = "unstructured-inputs"
REMEDIES = ("convolution",)
ORDERED = 0.1
"""Shuffled positions differ by a few hundredths at most; those of digits and of smooth series by .2 to .7."""
FEWEST_POSITIONS = 4
BEFORE = ("InputLayer", "Rescaling", "Normalization", "Dropout", "GaussianNoise")


def examine(recipe: Recipe, order: Order, loss_curve: LossCurve, references: Marks) -> Finding:
    """Look at what stands before the first dense layer."""
    clear = clearer(ID)
    if order.rank < 2 or min(order.positions, default=0) < FEWEST_POSITIONS:
        return clear("the inputs are columns, without positions that could have an order")
    layers = architecture.layers(recipe.model)
    before = next((layer for layer in layers if layer.class_name not in BEFORE), None)
    if before is None or before.class_name != "Flatten":
        return clear("the first layer works on the positions as they are")
    if order.gap < ORDERED:
        return clear("neighbouring positions are no more alike than others: their order says nothing")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    size = " x ".join(str(size) for size in order.positions)
    return Finding(
        ID,
        "observed",
        severity=LATENT if above <= LEAST_EXCESS else min(severity(above), 2 * LATENT),
        confidence=0.3,
        evidence=(
            Fact(f"'{before.name}' flattens {size} positions before a layer with weights has seen them"),
            Fact(
                f"neighbouring positions correlate by {order.neighbours:.2f}, any two by {order.others:.2f}",
                round(order.gap, 3),
            ),
        ),
        where=Where(layer=before.name),
        remedies=REMEDIES,
        reason="a dense layer cannot know which positions are neighbours; a convolution or recurrent layer would",
    )


CAUSE = Cause(id=ID, title="Inputs without their structure", examine=examine, remedies=REMEDIES)
