"""The metric that fit reports says little about what is asked for, or measures something else.

What it is
----------
Accuracy where one class is rare, or for numbers; an accuracy made for another kind of target or output than this one.

Why the loss stalls
-------------------
It does not: the metric hides how far training has come. With 94 % of one class, the constant answer is 94 % right. For
numbers, accuracy counts answers that equal the target to the last digit. A binary accuracy of one-hot rows counts
every column that is rightly 0.

Evidence
--------
The metrics that the model was compiled with, the shares of the classes (below 0.1, or 0.1/K of K classes, is rare), the
coding of the targets and the output.

What confirms it
----------------
It is an observation on the script: what a metric counts is known.

Easily confused with
--------------------
`class-imbalance`: there the training itself suffers. Accuracy beside AUC, precision or recall, or of classes of about
equal size, is a sound choice. Labels that the loss cannot read either are `wrong-label-encoding`.

References
----------
He and Garcia, "Learning from imbalanced data" (2009), section 4. Keras' documentation of the accuracy metrics.
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.yardstick import RARE_SHARE
from lossclinic.evidence.output_contract import OutputContract
from lossclinic.evidence.targets import TargetStatistics

ID = "misleading-metric"
HITS = ("accuracy", "acc", "binaryaccuracy", "categoricalaccuracy", "sparsecategoricalaccuracy")
OF_CLASSES = (*HITS, "auc", "precision", "recall", "f1score", "fbetascore", "topkcategoricalaccuracy")
FAIR = ("auc", "precision", "recall", "f1", "fbeta", "sensitivity", "specificity", "matthews", "balanced", "kappa")
"""Beginnings of the names of metrics that rare classes count in."""


def examine(case: Case, targets: TargetStatistics, output_contract: OutputContract) -> Finding:
    """Compare the compiled metrics with targets and output."""
    clear = clearer(ID)
    metrics = case.observed.metrics
    if not metrics:
        return clear("fit reports nothing but the loss")
    if output_contract.of("wrong-label-encoding"):
        return clear("the labels themselves are the fault, see wrong-label-encoding")
    found = _of_another_kind(metrics, case, output_contract) or _of_rare_classes(metrics, case, targets)
    if found is None:
        return clear(f"{', '.join(metrics)} suit the targets")
    text, value, severity = found
    line = case.source.compile.line if case.source.compile else None
    return Finding(
        ID,
        "observed",
        severity=severity,
        confidence=0.9,
        evidence=(Fact(text, value),),
        where=Where(line=line) if line else None,
        reason=text,
    )


def _of_another_kind(metrics: tuple[str, ...], case: Case, c: OutputContract) -> tuple[str, float | None, float] | None:
    """A metric made for other targets or another output, as (sentence, number, severity)."""
    task = case.task
    if task.kind == "regression":
        odd = next((name for name in metrics if name in OF_CLASSES), None)
        return (
            (f"{odd} is made for classes, the targets are numbers: nearly no answer equals one", None, 0.3)
            if (odd)
            else None
        )
    if not task.is_classes:
        return None
    many = len(task.classes)
    for name in metrics:
        if name == "binaryaccuracy" and many > 2:
            share = 1 - 2 / many
            return f"{name} counts columns one by one: {share:.0%} of a wrong answer's columns are right", share, 0.3
        if name == "categoricalaccuracy" and not task.one_hot:
            return f"{name} reads one-hot rows, the targets are class numbers", None, 0.3
        if name == "sparsecategoricalaccuracy" and (task.one_hot or c.units == 1):
            what = "the targets are one-hot rows" if task.one_hot else "of one output unit it always reads class 0"
            return f"{name} reads class numbers from several units; {what}", None, 0.3
        if name in ("accuracy", "acc", "binaryaccuracy") and c.units == 1 and many == 2:
            if task.classes != (0.0, 1.0):
                low, high = task.classes
                return f"{name} compares with 0 and 1, the labels are {low:g} and {high:g}", None, 0.3
            if c.from_logits and c.activation == "linear":
                return f"{name} cuts the output at 0.5; as a logit that is a probability of 0.62", 0.62, 0.15
    return None


def _of_rare_classes(
    metrics: tuple[str, ...], case: Case, targets: TargetStatistics
) -> tuple[str, float | None, float] | None:
    shares = targets.shares
    if not case.task.is_classes or len(shares) < 2 or any(name.startswith(FAIR) for name in metrics):
        return None
    named = next((name for name in metrics if name.partition(">")[0] in HITS), None)
    if named is None or min(shares) >= (RARE_SHARE if len(shares) == 2 else RARE_SHARE / len(shares)):
        return None
    rarest, usual = min(shares), max(shares)
    text = f"{named} hardly counts the rarest class ({rarest:.1%} of the rows): one answer for all is {usual:.0%} right"
    return text, usual, 0.4


CAUSE = Cause(id=ID, title="Misleading metric", examine=examine)
