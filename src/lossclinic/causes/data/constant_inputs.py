"""Columns of a table hold one value, or the same values as another column.

What it is
----------
A column that never changes, or two columns that are copies of each other: a joined table, a unit that was given twice,
a field that was never filled in.

Why the loss stalls
-------------------
It hardly does. A constant column adds nothing but a second bias; a large one makes the steps of all others unsteady. A
copy counts double in every penalty and distance. Such columns mostly tell that the table is not what was meant.

Evidence
--------
Columns of a table with one value, or with the same value as an earlier column in every row that is not locked. Pixels
that are always dark and flags of a rare code are normal and are not counted.

What confirms it
----------------
It is an observation. Setting the columns to 0 is tried where a constant is so large that it may cost something.

Easily confused with
--------------------
`missing-values`: a placeholder that fills a whole column looks constant. `leakage`: a copy of the target, not of
another column. `unscaled-inputs`: a large constant is out of scale too, and standardising makes it 0.

References
----------
Kuhn and Johnson, "Applied Predictive Modeling" (2013), section 3.5 (zero-variance predictors).
"""

from __future__ import annotations

import numpy as np

from lossclinic.causes._marks import clearer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import LATENT, Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.spare_columns import SpareColumns

ID = "constant-inputs"
REMEDIES = ("drop-constant",)
LARGE = 3.0
"""A constant of this many typical deviations of the other columns is felt in the first layer."""
SHOWN = 3


def examine(spare_columns: SpareColumns, recipe: Recipe) -> Finding:
    """Name columns that say nothing that no other says."""
    clear = clearer(ID)
    if "drop-constant" in recipe.inputs:
        return clear("columns without information are set to 0 before training")
    constant, copies = spare_columns.constant, spare_columns.copies
    if not constant and not copies:
        return clear(spare_columns.reason or "every column says something of its own")
    facts: list[Fact] = []
    if constant:
        listed = ", ".join(f"{name} (always {value:.4g})" for name, value in constant[:SHOWN])
        facts.append(Fact(f"{_count(len(constant))} one value: {listed}{_more(len(constant))}", len(constant)))
    if copies:
        listed = ", ".join(f"{name} (as {other})" for name, other in copies[:SHOWN])
        facts.append(Fact(f"{_count(len(copies))} the values of another: {listed}{_more(len(copies))}", len(copies)))
    scaled = "standardise" in recipe.inputs
    large = bool(constant) and not scaled and float(np.max([abs(v) for _, v in constant])) > LARGE * spare_columns.scale
    return Finding(
        ID,
        "observed",
        severity=LATENT,
        confidence=0.3 if large else 0.1,
        evidence=tuple(facts),
        where=Where(column=(constant or copies)[0][0]),
        remedies=REMEDIES if large else (),
        reason="some columns say nothing that the others do not say: is the table what was meant?",
        is_fact=True,
    )


def _count(number: int) -> str:
    return "1 column holds" if number == 1 else f"{number} columns hold"


def _more(number: int) -> str:
    return "" if number <= SHOWN else f" and {number - SHOWN} more"


CAUSE = Cause(id=ID, title="Columns without information", examine=examine, remedies=REMEDIES)
