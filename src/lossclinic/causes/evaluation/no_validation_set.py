"""No rows are kept back to validate on.

What it is
----------
`fit` gets neither `validation_data` nor `validation_split`, so every row trains.

Why the loss stalls
-------------------
It need not stall. But nobody can see whether it does: the training loss falls while predictions on new rows get worse.

Evidence
--------
The arguments of `fit`.

What confirms it
----------------
It is a fact of the script. The experiments keep rows back themselves.

Easily confused with
--------------------
Cross-validation around several fits, or a later `evaluate` on other rows: then validation happens elsewhere.

References
----------
Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning" (2009), section 7.2.
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.recipe import Recipe
from lossclinic.evidence.history_curve import HistoryCurve

ID = "no-validation-set"


def examine(case: Case, recipe: Recipe) -> Finding:
    """Look at the split."""
    if recipe.split.kind != "none" or len(case.data) > case.data.n_train:
        return clearer(ID)("validation rows are set apart")
    line = case.source.fit.line if case.source.fit else None
    return Finding(
        ID,
        "observed",
        severity=0.1,
        confidence=1.0,
        evidence=(Fact(f"all {case.data.n_train} rows are trained on, none validates", case.data.n_train),),
        where=Where(line=line) if line else None,
        reason="without validation rows, overfitting stays unseen; experiments keep rows back themselves",
    )


def glance(history_curve: HistoryCurve) -> Finding:
    """See whether a log has a validation loss."""
    if not history_curve.measured or history_curve.validated:
        return clearer(ID)("there is a validation loss")
    fact = Fact("the log has a training loss and no validation loss")
    return Finding(ID, "observed", 0.1, 1.0, (fact,), reason="without validation rows, overfitting stays unseen")


CAUSE = Cause(id=ID, title="No validation set", examine=examine, glance=glance)
