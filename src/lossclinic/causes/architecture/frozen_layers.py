"""Layers that are not allowed to learn, though nobody has taught them anything.

What it is
----------
`trainable=False` on layers whose weights are still the random ones they began with: a flag left over from transfer
learning, or a base whose pretrained weights were never loaded.

Why the loss stalls
-------------------
The frozen part hands on random features, and only what stands behind it can make something of them.

Evidence
--------
Layers with `trainable=False` in a model that starts from fresh weights. Layers that start from given values (an
embedding matrix in its initialiser) are left out. Nearly certain where new rows are predicted worse than by the best
reference model (by 5 % or more); half as sure elsewhere.

What confirms it
----------------
Letting these layers learn lowers the held-out loss on fresh seeds.

Easily confused with
--------------------
A pretrained base is frozen on purpose: where the script loads or trains weights first, nothing is suspected.
`too-little-capacity`: the frozen network fits badly too, but unfreezing costs no units, so it is tried first. Wide
random layers under a trained output are a method of their own (extreme learning machines): the experiment says
whether training them would help. `dead-units` and `learning-rate-too-low`: weights hardly move although they may.

References
----------
Yosinski, Clune, Bengio and Lipson, "How transferable are features in deep neural networks?" (2014).
Keras guide "Transfer learning and fine-tuning" (2020), on `trainable`.
"""

from __future__ import annotations

from lossclinic.causes._marks import Marks, clamp, clearer, excess, seen, severity
from lossclinic.causes.architecture._hidden import frozen_layers
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.gain import solved
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.loss_curve import LossCurve

ID = "frozen-layers"
REMEDIES = ("unfreeze",)


def examine(recipe: Recipe, loss_curve: LossCurve, references: Marks) -> Finding:
    """Look for layers that keep the random weights they began with."""
    clear = clearer(ID)
    frozen, weighted = frozen_layers(recipe.model)
    if len(frozen) == 0:
        return clear("every layer with weights may learn")
    if recipe.initial == "given":
        return clear("the frozen layers hold weights that were loaded or trained before")
    if solved(loss_curve.held_out, loss_curve.trivial):
        return clear("layers are frozen, and the held-out loss is next to nothing all the same")
    above = excess(loss_curve.held_out, references.best, loss_curve.trivial)
    share = len(frozen) / max(weighted, 1)
    names = ", ".join(f"'{name}'" for name in frozen[:3]) + (", …" if len(frozen) > 3 else "")
    return Finding(
        ID,
        "suspected",
        severity=severity(above),
        confidence=clamp((0.9 + 0.05 * (share >= 0.5)) * seen(above)),
        evidence=(
            Fact(f"{len(frozen)} of {weighted} layers with weights may not learn ({names})", round(share, 3)),
            Fact("the training starts from fresh, random weights"),
            Fact(f"held-out {loss_curve.held_out:.3g}, best reference {references.best:.3g}", round(above, 3)),
        ),
        where=Where(layer=frozen[0]),
        remedies=REMEDIES,
        reason=f"{names} keep the random weights they began with",
    )


def glance(recipe: Recipe) -> Finding:
    """Look for layers that keep the random weights they began with."""
    frozen, weighted = frozen_layers(recipe.model)
    if not frozen or recipe.initial == "given":
        return clearer(ID)("every layer with weights may learn, or its weights were given")
    return Finding(
        ID,
        "suspected",
        severity=0.5,
        confidence=0.4,
        evidence=(Fact(f"{len(frozen)} of {weighted} layers with weights may not learn", len(frozen)),),
        where=Where(layer=frozen[0]),
        remedies=REMEDIES,
        reason=f"'{frozen[0]}' keeps the weights it began with; that is right only where they were learned elsewhere",
    )


CAUSE = Cause(id=ID, title="Frozen layers", examine=examine, remedies=REMEDIES, glance=glance)
