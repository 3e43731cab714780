"""So few rows validate that the validation score is mostly chance.

What it is
----------
The 95 % interval of the validation score is wider than the differences that one would act on.

Why the loss stalls
-------------------
It may not: the score that decides when training stops, and which change is kept, cannot tell better from worse. A stop
rule that watches a handful of rows ends early or late by luck.

Evidence
--------
Number of validation rows. For classes, Wilson's interval of the accuracy on held-out rows, beyond 12 points on either
side; for numbers, the spread of the errors of single rows, which leaves the score uncertain by more than a quarter of
the constant answer's score, or by more than itself.

What confirms it
----------------
It is an observation. Score by k-fold cross-validation (every row validates once), or set more rows apart; where one
training is long, repeat a random split over several seeds.

Easily confused with
--------------------
`too-few-examples`: the training rows are too few as well. `no-validation-set`: there is none at all. A tenth of many
rows is plenty: it is their number that counts, not their share.

References
----------
Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model selection" (1995).
Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.evidence.validation_noise import ValidationNoise

ID = "validation-too-small"
POINTS = 0.12
"""Fewer than about 15 rows of an easy task, 65 of one that is half right. Changes that are worth making are smaller."""
PART = 0.25
"""Of the constant answer's score; the explained variance is then known to within a quarter at best."""


MANY = 50
"""Rows beyond which the mean of squared errors is uncertain only where a few of them outweigh all others."""
WHOLE = 1.0
"""Of the score itself: about 8 rows with normal errors. Half the score and twice the score cannot be told apart."""


def examine(validation_noise: ValidationNoise, case: Case) -> Finding:
    """Compare the interval of the validation score with what one would act on."""
    clear = clearer(ID)
    rows, half = validation_noise.rows, validation_noise.half_width
    if not rows:
        return clear("there are no validation rows; see no-validation-set")
    if half is None:
        return Finding(ID, "untestable", reason="the spread of single rows' errors could not be measured")
    classes = validation_noise.accuracy is not None
    if not classes and rows >= MANY:
        return clear(f"{rows} rows validate; where their score is uncertain, a few gross errors are to blame")
    if half <= (POINTS if classes else PART) and (validation_noise.of_score or 0.0) <= WHOLE:
        return clear(f"{rows} validation rows tell the score well enough")
    if classes:
        known = f"an accuracy of {validation_noise.accuracy:.0%} on {rows} rows is known to within {half:.0%} points"
    else:
        known = f"the score on {rows} rows is known to within {half:.0%} of the constant answer's"
    known = known.replace("% points", " points")
    line = case.source.fit.line if case.source.fit else None
    return Finding(
        ID,
        "observed",
        severity=round(min(0.5, half), 2),
        confidence=0.9,
        evidence=(Fact(f"{rows} rows validate", rows), Fact(known, round(half, 3))),
        where=Where(line=line) if line else None,
        reason=f"{known}: score by k-fold cross-validation, or set more rows apart",
    )


CAUSE = Cause(id=ID, title="Too few validation rows", examine=examine)
