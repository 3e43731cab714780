"""Changes of the input that nobody would notice turn the answer round.

What it is
----------
Many small changes, each in the direction that raises the loss, add up over hundreds of inputs. A network can be right
on every row and wrong on nearly all of them after a step of a tenth of a deviation.

Why the loss stalls
-------------------
It does not: the loss on rows as they are may be excellent. But it says nothing of rows that are measured a little
differently, or by somebody who wants the network to fail.

Evidence
--------
Only with `--robust EPS`. Held-out rows (never the locked ones) are moved as far as EPS allows by projected gradient
descent (PGD) on the margin between the right class and the next. Observed where that takes away more than a third of
what the network knows beyond guessing, while moves of the same length at random take away less than a third of that.

What confirms it
----------------
It is a fact about the trained network. The experiment trains on such rows (`adversarial-training`) and compares the
score under attack, in pairs and on fresh seeds as for every other remedy. It usually costs a little on rows as they
are, so the report shows that score beside it.

Easily confused with
--------------------
Noise: steps at random are measured beside it, and where they harm as much, the rows simply lie close to the boundary.
`overfitting`: the network is wrong on new rows already.

References
----------
Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples" (2015).
Madry et al., "Towards deep learning models resistant to adversarial attacks" (2018).
Carlini and Wagner, "Towards evaluating the robustness of neural networks" (2017): the margin as what is attacked.
"""

from __future__ import annotations

from lossclinic.causes._marks import clearer
from lossclinic.core.case import Case
from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Fact, Finding
from lossclinic.evidence.robustness import Robustness

ID = "not-robust"
REMEDIES = ("adversarial-training",)
COLLAPSE = 1 / 3
"""Share of the accuracy beyond guessing that goes."""
OF_RANDOM = 1 / 3
"""Random steps must cost less than this share of what the attack costs."""
LEAST_KNOWN = 0.1
"""Below a tenth above guessing there is nothing that could collapse."""


def examine(case: Case, robustness: Robustness) -> Finding:
    """Compare answers on rows as they are, moved against the network, and moved at random."""
    threat = robustness.threat
    if threat is None:
        return clearer(ID)("not looked into: ask for it with --robust")
    if not case.task.is_classes:
        return Finding(ID, "untestable", reason="answers that are numbers are not right or wrong")
    if not robustness.attacks:
        return Finding(ID, "untestable", reason="no trained network could be attacked")
    count = len(robustness.attacks)
    clean, moved, random = (
        sum(getattr(attack, name) for attack in robustness.attacks) / count for name in ("clean", "moved", "random")
    )
    guess = 1 / max(len(case.task.classes), 2)
    known = clean - guess
    text = f"{clean:.0%} of the held-out rows are answered right, {moved:.0%} after {threat.words}"
    if known < LEAST_KNOWN:
        return clearer(ID)(f"{clean:.0%} of the held-out rows are answered right: there is little to take away")
    lost = (clean - moved) / known
    if lost <= COLLAPSE or clean - random > OF_RANDOM * (clean - moved):
        return clearer(ID)(text)
    return Finding(
        ID,
        "observed",
        severity=round(min(lost, 1.0) / 2, 2),
        confidence=0.9,
        evidence=(
            Fact(text, round(moved, 3)),
            Fact(f"after moves of the same length at random it is {random:.0%}", round(random, 3)),
        ),
        reason="small changes of the inputs, chosen against the network, change many of its answers",
        remedies=REMEDIES,
        is_fact=True,
    )


CAUSE = Cause(id=ID, title="Not robust to small changes", examine=examine, remedies=REMEDIES)
