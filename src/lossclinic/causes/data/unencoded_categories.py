"""Numbers that are only names of categories enter the network as magnitudes.

What it is
----------
A column says 0 for one region, 1 for the next and 2 for the third. The network takes 2 for twice as much as 1.

Why the loss stalls
-------------------
A category's effect has nothing to do with its number. The first layer can only give it a straight line; what the
categories really do must be bent out of ramps by all layers behind it, for each of them anew.

Evidence
--------
A column of 3 to 20 different whole numbers, for which the mean target of each value explains at least 2 % more of the
targets' variance than a straight line over the numbers does, with a p-value below 0.001 in the F test for lack of fit.

What confirms it
----------------
One 0/1 column for each value lowers the held-out loss.

Easily confused with
--------------------
Counts, grades and sizes have few values too, but their order means something: a straight line tells nearly as much as
the values do. A column of the labels themselves is `leakage`. `skewed-inputs` and `unscaled-inputs` concern
measurements. `too-little-capacity`: a wider network bends the ramps as well, and the experiments show which of the two
helps more.

References
----------
Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning" (2009), section 2.2 (dummy variables).
Draper and Smith, "Applied Regression Analysis" (1998), section 2.1 (lack of fit).
"""

from __future__ import annotations

from lossclinic.causes._marks import clamp, clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import OneHot
from lossclinic.evidence.codes import Codes

ID = "unencoded-categories"
REMEDIES = ("one-hot-categories",)
MORE = 0.02
"""Share of the targets' variance that the values must explain beyond a straight line to be worth a trial."""
SURE = 1e-3
"""Largest p-value: a table of fifty columns then raises a false suspicion one time in twenty."""
FIXED = 1 - 1e-6
"""Share of the targets' variance from which on as many values as there are classes are just their names."""


def examine(codes: Codes, recipe: Recipe, case: Case) -> Finding:
    """Look for codes whose order says less than their values."""
    clear = clearer(ID)
    if any(isinstance(step, OneHot) for step in recipe.inputs):
        return clear("codes are encoded before training")
    if not codes.columns:
        return clear("no column holds a few whole numbers")
    # The label itself among the inputs has to go, not to be encoded: see leakage.
    classes = len(case.task.classes)
    columns = [c for c in codes.columns if c.values != classes or c.by_group < FIXED]
    nominal = [c for c in columns if c.by_group - c.by_size >= MORE and c.p_value < SURE]
    if not nominal:
        return clear("where columns hold few whole numbers, their order says as much as their values")
    gained = sum(c.by_group - c.by_size for c in nominal)
    most = max(nominal, key=lambda c: c.by_group - c.by_size)
    text = f"the {most.values} values of {most.name} explain {most.by_group:.0%} of the targets' variance, "
    facts = [Fact(f"{text}a line over its numbers {most.by_size:.0%}", round(most.by_group - most.by_size, 3))]
    if len(nominal) > 1:
        facts.append(Fact(f"{len(nominal)} columns are of this kind", len(nominal)))
    return Finding(
        ID,
        "suspected",
        severity=round(min(gained, 0.9), 2),
        confidence=clamp(0.4 + gained),
        evidence=tuple(facts),
        where=Where(column=most.name),
        remedies=REMEDIES,
        reason="the numbers of categories are taken for sizes",
    )


CAUSE = Cause(id=ID, title="Categories that enter as numbers", examine=examine, remedies=REMEDIES)
