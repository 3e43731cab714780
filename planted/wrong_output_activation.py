"""wrong-output-activation: the output cannot reach the values that are to be predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planted import data
from planted.case import Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIABETES, DIGITS, FRIEDMAN, WAVE
from planted.tasks import THEMES, TWO_NUMBERS, dense, two_numbers

CAUSE = "wrong-output-activation"


def within(rows: Callable[[int], Table], low: float, high: float) -> Callable[[int], Table]:
    """The same rows with targets stretched to [low, high]."""

    def bounded(seed: int) -> Table:
        x, y = rows(seed)
        share = (y - np.min(y)) / (np.max(y) - np.min(y))
        return x, (low + (high - low) * share).astype(np.float32)

    return bounded


def raised(rows: Callable[[int], Table], by: float) -> Callable[[int], Table]:
    """The same rows with targets that lie higher."""

    def higher(seed: int) -> Table:
        x, y = rows(seed)
        return x, (y + by).astype(np.float32)

    return higher


def themes_of(count: int) -> Callable[[int], Table]:
    """800 rows of 12 measurements with any of 4 themes, about `count` of them in a row."""

    def rows(seed: int) -> Table:
        from sklearn.datasets import make_multilabel_classification

        made: Any = make_multilabel_classification(800, n_features=12, n_classes=4, n_labels=count, random_state=seed)
        x, y = made
        return data.standard(x).astype(np.float32), y.astype(np.float32)

    return rows


PLANTED = (
    *graded(
        "no negative numbers, Friedman raised by {}",
        CAUSE,
        "friedman",
        lambda by: replace(FRIEDMAN, rows=raised(data.friedman, by), output="relu").make,
        (1.0, 0.7, 0.0),
        ("dead-units",),
    ),
    *graded(
        "only numbers in [0, 1], a wave up to {}",
        CAUSE,
        "wave",
        lambda top: replace(WAVE, rows=within(data.wave, 0, top), output="sigmoid").make,
        (1.2, 1.5, 3.0),
    ),
    *graded(
        "only numbers in [-1, 1], diabetes within {}",
        CAUSE,
        "diabetes",
        lambda far: replace(DIABETES, rows=within(data.diabetes, -far, far), output="tanh").make,
        (2.5, 3.0, 4.0),
    ),
    *graded(
        "only numbers in [-1, 1], two numbers within {}",
        CAUSE,
        "two numbers",
        lambda far: replace(TWO_NUMBERS, rows=within(two_numbers, -far, far), build=dense(48, 2, "tanh")).make,
        (1.6, 2.0, 3.0),
    ),
    *graded(
        "softmax for rows of about {} of four themes",
        CAUSE,
        "themes",
        lambda count: replace(THEMES, rows=themes_of(count), build=dense(16, 4, "softmax")).make,
        (1, 2, 3),
    ),
    Planted("softmax of one unit", CAUSE, "cancer", replace(CANCER, output="softmax").make),
)
NEAR_MISSES = (
    Planted(
        "sigmoid for numbers in [0.1, 0.9]",
        CAUSE,
        "friedman",
        replace(FRIEDMAN, rows=within(data.friedman, 0.1, 0.9), output="sigmoid", l2=1e-4).make,
    ),
    Planted(
        "tanh for numbers in [-0.8, 0.8]",
        CAUSE,
        "wave",
        replace(WAVE, rows=within(data.wave, -0.8, 0.8), output="tanh").make,
    ),
    Planted("softmax of ten units", CAUSE, "digits", DIGITS.make),
)
