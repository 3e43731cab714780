"""Some of the labels, or of the target numbers, are wrong.

What it is
----------
Rows that someone or something labelled by mistake; numbers in another unit, with a slipped decimal point, or made up.

Why the loss stalls
-------------------
What is wrong cannot be predicted, so the loss on new rows stays above that share. A network with room to spare learns
the wrong rows by heart, and is sure of itself where it is wrong; squared errors let a few gross numbers decide.

Evidence
--------
A forest judges every row from the other folds. Classes: 3 % of the rows that it is surest about bear another label, and
not much fewer than elsewhere (at least 0.4 times as many where the forest is rarely wrong, 0.6 times where it often
is): mistakes strike anywhere, honest doubt sits at the border.
Numbers: half a percent of gross errors, beyond 8 robust deviations, at least twice as many as from 4 to 8, and not
where the inputs foresee them.

What confirms it
----------------
Training without the suspect rows, or with smoothed labels, lowers the loss on held-out rows, which keep their labels.

Easily confused with
--------------------
`noise-floor`: classes that overlap, where the surest rows are right. `inputs-unrelated-to-targets`: then nothing is
sure. `skewed-inputs`: numbers with heavy tails, without a gap before the largest errors. `overfitting`: its remedies
help with wrong labels too, so either may be confirmed; that labels contradict the rest is true whatever helps.

References
----------
Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021).
Zhang et al., "Understanding deep learning requires rethinking generalization" (2017).
"""

from __future__ import annotations

import math

from lossclinic.causes._marks import clamp, clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.evidence.label_quality import LabelQuality

ID = "label-noise"
REMEDIES = ("drop-suspect-labels", "label-smoothing")
SURE_BUT_WRONG = 0.03
"""On trainings without wrong labels it is 0, and up to .05 where classes overlap by a third of their rows."""
EVEN, MORE_EVEN = 0.33, 0.45
"""Wrong labels strike the surest rows 0.4 to 1.1 times as often as all; overlapping clouds 0.1 to 0.3 times, and up to
0.6 times where the forest makes more than half the mistakes of the constant answer."""
SKILL = 0.62
"""The forest must make fewer mistakes than this share of the constant answer's."""
GAP = 2.0
FORESEEN = 0.75
"""Of pairs ranked rightly; mistakes that strike anywhere give 0.5, but for a few rows 0.7 by chance."""
MOST = 0.1
"""More gross rows than a tenth are a part of what the targets are like."""


def examine(label_quality: LabelQuality, case: Case) -> Finding:
    """Ask whether targets contradict the inputs even where these are clear."""
    clear, q = clearer(ID), label_quality
    if q.reason:
        return Finding(ID, "untestable", reason=q.reason)
    if not case.task.is_classes:
        return _numbers(q)
    if q.wrong > SKILL * q.constant:
        return clear("no model predicts the labels well enough to call any of them wrong")
    doubt = 2 * math.sqrt(q.surest_wrong * (1 - q.surest_wrong) / max(q.surest, 1))
    even = EVEN + MORE_EVEN * q.wrong / q.constant
    if q.surest_wrong < SURE_BUT_WRONG or q.surest_wrong - doubt <= 0 or q.surest_wrong < even * q.wrong:
        return clear("where models are sure, the labels agree")
    rows = ", ".join(map(str, q.examples))
    facts = (
        Fact(f"{q.surest_wrong:.0%} of the {q.surest} rows that trees are surest about bear another label"),
        Fact(f"{q.wrong:.0%} of all rows do", round(q.wrong, 3)),
        Fact(f"{q.suspects:.0%} of the rows are suspect, such as {rows}", round(q.suspects, 3)),
    )
    return Finding(
        ID,
        "suspected",
        severity=round(min(0.9, 2 * q.surest_wrong), 2),
        confidence=clamp(0.5 + q.surest_wrong),
        evidence=facts,
        remedies=REMEDIES,
        is_fact=True,
        reason=f"about {q.surest_wrong:.0%} of the labels contradict what rows like them say, however clear these are",
    )


def _numbers(q: LabelQuality) -> Finding:
    clear = clearer(ID)
    if not q.some_gross:
        return clear("no target is grossly off what rows like it say")
    if q.foreseen > FORESEEN or q.gross > MOST:
        return clear("the inputs tell which targets are far out, so these are no mistakes")
    if q.gross < GAP * q.between:
        return clear("large errors thin out without a gap: heavy tails, not gross mistakes")
    rows = ", ".join(map(str, q.examples))
    facts = (
        Fact(f"{q.gross:.1%} of the targets are more than 8 usual errors off, {q.between:.1%} 4 to 8", q.gross),
        Fact(f"suspect rows: {rows}", rows),
    )
    return Finding(
        ID,
        "suspected",
        severity=0.5,
        confidence=clamp(0.8),
        evidence=facts,
        remedies=REMEDIES[:1],
        is_fact=True,
        reason=f"{q.gross:.1%} of the targets are grossly off what rows like them say",
    )


CAUSE = Cause(id=ID, title="Wrong labels", examine=examine, remedies=REMEDIES)
