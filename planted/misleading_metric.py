"""misleading-metric: what fit reports beside the loss says little about what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sklearn.datasets import make_friedman1

from planted import data
from planted.case import Material, Planted, graded
from planted.data import Table
from planted.healthy import CANCER, DIGITS, FRIEDMAN, RARE, WAVE, Training

CAUSE = "misleading-metric"
THINNED = ("too-few-examples", "noise-floor")
"""Few are left of the rare class, and another metric changes no score: both may be true of the rows."""
Rows = Callable[[int], Table]
FITTING = ("mae", "mse")
"""Sound metrics of a number, beside which a wrong one misleads less."""


def weighted(rows: Rows, training: Training = RARE) -> Callable[[int], Material]:
    """A training on few rows of one class, weighted so that both classes count the same."""

    def make(seed: int) -> Material:
        share = float(np.mean(rows(seed)[1]))
        weights = {0: 0.5 / (1 - share), 1: 0.5 / share}
        return replace(training, rows=rows, class_weight=weights, metrics=("accuracy",)).make(seed)

    return make


def fewer_eights(count: int) -> Callable[[int], Material]:
    """The rare digit, rarer: as many of it among 1,000 others."""

    def rows(seed: int) -> Table:
        x, y = data.rare_digit(seed)
        kept = (y == 0) | (np.cumsum(y) <= count)
        return x[kept], y[kept]

    return weighted(rows)


def floods(times: int) -> Callable[[int], Material]:
    """1,000 rows of Friedman's inputs; 1 in so many is a flood, one of his topmost values."""

    def rows(seed: int) -> Table:
        x, y = make_friedman1(1000, n_features=10, noise=1.0, random_state=seed)
        return data.shuffled(data.standard(x), (y > np.quantile(y, 1 - 1 / times)).astype(np.int64), seed)

    # Under RARE's own penalty, fifty floods among a thousand rows are learnt by heart.
    return weighted(rows, replace(RARE, l2=0.03))


def some_digits(count: int) -> Callable[[int], Material]:
    """The first so many digits as one-hot rows: the more columns, the more of a wrong answer's are right."""

    def rows(seed: int) -> Table:
        x, y = data.digits(seed)
        return x[y < count], np.eye(count, dtype=np.float32)[y[y < count]]

    loss = "categorical_crossentropy"
    return replace(DIGITS, rows=rows, outputs=count, loss=loss, metrics=("binary_accuracy",)).make


def accuracy_of_a_number(beside: int) -> Callable[[int], Material]:
    """Accuracy of a wave, beside so many metrics that suit it."""
    return replace(WAVE, metrics=(*FITTING[:beside], "accuracy")).make


PLANTED = (
    *graded("accuracy of {} eights", CAUSE, "rare digit", fewer_eights, (70, 55, 40), THINNED),
    *graded("accuracy of one flood in {}", CAUSE, "rare Friedman", floods, (11, 16, 20), THINNED),
    *graded("{} digits, column by column", CAUSE, "digits", some_digits, (3, 5, 10)),
    *graded("accuracy of a wave beside {}", CAUSE, "wave", accuracy_of_a_number, (2, 1, 0)),
)
NEAR_MISSES = (
    Planted("accuracy of even classes", CAUSE, "cancer", replace(CANCER, metrics=("accuracy",)).make),
    Planted(
        "accuracy of a rare digit beside its area", CAUSE, "rare digit", replace(RARE, metrics=("accuracy", "AUC")).make
    ),
    Planted("absolute error of a number", CAUSE, "friedman", replace(FRIEDMAN, metrics=("mae",)).make),
)
