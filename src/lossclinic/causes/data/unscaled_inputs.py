"""Input columns have very different or very large scales.

What it is
----------
Columns enter the network in whatever unit they were measured in: one in thousands, one in tenths, pixels in 0 to 255.

Why the loss stalls
-------------------
Gradients grow with the inputs, so the loss is a long narrow valley: a step that suits the large columns is far too
small for the others. Large inputs also push sigmoid and tanh units into their flat parts from the start.

Evidence
--------
The largest deviation (above 3) and mean (above 10, or above 3 where sigmoid, tanh or recurrent units get it first) of a
column, and the largest deviation over the smallest (above 10) among columns that vary and are not 0/1 flags. Pixels are
judged together. A value of 0.05 counts as too small for all.

What confirms it
----------------
Subtracting the training mean and dividing by the training deviation lowers the held-out loss.

Easily confused with
--------------------
`learning-rate-too-high` or `-too-low`: another rate then helps as much. Token numbers that an Embedding layer looks up
are no magnitudes, and a Normalization, BatchNormalization or Rescaling layer in front makes the scale harmless.

References
----------
LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.3.
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import clamp, clearer
from lossclinic.causes.architecture._scales import FLAT
from lossclinic.core import architecture
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.inputs import Column, InputStatistics, normalised_in_model

ID = "unscaled-inputs"
REMEDIES = ("standardise-inputs",)
LARGE_STD = 3.0
"""Units with flat ends that get the inputs first are in their flat parts from a mean of this size on, too."""
LARGE_MEAN = 10.0
RATIO = 10.0
TINY = 0.05


def examine(inputs: InputStatistics, recipe: Recipe) -> Finding:
    """Compare the scales of the columns with what a fresh network expects."""
    clear = clearer(ID)
    if inputs.tokens or not inputs.columns:
        return clear("the inputs are tokens, not magnitudes")
    if "standardise" in recipe.inputs:
        return clear("the inputs are standardised before training")
    normalised, factor, offset = normalised_in_model(recipe)
    if normalised:
        return clear("the model normalises its inputs itself")
    varying = [column for column in inputs.columns if column.std > 0]
    if not varying:
        return clear("no input column varies")
    if inputs.image:
        std, mean, widest = abs(factor) * inputs.std, abs(factor * inputs.mean + offset), varying[0]
    else:
        widest = max(varying, key=lambda column: column.scale)
        std = abs(factor) * max(column.std for column in varying)
        mean = max(abs(factor * column.mean + offset) for column in varying)
    flat = any(layer.activation in FLAT for layer in architecture.first_layers(recipe.model))
    centre = LARGE_STD if flat else LARGE_MEAN
    excess = max(std / LARGE_STD, mean / centre, inputs.scale_ratio / RATIO, TINY / max(std, mean, 1e-30))
    if excess <= 1:
        return clear(f"the columns' deviations reach {std:.3g}, and none is out of proportion")
    return Finding(
        ID,
        "suspected",
        severity=min(1.0, 0.3 + 0.2 * math.log10(excess)),
        confidence=clamp(0.4 + 0.25 * math.log10(excess)),
        evidence=_facts(inputs, varying, std, mean),
        where=None if inputs.image else Where(column=widest.name),
        remedies=REMEDIES,
        reason="the network starts out on the large columns and hardly sees the small ones"
        if inputs.scale_ratio > RATIO
        else "the inputs are far from the scale that a fresh network expects",
    )


def _facts(inputs: InputStatistics, varying: list[Column], std: float, mean: float) -> tuple[Fact, ...]:
    if inputs.image:
        return (Fact(f"pixel values have mean {mean:.3g} and deviation {std:.3g}", std),)
    low, high = (pick(varying, key=lambda column: column.std) for pick in (min, max))
    return (
        Fact(f"{high.name} has mean {high.mean:.3g} and deviation {high.std:.3g}", high.std),
        Fact(f"{low.name} has mean {low.mean:.3g} and deviation {low.std:.3g}", low.std),
        Fact(f"the largest deviation is {inputs.scale_ratio:.3g} times the smallest", inputs.scale_ratio),
    )


CAUSE = Cause(id=ID, title="Unscaled inputs", examine=examine, remedies=REMEDIES)
