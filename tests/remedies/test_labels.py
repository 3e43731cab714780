"""Remedies of the targets on small cases by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import link_of
from lossclinic.engine.prepare import prepare_run
from lossclinic.remedies.labels import drop_suspect_labels, fix_label_encoding
from lossclinic.remedies.loss import label_smoothing, matching_loss
from tests.evidence.planting import binary, case

X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.arange(60) % 3
SPARSE = {"activation": "softmax", "loss_name": "SparseCategoricalCrossentropy"}


def labels_of(c, recipe):
    return prepare_run(c, Plan(), Run(recipe, 0)).train


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y + 1, units=3, **SPARSE),
        case(X, Y * 10 - 10, units=3, **SPARSE),
        binary(X, 2 * (Y == 0) - 1),
        binary(X, (Y == 0) + 1),
        binary(X, (Y == 0)[:, None] * 255),
    ],
)
def test_classes_are_counted_from_zero(c):
    (after,) = fix_label_encoding.apply(c.recipe, c)
    block = labels_of(c, after)
    np.testing.assert_array_equal(np.ravel(block.y), block.target)
    assert block.y.ndim == c.data.y.ndim
    assert set(np.ravel(block.y).tolist()) == set(range(len(c.task.classes)))
    assert not link_of(after, c.task).centre
    with pytest.raises(NotApplicable, match="fits the task"):
        matching_loss.apply(after, c)


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y, units=3, **SPARSE),
        case(X, Y + 1, units=4, **SPARSE),
        case(X, X[:, 0]),
        case(X, np.eye(3)[Y], units=3, activation="softmax", loss_name="CategoricalCrossentropy"),
        binary(X, 2 * (Y == 0) - 1, activation="tanh", loss_name="Hinge"),
    ],
)
def test_labels_that_are_read_rightly_stay(c):
    with pytest.raises(NotApplicable):
        fix_label_encoding.apply(c.recipe, c)


def with_mistakes(share=0.15, count=200):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(count, 3))
    wrong = rng.random(count) < share
    return x, ((x[:, 0] > 0) ^ wrong).astype(int), wrong


def test_suspect_training_rows_count_for_nothing_and_others_stay():
    x, y, wrong = with_mistakes()
    c = binary(x, y)
    (after,) = drop_suspect_labels.apply(c.recipe, c)
    rows = Plan().deal(c.data, c.task, after.split, 0, "screen")
    made = prepare_run(c, Plan(), Run(after, 0))
    dropped = made.train.weight == 0
    assert np.mean(dropped[wrong[rows.train]]) > 0.7
    assert np.mean(dropped[~wrong[rows.train]]) < 0.1
    for block in (made.validation, made.held_out):
        assert np.all(block.weight == 1)
    again = prepare_run(c, Plan(), Run(after, 0))
    np.testing.assert_array_equal(again.train.weight, made.train.weight)


def test_what_is_held_out_does_not_decide_which_rows_are_suspect():
    x, y, _ = with_mistakes()
    c = binary(x, y)
    (after,) = drop_suspect_labels.apply(c.recipe, c)
    rows = Plan().deal(c.data, c.task, after.split, 0, "screen")
    other = c.data.x.copy()
    other[rows.held_out] = 99.0
    moved = replace(c, data=replace(c.data, x=other))
    before, behind = (prepare_run(case, Plan(), Run(after, 0)).train.weight for case in (c, moved))
    np.testing.assert_array_equal(before, behind)


def test_gross_numbers_are_suspect():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 3))
    y = x[:, 0] + 0.1 * rng.normal(size=200)
    y[::20] += 30
    c = case(x, y)
    (after,) = drop_suspect_labels.apply(c.recipe, c)
    rows = Plan().deal(c.data, c.task, after.split, 0, "screen")
    weight = prepare_run(c, Plan(), Run(after, 0)).train.weight
    assert set(np.flatnonzero(weight == 0)) >= set(np.flatnonzero(rows.train % 20 == 0))
    assert np.mean(weight == 0) < 0.1


def test_nothing_is_judged_that_cannot_be():
    many = (np.random.default_rng(0).random((60, 4)) < 0.4).astype(float)
    for c in (
        case(X, many, units=4, activation="sigmoid", loss_name="BinaryCrossentropy"),
        binary(X[:40], Y[:40] == 0),
    ):
        with pytest.raises(NotApplicable):
            drop_suspect_labels.apply(c.recipe, c)


def test_labels_are_smoothed_where_the_loss_can():
    c = binary(X, (Y == 0).astype(int), from_logits=True, activation="linear")
    after = label_smoothing.apply(c.recipe, c)
    assert [r.loss["config"] for r in after] == [{"from_logits": True, "label_smoothing": s} for s in (0.05, 0.1, 0.2)]
    for other in (case(X, Y, units=3, **SPARSE), case(X, X[:, 0])):
        with pytest.raises(NotApplicable):
            label_smoothing.apply(other.recipe, other)
    with pytest.raises(NotApplicable):
        label_smoothing.apply(after[0], c)
