"""The task is read from the targets, also where loss and output are wrong."""

import numpy as np
import pytest

from lossclinic.core.architecture import make_layer
from lossclinic.core.task import infer_task

N = 120
RNG = np.random.default_rng(0)


def told(y, units, loss="MeanSquaredError", activation="linear"):
    layers = [make_layer("Dense", "out", units=units, activation=activation)]
    model = {"class_name": "Sequential", "config": {"layers": layers}}
    return infer_task(y, model, {"class_name": loss, "config": {}})


TWO, FIVE = np.arange(N) % 2, np.arange(N) % 5


@pytest.mark.parametrize("loss", ["BinaryCrossentropy", "MeanSquaredError", "CategoricalCrossentropy", "Hinge"])
@pytest.mark.parametrize("y", [TWO, TWO.astype(bool), TWO[:, None].astype(float), TWO * 2 - 1, TWO + 1])
@pytest.mark.parametrize("units", [1, 2])
def test_two_labels_are_two_classes_whatever_loss_and_output(y, loss, units):
    task = told(y, units, loss)
    assert (task.kind, task.outputs) == ("binary", 2)
    assert set(task.encode(y)) == {0, 1}
    assert task.classes == tuple(sorted({float(v) for v in np.ravel(y)}))


@pytest.mark.parametrize("loss", ["SparseCategoricalCrossentropy", "MeanSquaredError", "BinaryCrossentropy"])
@pytest.mark.parametrize("y", [FIVE, FIVE.astype(float), FIVE[:, None], FIVE + 1])
def test_few_whole_numbers_behind_as_many_units_are_classes(y, loss):
    task = told(y, 5, loss)
    assert (task.kind, task.outputs, task.one_hot) == ("multiclass", 5, False)
    np.testing.assert_array_equal(task.encode(y), FIVE)


def test_a_crossentropy_says_classes_even_with_one_unit():
    assert told(FIVE, 1, "SparseCategoricalCrossentropy").kind == "multiclass"


@pytest.mark.parametrize("loss", ["CategoricalCrossentropy", "MeanSquaredError", "BinaryCrossentropy"])
def test_one_hot_rows_are_exclusive_classes(loss):
    task = told(np.eye(5)[FIVE], 5, loss)
    assert (task.kind, task.outputs, task.one_hot) == ("multiclass", 5, True)
    np.testing.assert_array_equal(task.encode(np.eye(5)[FIVE]), FIVE)
    two = told(np.eye(2)[TWO], 2, loss)
    assert (two.kind, two.one_hot) == ("binary", True)


def test_several_yes_or_no_answers_are_labels():
    y = (RNG.random((N, 4)) < 0.5).astype(int)
    task = told(y, 4, "CategoricalCrossentropy")
    assert (task.kind, task.outputs) == ("multilabel", 4)
    assert task.encode(y).shape == (N, 4)
    assert not task.masks


def test_yes_or_no_at_each_place_is_a_mask():
    pictures = (RNG.random((N, 4, 3, 1)) < 0.5).astype(np.float32)
    task = told(pictures, 1, "BinaryCrossentropy", "sigmoid")
    assert (task.kind, task.outputs, task.masks) == ("multilabel", 12, True)
    assert task.encode(pictures).shape == (N, 12)


@pytest.mark.parametrize("loss", ["MeanSquaredError", "BinaryCrossentropy", "CategoricalCrossentropy"])
@pytest.mark.parametrize("y", [RNG.normal(size=N), RNG.normal(size=(N, 1)), RNG.normal(size=N) * 1000])
def test_fractions_are_numbers_whatever_the_loss(y, loss):
    assert told(y, 1, loss).kind == "regression"
    assert told(y, 1, loss).encode(y).shape == (N, 1)


def test_counts_behind_one_linear_unit_are_numbers():
    assert told(RNG.poisson(3, N), 1).kind == "regression"
    assert told(RNG.integers(0, 10_000, N), 1).kind == "regression"


def test_several_numbers():
    task = told(RNG.normal(size=(N, 3)), 3)
    assert (task.kind, task.outputs) == ("regression", 3)


def test_a_single_label_and_missing_targets_do_not_break_it():
    assert told(np.zeros(N), 1, "BinaryCrossentropy").classes == (0.0, 1.0)
    holed = np.where(RNG.random(N) < 0.2, np.nan, TWO)
    assert told(holed, 1).kind == "binary"
    assert told(np.full(N, np.nan), 1).kind in ("binary", "regression")
