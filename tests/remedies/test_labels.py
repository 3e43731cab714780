"""Remedies of the targets on small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import link_of
from lossclinic.engine.prepare import prepare_run
from lossclinic.remedies.labels import fix_label_encoding
from lossclinic.remedies.loss import matching_loss
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
