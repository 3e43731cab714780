"""Whether training and validation rows come from the same distribution: a classifier tries to tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.rows import Plan

Array = np.ndarray[Any, Any]
MOST_ROWS = 1500
MOST_COLUMNS = 60
FEWEST = 20
FOLDS = 5


@dataclass(frozen=True)
class SplitShift:
    """Training against validation rows, measured without the locked rows.

    Attributes:
        auc: share of pairs (one row of each side) that a cross-validated forest ranks rightly; 0.5: alike.
        z: how many standard errors that lies above 0.5, were both sides alike (Hanley and McNeil 1982).
        column: the column that tells most alone; "" where no single one stands out.
        column_auc: the same measure for that column alone, 0.5 … 1.
        inside: error of a forest on training rows left out, as a share of the constant answer's.
        outside: error of the same forest, trained on training rows, on validation rows; same unit.
        reason: why nothing was measured; "" if it was.
    """

    auc: float = 0.5
    z: float = 0.0
    column: str = ""
    column_auc: float = 0.5
    inside: float = 0.0
    outside: float = 0.0
    reason: str = ""


def split_shift(case: Case, plan: Plan) -> SplitShift:
    """Compare the inputs of both sides of the user's split.

    References:
        Lopez-Paz and Oquab, "Revisiting classifier two-sample tests" (2017).
    """
    from lossclinic.evidence.split_quality import sides

    data, split = case.data, case.recipe.split
    x = np.asarray(data.x)
    if split.kind not in ("tail", "given") or x.dtype.kind not in "fiub":
        return SplitShift(reason="validation rows are drawn at random, or the inputs are no numbers")
    open_rows = np.setdiff1d(np.arange(len(data)), plan.locked(data, case.task))
    y = np.asarray(data.y, dtype=np.float64).reshape(len(data), -1)
    open_rows = open_rows[np.isfinite(y[open_rows]).all(axis=1)]
    a, b = (_thin(rows) for rows in sides(open_rows, data.n_train, split.kind, split.fraction))
    if min(len(a), len(b)) < FEWEST:
        return SplitShift(reason="too few rows on one side to tell")
    used = np.concatenate([a, b])
    flat = x[used].reshape(len(used), -1).astype(np.float64)
    # A gap is a value like any other here: more of them on one side is a difference too.
    flat = np.where(np.isfinite(flat), flat, -1e6)
    side = np.repeat([0, 1], [len(a), len(b)])
    rows = _few_columns(flat)
    auc = _auc(_told(rows, side), side)
    null = float(np.sqrt((len(used) + 1) / (12 * len(a) * len(b))))
    column, alone = _column(flat, side, case) if x.ndim == 2 else ("", 0.5)
    inside, outside = _errors(rows, np.asarray(case.task.encode(data.y[used])), side, case.task.is_classes)
    return SplitShift(auc, (auc - 0.5) / null, column, alone, inside, outside)


def _thin(rows: Array) -> Array:
    return rows if len(rows) <= MOST_ROWS else np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS])


def _few_columns(flat: Array) -> Array:
    if flat.shape[1] <= MOST_COLUMNS:
        return flat
    from sklearn.decomposition import PCA

    return PCA(min(MOST_COLUMNS, len(flat)), random_state=0, svd_solver="randomized").fit_transform(flat)


def _forest(classes: bool) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    settings: dict[str, Any] = {"n_estimators": 60, "min_samples_leaf": 3, "random_state": 0}
    return ExtraTreesClassifier(**settings, class_weight="balanced") if classes else ExtraTreesRegressor(**settings)


def _told(x: Array, side: Array) -> Array:
    """Out-of-fold probability of the validation side."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(_forest(True), x, side, cv=folds, method="predict_proba"))[:, 1]


def _auc(score: Array, side: Array) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(side, score))


def _column(flat: Array, side: Array, case: Case) -> tuple[str, float]:
    alone = [abs(_auc(flat[:, k], side) - 0.5) + 0.5 for k in range(min(flat.shape[1], 500))]
    best = int(np.argmax(alone))
    names = case.data.columns
    return (str(names[best]) if len(names) == flat.shape[1] else f"column {best}"), alone[best]


def _errors(x: Array, y: Array, side: Array, classes: bool) -> tuple[float, float]:
    """Error of a forest inside the training side (out of fold) and on the validation side."""
    from sklearn.model_selection import KFold, cross_val_predict

    a, b = side == 0, side == 1
    y = y if classes else y.reshape(len(y), -1)[:, 0]
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    inside = np.asarray(cross_val_predict(_forest(classes), x[a], y[a], cv=folds))
    outside = np.asarray(_forest(classes).fit(x[a], y[a]).predict(x[b]))
    if classes:
        usual = np.argmax(np.bincount(y[a]))
        scale = max(float(np.mean(y[a] != usual)), 1 / len(y))
        return float(np.mean(inside != y[a])) / scale, float(np.mean(outside != y[b])) / scale
    scale = float(np.var(y[a])) or 1.0
    return float(np.mean((inside - y[a]) ** 2)) / scale, float(np.mean((outside - y[b]) ** 2)) / scale
