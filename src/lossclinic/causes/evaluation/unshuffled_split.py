"""Rows stand in an order, and are split or batched in it.

What it is
----------
Rows are sorted by class, by target or by source, and the validation rows are simply the last ones
(`validation_split` never shuffles), or training visits the rows in order (`shuffle=False`).

Why the loss stalls
-------------------
Training never sees what validation asks for: whole classes may be missing. In order, each batch holds one class and
undoes what the batch before it taught.

Evidence
--------
Classes of the validation side that are missing from training; the distance between the target distributions of both
sides (above 0.15, p < 0.0001); runs of equal class against those in random order (below 0.3 with `shuffle=False`).

What confirms it
----------------
The same training on shuffled rows, scored on the same held-out rows, is better.

Easily confused with
--------------------
Rows in the order of time are rightly split at the end: shuffling them looks into the future. Neighbouring rows of one
source (patients, pictures of one scene) belong on one side. `class-imbalance`: shares are the same on both sides.

References
----------
Keras' documentation of `Model.fit`, arguments `validation_split` and `shuffle`.
Bengio, "Practical recommendations for gradient-based training of deep architectures" (2012), section 3.1.
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.split_quality import SplitQuality

ID = "unshuffled-split"
PLAIN = 1 / 3
"""Share of the validation rows whose targets would have to change before both sides are alike; from here on that is a
fault of the split whatever it costs. Rows in random order come this far less than once in ten thousand splits."""
REMEDIES = ("shuffled-split",)
SHIFT = 0.15
UNLIKELY = 1e-4
SORTED = 0.3


def examine(split_quality: SplitQuality, recipe: Recipe) -> Finding:
    """Compare both sides of the split, and the order of the training rows."""
    facts: list[Fact] = []
    confidence = 0.0
    divided = recipe.split.kind in ("tail", "given")
    if divided and split_quality.unseen:
        names = ", ".join(f"{value:g}" for value in split_quality.unseen[:6])
        facts.append(Fact(f"training never sees class {names}, validation does", len(split_quality.unseen)))
        confidence = 0.95
    if divided and split_quality.shift > SHIFT and split_quality.shift_p < UNLIKELY:
        text = f"targets of training and validation rows lie {split_quality.shift:.2f} apart (0: alike, 1: disjoint)"
        facts.append(Fact(text, split_quality.shift))
        confidence = max(confidence, 0.4 + 0.5 * split_quality.shift)
    plain = divided and bool(facts) and (bool(split_quality.unseen) or split_quality.shift > PLAIN)
    if not recipe.shuffle and split_quality.runs < SORTED:
        text = f"the rows are in order: {split_quality.runs:.0%} of the changes that a random order has"
        facts.append(Fact(text, split_quality.runs))
        confidence = max(confidence, 0.7)
    if not facts:
        return clearer(ID)("training and validation rows are alike, and no order of the rows matters")
    return Finding(
        ID,
        "suspected",
        severity=round(min(1.0, 0.2 + confidence * 0.8), 2),
        confidence=clamp(confidence),
        evidence=tuple(facts),
        remedies=REMEDIES,
        is_fact=plain,
        reason="the rows stand in an order, so training and validation see different data"
        if divided
        else "the rows are sorted and shuffle=False keeps them so",
    )


CAUSE = Cause(id=ID, title="Unshuffled split", examine=examine, remedies=REMEDIES)
