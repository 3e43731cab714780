"""Balanced batches: equal shares, every rare row, a new choice of the frequent ones; trained as `fit` would."""

from __future__ import annotations

import numpy as np

from lossclinic.core.recipe import Resampling
from lossclinic.engine.orders import balanced_order
from tests.engine.as_fit import assert_trains_as_fit
from tests.engine.made import mlp, recipe_of

TARGET = np.repeat([0, 1, 2], [200, 60, 10])


def test_every_batch_holds_all_classes_in_equal_shares():
    order = balanced_order(TARGET, 0, 5)
    assert len(order) == len(TARGET)
    for batch in TARGET[order].reshape(-1, 30):
        assert np.bincount(batch).tolist() == [10, 10, 10]


def test_rare_rows_come_alike_and_frequent_ones_are_chosen_anew():
    first, second = balanced_order(TARGET, 0, 5), balanced_order(TARGET, 1, 5)
    assert np.bincount(first, minlength=270)[260:].tolist() == [9] * 10
    frequent = [set(order[TARGET[order] == 0].tolist()) for order in (first, second)]
    assert [len(rows) for rows in frequent] == [90, 90]
    assert frequent[0] != frequent[1]
    np.testing.assert_array_equal(balanced_order(TARGET, 1, 5), second)


def test_more_classes_than_fit_evenly_into_a_batch_take_turns():
    order = balanced_order(np.array([0, 1, 1, 1, 2]), 3, 0)
    assert sorted(np.array([0, 1, 1, 1, 2])[order[:3]].tolist()) == [0, 1, 2]


def test_training_is_that_of_fit_on_the_same_batches():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 2)).astype("float32")
    y = (x[:, 0] > 1.2).astype("int64")
    recipe = recipe_of(
        mlp(2, last="sigmoid"), "BinaryCrossentropy", "adam", batch_size=16, resampling=Resampling("batches")
    )
    assert_trains_as_fit(x, y, recipe)
