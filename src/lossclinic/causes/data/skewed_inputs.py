"""A few extreme values make up most of a column's or the targets' spread.

What it is
----------
Columns or targets with heavy tails: incomes, areas, counts, or single outliers far from everything else.

Why the loss stalls
-------------------
Weights follow the few large values: their gradients outweigh all others, and the many ordinary rows, squeezed into a
small part of the range, look alike to the network. Squared errors of a few extreme targets decide the loss.

Evidence
--------
The share of a column's squared distance from its median that the farthest hundredth of the rows makes up: above 60 %
in one column, or above 40 % in a quarter of them; above 40 % for a target. It does not depend on the unit, and is
measured after the recipe's own preparation.

What confirms it
----------------
A logarithm of the heavy columns (or of positive targets, undone on predictions), moving far-out values to the fence,
or, for targets, a loss that grows linearly lowers the held-out loss.

Easily confused with
--------------------
`unscaled-inputs`: a scale is the same for all rows, and standardising mends it; a tail stays. Where the targets depend
on the extreme values themselves, taming them loses what matters, and the experiments refute the suspicion.

References
----------
Tukey, "Exploratory Data Analysis" (1977), chapters 2D and 3. Huber, "Robust estimation of a location parameter" (1964).
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.core.tails import HEAVY
from lossclinic.evidence.tails import Tails

ID = "skewed-inputs"
FOR_INPUTS = ("log-transform", "clip-outliers")
FOR_TARGETS = ("log-transform", "huber-loss")
EXTREME = 0.6
"""One column alone is suspect from here on: no common distribution without a power-law tail gets there."""
MANY = 0.25
"""Share of the columns that must be heavy where none is extreme."""
ROBUST = ("Huber", "LogCosh", "MeanAbsoluteError", "MeanSquaredLogarithmicError", "Poisson")
"""Losses that a far-off target does not dominate."""


def examine(tails: Tails, recipe: Recipe) -> Finding:
    """Look for columns and targets whose spread lies in a few rows."""
    name, worst = tails.worst
    heavy = tails.heavy(HEAVY)
    inputs = worst >= EXTREME or (worst >= HEAVY and len(heavy) >= MANY * len(tails.columns))
    target = 0.0 if recipe.loss["class_name"] in ROBUST else max(tails.targets, default=0.0)
    if not inputs and target < HEAVY:
        return clearer(ID)(f"the farthest hundredth of the rows makes up at most {max(worst, target):.0%} of a spread")
    facts: list[Fact] = []
    remedies: tuple[str, ...] = ()
    if inputs:
        facts.append(Fact(f"a hundredth of the rows makes up {worst:.0%} of the spread of {name}", round(worst, 3)))
        if len(heavy) > 1:
            facts.append(Fact(f"{len(heavy)} of {len(tails.columns)} columns have such a tail", len(heavy)))
        remedies = FOR_INPUTS
    if target >= HEAVY:
        facts.append(Fact(f"a hundredth of the rows makes up {target:.0%} of the targets' spread", round(target, 3)))
        remedies = tuple(dict.fromkeys((*remedies, *FOR_TARGETS)))
    share = max(worst if inputs else 0.0, target)
    return Finding(
        ID,
        "suspected",
        severity=round(0.6 * share, 2),
        confidence=clamp(0.2 + 0.5 * share),
        evidence=tuple(facts),
        where=Where(column=name) if inputs else None,
        remedies=remedies,
        reason="a few extreme values decide what the network learns",
    )


CAUSE = Cause(
    id=ID,
    title="Heavy-tailed columns or targets",
    examine=examine,
    remedies=tuple(dict.fromkeys((*FOR_INPUTS, *FOR_TARGETS))),
)
