"""Every yardstick against a case worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lossclinic.core.task import Task
from lossclinic.core.trial import Answers
from lossclinic.loss_table.yardsticks import measures_of


def values(task, target, prediction):
    answers = Answers(np.asarray(target), np.asarray(prediction, dtype=float), 0.0, 10)
    return {name: measure.value(answers) for name, measure in measures_of(task).items()}


def test_two_classes():
    p = np.array([0.9, 0.4, 0.6, 0.1])
    found = values(Task("binary", 2, (0.0, 1.0)), [1, 1, 0, 0], np.stack([1 - p, p], axis=1))
    assert found["accuracy"] == found["balanced accuracy"] == 0.5
    assert found["precision"] == found["recall"] == found["F1"] == 0.5
    assert found["log-loss"] == pytest.approx(-np.mean(np.log([0.9, 0.4, 0.4, 0.9])))
    assert found["Brier score"] == pytest.approx(np.mean([0.01, 0.36, 0.36, 0.01]))
    assert found["average precision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_several_classes_count_the_same_however_rare():
    found = values(Task("multiclass", 3, (0.0, 1.0, 2.0)), [0, 0, 0, 1, 2], np.eye(3)[[0, 0, 0, 0, 2]])
    assert found["accuracy"] == 0.8
    assert found["balanced accuracy"] == found["recall"] == pytest.approx(2 / 3)
    assert found["F1"] == pytest.approx((6 / 7 + 0 + 1) / 3)


def test_a_certain_mistake_costs_much_and_not_infinity():
    found = values(Task("binary", 2, (0.0, 1.0)), [1, 0], [[1.0, 0.0], [1.0, 0.0]])
    assert 5 < found["log-loss"] < 6


def test_masks_are_overlap_of_each_picture_and_places_of_all():
    target = np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    found = values(Task("multilabel", 4, masks=True), target, [[0.9, 0.2, 0.7, 0.1], [0.1, 0.1, 0.1, 0.1]])
    assert found["Dice"] == pytest.approx((0.5 + 1) / 2)
    assert found["IoU"] == pytest.approx((1 / 3 + 1) / 2)
    assert found["F1"] == found["precision"] == found["recall"] == 0.5
    assert found["accuracy"] == 6 / 8


def test_a_yardstick_that_rows_do_not_have_is_not_a_number():
    found = values(Task("multilabel", 2), np.zeros((3, 2)), np.full((3, 2), 0.2))
    assert np.isnan(found["average precision"]) or found["average precision"] == 0
    assert found["accuracy"] == 1


def test_numbers():
    found = values(Task("regression", 1), [[0.0], [0.0], [0.0]], [[1.0], [-2.0], [30.0]])
    assert found == pytest.approx({"MSE": 905 / 3, "MAE": 11.0, "median error": 2.0})
