"""One class has far fewer rows than the others.

What it is
----------
The rarest class holds less than a tenth of its fair share of the rows, or is outnumbered more than ten to one.

Why the loss stalls
-------------------
The mean over rows is ruled by the frequent classes: to answer with them always is cheap, and the few rows of the rare
class hardly move the gradient. Accuracy looks fine while the rare class is never found.

Evidence
--------
Class shares; the share that a constant answer gets right next to the accuracy on held-out rows.

What confirms it
----------------
Weighting classes, or adding synthetic rows of the rare one, lowers the held-out loss with all classes counted the same.

Easily confused with
--------------------
Imbalance alone is no fault: well separated classes train well at any share, and then the experiment finds no gain.
`too-few-examples`: ten rows stay ten rows, whatever their weight. `unshuffled-split`: classes are missing on one side.

References
----------
He and Garcia, "Learning from Imbalanced Data" (2009). Chawla et al., "SMOTE" (2002).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lossclinic.causes._marks import clamp, clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.lab import Baseline
from lossclinic.core.recipe import Recipe
from lossclinic.core.yardstick import RARE_SHARE
from lossclinic.evidence.targets import TargetStatistics

ID = "class-imbalance"
REMEDIES = ("class-weights", "oversample-smote")
RATIO = 10.0


def examine(targets: TargetStatistics, case: Case, recipe: Recipe, baseline: Baseline) -> Finding:
    """Compare class shares, and the accuracy with that of always naming the largest class."""
    return _compare(targets, case, recipe, baseline.curve("held_out_agreement"))


def glance(targets: TargetStatistics, case: Case, recipe: Recipe) -> Finding:
    """Compare class shares; whether the network copes with them is not known without training."""
    return _compare(targets, case, recipe, ())


def _compare(targets: TargetStatistics, case: Case, recipe: Recipe, curve: Sequence[float]) -> Finding:
    clear = clearer(ID)
    if not case.task.is_classes:
        return clear("the targets are not classes that exclude each other")
    present = [share for share in targets.shares if share > 0]
    if len(present) < 2:
        return Finding(ID, "untestable", reason="the rows show one class only")
    weights = set((recipe.class_weight or {}).values())
    if len(weights) > 1 or recipe.resampling is not None:
        return clear("the classes are weighted or resampled already")
    rarest, largest = min(present), max(present)
    fair = RARE_SHARE if len(present) == 2 else RARE_SHARE / len(present)
    ratio = largest / rarest
    if rarest >= fair and ratio <= RATIO:
        return clear(f"the rarest class holds {rarest:.1%} of the rows")
    facts = [
        Fact(f"the rarest class holds {rarest:.2%} of the rows", rarest),
        Fact(f"the largest class has {ratio:.1f} times as many rows", ratio),
    ]
    idle = bool(curve) and curve[-1] <= largest + 0.2 * (1 - largest)
    if idle:
        facts.append(
            Fact(f"{curve[-1]:.1%} right, and the largest class alone is {largest:.1%} of the rows", curve[-1])
        )
    return Finding(
        ID,
        "suspected",
        severity=min(1.0, 0.3 + 0.3 * math.log10(ratio)),
        confidence=clamp(0.45 + 0.15 * math.log10(ratio) + 0.25 * idle),
        evidence=tuple(facts),
        remedies=REMEDIES,
        reason="the network does little better than naming the largest class" if idle else "one class is rare",
    )


CAUSE = Cause(id=ID, title="Class imbalance", examine=examine, remedies=REMEDIES, glance=glance)
