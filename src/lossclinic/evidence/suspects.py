"""Rows whose target contradicts what rows like them say, each judged by models that have not seen it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from lossclinic.core.task import Task

Array = np.ndarray[Any, Any]
FOLDS = 5
TREES = 60
LEAF = 3
"""Smallest leaf: a single wrong row never has a leaf of its own."""
FAR = 6.0
"""Deviations (from the median absolute one) beyond which a number is suspect; of 10**8 Gaussian ones, none is."""
BULK = 4.0
"""Deviations (from the median absolute one) of all targets to either side that the models learn from."""
TO_DEVIATION = 1.4826
"""Median absolute deviation to standard deviation, for a normal curve."""
MOST_LOST = 0.5
"""A class that would lose a larger share of its rows keeps them all: then the model is not to be trusted there."""


def out_of_fold(x: Array, target: Array, task: Task) -> Array:
    """Predictions for each row by a forest trained on the other folds.

    Args:
        x: inputs, shape (n, …), numeric; gaps are a value of their own.
        target: from `Task.encode`.
        task: decides between probabilities, shape (n, K), and numbers, shape (n, outputs).
    """
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict

    rows = np.asarray(x).reshape(len(x), -1).astype(np.float64)
    rows = np.where(np.isfinite(rows), rows, -1e6)
    settings: dict[str, Any] = {"n_estimators": TREES, "min_samples_leaf": LEAF, "random_state": 0}
    if not task.is_classes:
        folds = KFold(FOLDS, shuffle=True, random_state=0)
        fitted = _within(target)
        flat = fitted[:, 0] if target.shape[1] == 1 else fitted
        guess = cross_val_predict(ExtraTreesRegressor(**settings), rows, flat, cv=folds)
        return np.asarray(guess).reshape(len(target), -1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class with fewer rows than folds
        guess = cross_val_predict(ExtraTreesClassifier(**settings), rows, target, cv=folds, method="predict_proba")
    chances = np.zeros((len(target), len(task.classes)))
    chances[:, np.unique(target)] = np.asarray(guess)
    return chances


def _within(target: Array) -> Array:
    """Numbers cut to the bulk of all: what the models learn from must not follow the gross ones."""
    middle = np.median(target, axis=0)
    reach = BULK * TO_DEVIATION * np.median(np.abs(target - middle), axis=0)
    return np.where(reach > 0, np.clip(target, middle - reach, middle + reach), target)


def suspects(x: Array, target: Array, task: Task) -> Array:
    """Which rows to mistrust, shape (n,), bool.

    Classes: rows off the diagonal of the confident joint, that is rows for which another class than their own is at
    least as likely as it is for the rows of that class on average. Numbers: rows far off what the others predict.

    Args:
        x: inputs of training rows, shape (n, …), numeric.
        target: from `Task.encode`.
        task: the task.

    References:
        Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021), section 3.1.
    """
    guess = out_of_fold(x, target, task)
    return doubtful_labels(guess, target) if task.is_classes else off_by_far(guess, target)


def doubtful_labels(chances: Array, label: Array) -> Array:
    """The confident-joint rule on out-of-fold probabilities (n, K) and class indices (n,)."""
    own = chances[np.arange(len(label)), label]
    usual = np.array([own[label == k].mean() if (label == k).any() else 2.0 for k in range(chances.shape[1])])
    confident = np.where(chances >= usual, chances, 0.0)
    found = (confident.max(axis=1) > 0) & (confident.argmax(axis=1) != label)
    for k in np.unique(label):
        if found[label == k].mean() > MOST_LOST:
            found[label == k] = False
    return found


def off_by_far(guess: Array, target: Array) -> Array:
    """Rows with a residual beyond `FAR` robust deviations in any output; both of shape (n, outputs)."""
    return np.asarray((np.abs(deviations(guess, target)) > FAR).any(axis=1))


def deviations(guess: Array, target: Array) -> Array:
    """Residuals in robust standard deviations, by output; 0 where more than half of them are equal."""
    missed = target - guess
    missed = missed - np.median(missed, axis=0)
    spread = TO_DEVIATION * np.median(np.abs(missed), axis=0)
    return np.where(spread > 0, missed / np.where(spread > 0, spread, 1.0), 0.0)
