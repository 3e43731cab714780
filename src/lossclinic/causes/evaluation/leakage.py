"""Validation rows or the target itself have leaked into what the network is given.

What it is
----------
Validation rows are copies of training rows, or one input column is the target in disguise.

Why the loss stalls
-------------------
It does not: it looks too good. Copies are recognised instead of predicted, a disguised target is copied through, and
both are gone when the model is used on new rows.

Evidence
--------
At least 5 validation rows and 5 % of them that equal, or nearly equal, a training row, target included, in data where
equal rows are no accident. A column that explains at least 98 % of the variance between classes (99 % of numeric
targets), while a forest on all other columns gets less than 90 % of the way to a perfect answer.

What confirms it
----------------
It is an observation on the rows. Asked for by name, `drop-leaking-columns` and `drop-leaking-rows` show what the
training is worth without what leaks: worse, and truer. Whether the column is known when predicting, only the owner of
the data can say.

Easily confused with
--------------------
A strong but honest feature: others then help as well, or it does not fix the class with a gap. Few distinct rows
(XOR, one-hot tables) repeat by nature. Measurements repeated with other outcomes are no copies.

References
----------
Kaufman, Rosset and Perlich, "Leakage in data mining: formulation, detection, and avoidance" (2012).
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.evidence.split_quality import SplitQuality

ID = "leakage"
COPIES = 0.05
FEWEST = 5


def examine(split_quality: SplitQuality, case: Case) -> Finding:
    """Look for copies across the split, then for columns that give the target away."""
    facts: list[Fact] = []
    rows = split_quality.validation_rows
    near = split_quality.near_copies
    if near >= COPIES and near * rows >= FEWEST:
        exact = split_quality.copies
        facts.append(Fact(f"{near:.1%} of the validation rows are copies of training rows ({exact:.1%} exact)", near))
    told = [column for column in split_quality.telltales if column.gives_away(case.task.is_classes)]
    facts += [
        Fact(f"{c.name} alone explains {c.alone:.1%} of the target; all others together {c.others:.0%}", c.alone)
        for c in told[:5]
    ]
    if not facts:
        return clearer(ID)("no copies across the split, and no column is the target in disguise")
    return Finding(
        ID,
        "observed",
        severity=0.8,
        confidence=0.9,
        evidence=tuple(facts),
        where=Where(column=told[0].name) if told else None,
        reason=f"{told[0].name} says the target nearly alone: check that it is known when predicting "
        "(`--try drop-leaking-columns` trains without it)"
        if told
        else "validation asks for rows that training has seen, so its score is too good "
        "(`--try drop-leaking-rows` trains without them)",
    )


CAUSE = Cause(id=ID, title="Leakage", examine=examine)
