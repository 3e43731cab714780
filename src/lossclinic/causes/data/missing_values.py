"""Inputs or targets hold values that are no numbers.

What it is
----------
Some inputs or targets are NaN or infinite, or a stand-in such as 0 or -999 marks what was not measured.

Why the loss stalls
-------------------
One NaN in a batch makes the loss NaN, and with the next update every weight; nothing is learned after that. A stand-in
far from all real values is read as an extreme measurement.

Evidence
--------
The number of non-finite inputs and targets, with columns and first rows. A stand-in is one of the usual numbers
(0, -1, -99, -999, …), held by 1 to 60 % of the rows of a column, far outside the range of all its other values.

What confirms it
----------------
Non-finite values are a fact. That they cost something is confirmed where filling the gaps lowers the held-out loss.

Easily confused with
--------------------
`learning-rate-too-high` and exploding gradients: there the data are finite and the loss turns NaN later.
Zeros that are counts or one-hot flags are no stand-ins.

References
----------
Little and Rubin, "Statistical Analysis with Missing Data" (3rd ed., 2019).
Smith et al., "Using the ADAP learning algorithm to forecast the onset of diabetes mellitus" (1988): the data set whose
zeros are gaps.
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.inputs import InputStatistics
from lossclinic.evidence.targets import TargetStatistics

ID = "missing-values"
REMEDIES = ("impute-missing",)


def examine(inputs: InputStatistics, targets: TargetStatistics, recipe: Recipe) -> Finding:
    """Look for gaps in inputs and targets, then for stand-ins."""
    facts: list[Fact] = []
    gaps = 0 if "impute" in recipe.inputs else inputs.missing
    columns = [column for column in inputs.columns if column.missing] if gaps else []
    if gaps:
        names = ", ".join(column.name for column in columns[:5])
        facts.append(Fact(f"{gaps} input values are NaN or infinite (in {names})", gaps))
        facts.append(Fact(f"first rows with one: {', '.join(map(str, inputs.missing_rows))}"))
    if targets.missing:
        rows = ", ".join(map(str, targets.missing_rows))
        facts.append(Fact(f"{targets.missing} targets are NaN or infinite (rows {rows}); drop these rows"))
    if facts:
        return Finding(
            ID,
            "observed",
            severity=1.0,
            confidence=1.0,
            evidence=tuple(facts),
            where=Where(column=columns[0].name) if columns else None,
            remedies=REMEDIES if gaps else (),
            reason="a NaN in one row makes the loss and then every weight NaN",
        )
    stand_ins = [column for column in inputs.columns if column.sentinel is not None]
    if not stand_ins or inputs.image or inputs.tokens:
        return clearer(ID)("every input and target is a finite number")
    # A zero may be a measurement after all; -999 a hundred deviations below the rest is not.
    plain = any(column.sentinel for column in stand_ins)
    return Finding(
        ID,
        "observed" if plain else "suspected",
        severity=0.5 if plain else 0.3,
        confidence=0.8 if plain else 0.4,
        evidence=tuple(
            Fact(f"{c.name}: {c.sentinel_share:.0%} of the rows hold {c.sentinel:g}, far from all others", c.sentinel)
            for c in stand_ins[:5]
        ),
        where=Where(column=stand_ins[0].name),
        reason="a repeated value far from all others may stand for 'not measured'; if so, mark it as NaN and fill it",
    )


CAUSE = Cause(id=ID, title="Missing values", examine=examine, remedies=REMEDIES)
