"""All units of a layer begin equal.

What it is
----------
Hidden kernels filled with one value (zeros, ones, a constant), so that every unit of a layer computes the same.

Why the loss stalls
-------------------
Equal units get equal gradients and stay equal: the layer works like a single unit, however wide it is. With zeros the
gradient of the layer before is 0 as well, and nothing moves but the output's bias.

Evidence
--------
In a hidden layer at least nine tenths of the units have the same incoming weights at the start, or its kernel
initialiser is a constant. Certain where they are still equal after training.

What confirms it
----------------
Glorot or He initialisation lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
Biases of 0 are the rule and harmless, and so is an output layer of zeros: its units differ by their targets. A constant
layer beside a random one behind it comes apart by itself. `dead-units`: units of 0 whose weights differ.

References
----------
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 8.4 (initial parameters must break symmetry).
Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
"""

from __future__ import annotations

from typing import Any

from lossclinic.causes._marks import Marks, clearer, excess, severity
from lossclinic.core import architecture
from lossclinic.core.architecture import Layer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.layers import Layers
from lossclinic.evidence.loss_curve import LossCurve

ID = "constant-initialisation"
REMEDIES = ("glorot-initialisation", "he-initialisation")
CONSTANTS = ("zeros", "ones", "constant")
EQUAL = 0.9


def examine(recipe: Recipe, layers: Layers, loss_curve: LossCurve, references: Marks) -> Finding:
    """Look for hidden layers whose units begin equal."""
    clear = clearer(ID)
    alike = {p.layer: p.identical_units for p in layers.hidden_start if p.identical_units >= EQUAL}
    if recipe.initial == "fresh":
        for layer in architecture.hidden_layers(recipe.model):
            if _constant(layer):
                alike.setdefault(layer.name, 1.0)
    if not alike:
        return clear("the units of every hidden layer begin different")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("units begin equal, and the held-out loss is next to nothing all the same")
    after = {p.layer: p.identical_units for p in layers.hidden_end}
    stays = any(after.get(name, 1.0) >= EQUAL for name in alike)
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    if not stays and above <= 0:
        return clear("units begin equal but come apart, and the network predicts as well as the references")
    name = next(iter(alike))
    facts = [Fact(f"{alike[name]:.0%} of the units of '{name}' begin with the same weights", alike[name])]
    if name in after:
        text = f"after training {after[name]:.0%} of them are still equal"
        facts.append(Fact(text, after[name]))
    facts.append(Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)))
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=0.95 if stays else 0.5,
        evidence=tuple(facts),
        where=Where(layer=name),
        remedies=REMEDIES,
        reason=f"the units of '{name}' begin equal" + (" and training cannot tell them apart" if stays else ""),
    )


def _constant(layer: Layer) -> bool:
    """Whether the kernel initialiser is a constant and there are several units to tell apart."""
    value: Any = layer.config.get("kernel_initializer")
    name = str(value.get("class_name") if isinstance(value, dict) else value or "").lower()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return name in CONSTANTS and (layer.units or 0) > 1


def glance(recipe: Recipe, fresh_layers: Layers | None = None) -> Finding:
    """Look for hidden layers whose units begin equal, without training them apart."""
    alike = [layer.name for layer in architecture.hidden_layers(recipe.model) if _constant(layer)]
    if recipe.initial == "given":
        alike = []
    if fresh_layers is not None and fresh_layers.measured:
        alike = [p.layer for p in fresh_layers.hidden_start if p.identical_units >= EQUAL]
    if not alike:
        return clearer(ID)("the units of every hidden layer begin different")
    return Finding(
        ID,
        "suspected",
        severity=0.8,
        confidence=0.8,
        evidence=(Fact(f"the units of {len(alike)} hidden layer(s) begin with the same weights", len(alike)),),
        where=Where(layer=alike[0]),
        remedies=REMEDIES,
        reason=f"the units of '{alike[0]}' begin equal, and equal gradients keep them so",
    )


CAUSE = Cause(id=ID, title="Constant initial weights", examine=examine, remedies=REMEDIES, glance=glance)
