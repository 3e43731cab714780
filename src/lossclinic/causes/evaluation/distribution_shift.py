"""Validation rows come from another distribution than training rows.

What it is
----------
Inputs that were measured elsewhere, later, in other units or on other subjects stand on one side of the split only.

Why the loss stalls
-------------------
The network is validated on what it was never shown. Its validation loss stays high, or rises, whatever it learns from
the training rows; and stop rules that watch it end training early.

Evidence
--------
A cross-validated forest tells the rows of the two sides apart: it ranks at least 70 % of the pairs rightly, four
standard errors above chance. Which column tells most alone; what a forest trained on the training side errs on either.

What confirms it
----------------
It is an observation on rows that the script set apart. Where the rows are simply the last ones (`validation_split`),
it is named only if a forest errs clearly more on them.

Easily confused with
--------------------
`unshuffled-split`: there the targets differ, and shuffling mends it. `leakage`: rows of both sides are too much alike.
`overfitting`: the held-out loss is high on rows drawn at random as well. A shift that is meant (tomorrow's rows, other
subjects) is how the model will be used: then it is the training rows that are too few or too narrow.

References
----------
Lopez-Paz and Oquab, "Revisiting classifier two-sample tests" (2017).
Quiñonero-Candela et al., "Dataset Shift in Machine Learning" (2009).
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.causes.evaluation.unshuffled_split import SHIFT, UNLIKELY
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.evidence.split_quality import SplitQuality
from lossclinic.evidence.split_shift import SplitShift

ID = "distribution-shift"
APART = 0.7
"""Share of pairs; with less, the two sides overlap so far that it rarely costs anything."""
ERRORS = 4.0
TELLING = 0.65
COSTLY = 1.4
"""Times the error on training rows left out; random halves of some hundred rows differ by less."""
COSTS_AT_LEAST = 0.1


def examine(split_shift: SplitShift, split_quality: SplitQuality) -> Finding:
    """Ask whether the two sides of the split can be told apart by their inputs."""
    clear = clearer(ID)
    if split_shift.reason:
        return clear(split_shift.reason)
    if split_shift.auc < APART or split_shift.z < ERRORS:
        return clear("no classifier tells training from validation rows")
    if split_quality.unseen or (split_quality.shift > SHIFT and split_quality.shift_p < UNLIKELY):
        return clear("the targets of both sides differ too; see unshuffled-split")
    inside, outside = split_shift.inside, split_shift.outside
    costly = outside > COSTLY * inside and outside - inside > COSTS_AT_LEAST
    if split_quality.kind == "tail" and not costly:
        return clear("the last rows differ from the others, but are no harder to predict")
    facts = [Fact(f"a forest ranks {split_shift.auc:.0%} of pairs of a training and a validation row", split_shift.auc)]
    told = split_shift.column if split_shift.column_auc >= TELLING else ""
    if told:
        facts.append(Fact(f"{told} alone ranks {split_shift.column_auc:.0%}", split_shift.column_auc))
    text = f"a forest errs {outside:.2f} on validation rows, {inside:.2f} on training rows left out (1: a constant)"
    facts.append(Fact(text, round(outside - inside, 3)))
    return Finding(
        ID,
        "observed",
        severity=0.6 if costly else 0.2,
        confidence=0.9,
        evidence=tuple(facts),
        where=Where(column=told) if told else None,
        reason=f"training and validation rows are not alike{f' ({told})' if told else ''}: find out how they were made",
    )


CAUSE = Cause(id=ID, title="Distribution shift", examine=examine)
