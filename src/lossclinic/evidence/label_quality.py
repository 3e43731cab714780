"""How far the targets contradict what models, trained on other rows, say about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.rows import Plan
from lossclinic.core.task import Task
from lossclinic.evidence.suspects import FOLDS, deviations, doubtful_labels, off_by_far, out_of_fold

Array = np.ndarray[Any, Any]
MOST_ROWS = 3000
FEWEST_ROWS = 100
SUREST = 0.25
NEAR, GROSS = 4.0, 8.0
SHOWN = 5
GROSS_SHARE, FEWEST_GROSS = 0.005, 3


@dataclass(frozen=True)
class LabelQuality:
    """Targets against out-of-fold predictions of a forest, locked rows left out.

    Attributes:
        rows: rows that were looked at.
        suspects: share of them that `evidence.suspects` mistrusts.
        wrong: classes: share of rows whose label the forest does not predict.
        constant: the same for the most frequent class as the answer for all.
        surest: rows in the quarter that the forest is surest about.
        surest_wrong: share of them with another label than the forest says.
        gross: numbers: share of rows more than 8 robust deviations off.
        between: share of rows 4 to 8 of them off: many where errors just have heavy tails, few where some are gross.
        foreseen: share of pairs (a gross row and another) that a forest ranks rightly, out of fold: near 0.5 for
            mistakes, high where large values follow from the inputs.
        examples: the first suspect rows, by number.
        reason: why nothing was measured; "" if it was.
    """

    rows: int = 0
    suspects: float = 0.0
    wrong: float = 0.0
    constant: float = 1.0
    surest: int = 0
    surest_wrong: float = 0.0
    gross: float = 0.0
    between: float = 0.0
    foreseen: float = 0.5
    examples: tuple[int, ...] = ()
    reason: str = ""

    @property
    def some_gross(self) -> bool:
        """Whether some numbers are grossly off: half a percent of them, and three at least."""
        return self.gross >= GROSS_SHARE and self.gross * self.rows >= FEWEST_GROSS


def label_quality(case: Case, plan: Plan) -> LabelQuality:
    """Measure how far the targets contradict the inputs."""
    data, task = case.data, case.task
    if task.kind == "multilabel":
        return LabelQuality(reason="several labels in a row are not judged")
    if np.asarray(data.x).dtype.kind not in "fiub" or architecture.has(case.recipe.model, "Embedding"):
        return LabelQuality(reason="the inputs are no rows of measurements")
    rows = np.setdiff1d(np.arange(len(data)), plan.locked(data, task))
    finite: Array = np.isfinite(np.asarray(data.y, dtype=np.float64).reshape(len(data), -1))
    rows = rows[np.asarray(finite.all(axis=1))[rows]]
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS])
    target = np.asarray(task.encode(data.y[rows])) if len(rows) else np.zeros(0, dtype=np.int64)
    if len(rows) < FEWEST_ROWS or (task.is_classes and len(np.unique(target)) < 2):
        return LabelQuality(len(rows), reason=f"{len(rows)} rows are too few to tell wrong targets from chance")
    guess = out_of_fold(data.x[rows], target, task)
    if not task.is_classes:
        off = np.abs(deviations(guess, target)).max(axis=1)
        found = off_by_far(guess, target)
        gross, between = float(np.mean(off > GROSS)), float(np.mean((off > NEAR) & (off <= GROSS)))
        return LabelQuality(
            len(rows), float(found.mean()), gross=gross, between=between,
            foreseen=_foreseen(data.x[rows], off > GROSS), examples=_first(rows, found),
        )  # fmt: skip
    found = doubtful_labels(guess, target)
    says = guess.argmax(axis=1)
    ordered = np.sort(guess, axis=1)
    sure = np.argsort(ordered[:, -2] - ordered[:, -1], kind="stable")[: int(SUREST * len(rows))]
    return LabelQuality(
        rows=len(rows),
        suspects=float(found.mean()),
        wrong=float(np.mean(says != target)),
        constant=1 - float(np.bincount(target).max() / len(target)),
        surest=len(sure),
        surest_wrong=float(np.mean(says[sure] != target[sure])),
        examples=_first(rows, found),
    )


def _foreseen(x: Array, gross: Array) -> float:
    """How well the inputs tell which rows are gross; 0.5 where too few are to tell."""
    if not FOLDS <= int(gross.sum()) <= len(gross) - FOLDS:
        return 0.5
    from sklearn.metrics import roc_auc_score

    chances = out_of_fold(x, gross.astype(np.int64), Task("binary", 2, (0.0, 1.0)))
    return float(roc_auc_score(gross, chances[:, 1]))


def _first(rows: Array, found: Array) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[found][:SHOWN])
