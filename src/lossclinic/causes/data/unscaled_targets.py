"""Numeric targets lie far from what a fresh network puts out.

What it is
----------
The numbers to be predicted have a mean or deviation far from 0 and 1: prices in thousands, shares in thousandths.

Why the loss stalls
-------------------
A fresh network answers around 0 with a spread around 1. Optimisers such as Adam move each weight by about the learning
rate in a step, so most of the epochs go into reaching the mean. Very small targets give gradients near nothing.

Evidence
--------
An output with a deviation above 5 or below 0.05, or a mean above 5 and more than twice the deviation.

What confirms it
----------------
Training on (target - mean) / deviation, undone for predictions, lowers the held-out loss in the target's own units.

Easily confused with
--------------------
`learning-rate-too-low`, `too-few-epochs`: both also end before the mean is reached. Classes have no scale. A Rescaling
layer at the end of the model brings its answers to the scale of the targets.

References
----------
Bishop, "Neural Networks for Pattern Recognition" (1995), section 8.2.
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import clamp, clearer
from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.targets import TargetStatistics

ID = "unscaled-targets"
REMEDIES = ("standardise-targets",)
LARGE = 5.0
SMALL = 0.05


def examine(targets: TargetStatistics, case: Case, recipe: Recipe) -> Finding:
    """Compare mean and deviation of numeric targets with those of a fresh network's answers."""
    clear = clearer(ID)
    if case.task.kind != "regression":
        return clear("the targets are classes or labels, which have no scale")
    if recipe.standardise_targets:
        return clear("the targets are standardised before training")
    if architecture.layers(recipe.model)[-1].class_name in ("Rescaling", "Normalization"):
        return clear("the last layer brings the output to the scale of the targets")
    if not targets.std:
        return Finding(ID, "untestable", reason="no target is a finite number")
    pairs = list(zip(targets.mean, targets.std, strict=True))
    mean, std = max(pairs, key=lambda pair: _excess(*pair))
    excess = _excess(mean, std)
    if excess <= 1:
        return clear(f"the targets have mean {mean:.3g} and deviation {std:.3g}")
    return Finding(
        ID,
        "suspected",
        severity=min(1.0, 0.3 + 0.2 * math.log10(excess)),
        confidence=clamp(0.4 + 0.25 * math.log10(excess)),
        evidence=(Fact(f"the targets have mean {mean:.4g}", mean), Fact(f"and deviation {std:.4g}", std)),
        remedies=REMEDIES,
        reason="a fresh network answers around 0 with a spread around 1, far from these targets",
    )


def _excess(mean: float, std: float) -> float:
    """How far past the thresholds; 1 is at them."""
    if std == 0 and mean == 0:
        return 0.0
    away = abs(mean) / LARGE if abs(mean) > 2 * std else 0.0
    return max(std / LARGE, away, SMALL / max(std, abs(mean)))


CAUSE = Cause(id=ID, title="Unscaled targets", examine=examine, remedies=REMEDIES)
