"""Answers that need no experiment: rows from which nothing can be learned, and trainings that could not be examined."""

from __future__ import annotations

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Evidence, causes
from lossclinic.core.finding import Finding
from lossclinic.core.report import Ending, FitReport
from lossclinic.core.rows import FEWEST_ROWS

GAPS = "missing-values"


def answer_at_once(case: Case) -> FitReport | None:
    """The answer where no training of any network could learn anything; None where experiments make sense.

    Args:
        case: the training.
    """
    found = _nothing_to_learn(case)
    if found is None:
        return None
    reason, hint = found
    evidence = Evidence({"case": case, "recipe": case.recipe})
    gaps: Finding = evidence.call(causes()[GAPS].examine)
    findings = (gaps,) if gaps.status == "observed" else ()
    return unexamined(case, f"The data must change, not the model: {reason}.", "data-must-change", hint, findings)


def unexamined(
    case: Case, answer: str, ending: Ending, note: str = "", findings: tuple[Finding, ...] = ()
) -> FitReport:
    """An answer without experiments.

    Args:
        case: the training.
        answer: the first line.
        ending: how it ended.
        note: what to do; may be empty.
        findings: what is known without training.
    """
    return FitReport(
        name=case.name,
        line=case.source.fit.line if case.source.fit else None,
        task=case.task.kind,
        rows={"train": len(case.data), "held_out": 0, "locked": 0},
        yardstick="",
        answer=answer,
        ending=ending,
        findings=findings,
        notes=(*((note,) if note else ()), *case.notes),
        history={name: tuple(values) for name, values in case.observed.history.items()},
    )


def _nothing_to_learn(case: Case) -> tuple[str, str] | None:
    """Why no network could learn from these rows, and what to do."""
    rows = len(case.data)
    if rows < FEWEST_ROWS:
        return f"with {rows} rows, no gain can be told from luck", f"at least {FEWEST_ROWS} rows are needed"
    targets = np.asarray(case.data.y).reshape(rows, -1)
    known = targets[np.isfinite(targets).all(axis=1)]
    if len(known) < FEWEST_ROWS:
        return (
            f"{len(known)} of {rows} rows have a target that is a number",
            "find out where the targets become NaN: often a division by zero, a log of zero or a join without a match",
        )
    # A row at a time: the first number ends the search, and a map of all of them would take a lot of memory.
    if not any(np.isfinite(row).any() for row in case.data.x):
        return "every input value is NaN or infinite", "look at the lines that read and scale the inputs"
    if (known == known[0]).all():
        value = f"{known[0, 0]:g}" if known.shape[1] == 1 else "one and the same row"
        return (
            f"every target is {value}, so there is nothing to tell apart",
            "look at the lines that make the targets, and at any filter or split of the rows before them",
        )
    return None
