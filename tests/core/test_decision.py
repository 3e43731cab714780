"""Thresholds on probabilities by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from lossclinic.core.decision import balanced_accuracy, best_threshold

RNG = np.random.default_rng(0)
RARE = (RNG.random(2000) < 0.05).astype(int)
LOW = np.clip(0.05 + 0.2 * RARE + 0.05 * RNG.normal(size=2000), 0.001, 0.999)


@pytest.mark.parametrize("threshold", [0.1, 0.15, 0.5])
def test_the_figure_is_that_of_scikit_learn(threshold):
    assert balanced_accuracy(RARE, LOW, threshold) == pytest.approx(balanced_accuracy_score(RARE, threshold <= LOW))


def test_no_other_cut_of_the_rows_is_better():
    chosen = balanced_accuracy(RARE, LOW, best_threshold(RARE, LOW))
    assert chosen > balanced_accuracy(RARE, LOW, 0.5) + 0.3
    assert chosen >= max(balanced_accuracy(RARE, LOW, cut) for cut in np.unique(LOW)) - 1e-3


def test_where_nothing_is_gained_the_threshold_stays():
    target = np.array([0, 0, 1, 1])
    assert best_threshold(target, np.array([0.1, 0.2, 0.8, 0.9])) == 0.5
    assert best_threshold(target, np.full(4, 0.3)) == 0.5


def test_one_class_alone_has_no_figure():
    assert math.isnan(balanced_accuracy(np.ones(4, int), np.full(4, 0.7), 0.5))
