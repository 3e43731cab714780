"""Planted situations and near misses of the causes that lie in loss and output."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.loss import logits_mismatch, over_regularised, wrong_loss, wrong_output_activation
from lossclinic.core.architecture import make_layer
from lossclinic.evidence.output_contract import output_contract
from lossclinic.evidence.references import References
from tests.evidence.planting import baseline, binary, case, classes, dense

IRIS = datasets.load_iris()
CANCER = datasets.load_breast_cancer()
DIABETES = datasets.load_diabetes()
DIGITS = datasets.load_digits()
RNG = np.random.default_rng(0)
HOT = np.eye(3)[IRIS.target]
UNIT = RNG.random(150)
SIGNED = np.where(CANCER.target == 1, 1, -1)
MANY = (RNG.random((150, 4)) < 0.4).astype(float)
X = IRIS.data
SOFT = {"units": 3, "activation": "softmax"}


def look(cause, c):
    return cause.examine(output_contract(c, c.recipe), c)


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, CANCER.target, loss_name="MeanSquaredError"),
        binary(CANCER.data, CANCER.target, loss_name="CategoricalCrossentropy"),
        classes(X, IRIS.target, loss_name="CategoricalCrossentropy"),
        case(X, HOT, **SOFT, loss_name="SparseCategoricalCrossentropy"),
        case(X, HOT, **SOFT, loss_name="MeanSquaredError"),
        case(DIABETES.data, DIABETES.target, loss_name="BinaryCrossentropy"),
        case(X, MANY, units=4, activation="sigmoid", loss_name="CategoricalCrossentropy"),
        binary(CANCER.data, CANCER.target, loss_name="Hinge"),
        binary(CANCER.data, SIGNED, loss_name="SquaredHinge"),
    ],
)
def test_wrong_losses_are_suspected(c):
    found = look(wrong_loss, c)
    assert found.status == "suspected"
    assert set(found.remedies) == {"matching-loss", "matching-output"}
    assert found.where.layer == "out"


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, CANCER.target),
        binary(CANCER.data, CANCER.target, loss_name="BinaryFocalCrossentropy"),
        binary(CANCER.data, SIGNED, activation="tanh", loss_name="MeanSquaredError"),
        binary(CANCER.data, SIGNED, activation="linear", loss_name="Hinge"),
        binary(CANCER.data, SIGNED, activation="tanh", loss_name="SquaredHinge"),
        binary(CANCER.data, CANCER.target, activation="linear", from_logits=True),
        classes(X, IRIS.target),
        case(X, HOT, **SOFT, loss_name="CategoricalCrossentropy"),
        case(X, HOT, **SOFT, loss_name="KLDivergence"),
        case(X, UNIT, activation="sigmoid", loss_name="BinaryCrossentropy"),
        case(DIABETES.data, DIABETES.target, loss_name="MeanAbsoluteError"),
        case(X, MANY, units=4, activation="sigmoid", loss_name="BinaryCrossentropy"),
    ],
)
def test_pairs_that_fit_are_clear_of_everything(c):
    for cause in (wrong_loss, logits_mismatch, wrong_output_activation):
        assert look(cause, c).status == "clear"


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, CANCER.target, activation="linear"),
        classes(X, IRIS.target, activation="linear"),
        classes(X, IRIS.target, from_logits=True),
        binary(CANCER.data, CANCER.target, from_logits=True),
        case(X, HOT, units=3, loss_name="CategoricalCrossentropy"),
    ],
)
def test_logits_mismatches_are_suspected(c):
    assert look(logits_mismatch, c).status == "suspected"
    assert look(wrong_output_activation, c).status == "clear"


@pytest.mark.parametrize(
    "c",
    [
        case(DIABETES.data, DIABETES.target, activation="sigmoid"),
        case(DIABETES.data, DIABETES.target - 150, activation="relu"),
        case(DIABETES.data, DIABETES.target, activation="tanh"),
        case(DIABETES.data, DIABETES.target, activation="relu", standardise_targets=True),
        case(X, UNIT, activation="softmax"),
        binary(CANCER.data, CANCER.target, activation="softmax"),
        binary(CANCER.data, CANCER.target, activation="relu"),
        classes(X, IRIS.target, activation="sigmoid"),
        case(X, MANY, units=4, activation="softmax", loss_name="BinaryCrossentropy"),
    ],
)
def test_outputs_that_cannot_reach_the_targets_are_suspected(c):
    assert look(wrong_output_activation, c).remedies == ("matching-output",)


@pytest.mark.parametrize(
    "c",
    [
        case(X, UNIT, activation="sigmoid"),
        case(DIABETES.data, DIABETES.target, activation="relu"),
        case(X, UNIT * 2 - 1, activation="tanh"),
        case(DIABETES.data, DIABETES.target, activation="leaky_relu"),
    ],
)
def test_ranges_that_hold_all_targets_are_clear(c):
    assert look(wrong_output_activation, c).status == "clear"


def test_mismatches_that_may_cost_nothing_say_so():
    found = look(wrong_loss, binary(CANCER.data, CANCER.target, loss_name="MeanSquaredError"))
    assert found.severity < 0.5
    assert "often costs nothing" in found.reason


MARKS = References((("trivial", 1.0), ("linear", 0.3), ("boosted trees", 0.28)), (0.01,) * 3)


def regularised(*layers, train=0.6, held_out=None, train_loss=None, **recipe):
    c = classes(DIGITS.data[:300], DIGITS.target[:300], layers=layers, **recipe)
    b = baseline(train, train if held_out is None else held_out, train_loss=train_loss)
    return over_regularised.examine(c.recipe, b, MARKS, output_contract(c, c.recipe), c)


def penalty(kind, strength):
    return {"module": "keras.regularizers", "class_name": kind.upper(), "config": {kind: strength}}


def drop(rate, name="drop"):
    return make_layer("Dropout", name, rate=rate)


@pytest.mark.parametrize(
    "layers",
    [
        (dense(32, "relu", "h", kernel_regularizer=penalty("l2", 0.1)),),
        (dense(32, "relu", "h", kernel_regularizer=penalty("l1", 0.01)),),
        (dense(32, "relu", "h"), drop(0.9)),
        (dense(32, "relu", "h"), drop(0.6, "a"), dense(32, "relu", "i"), drop(0.6, "b")),
    ],
)
def test_too_much_regularisation_is_suspected(layers):
    found = regularised(*layers)
    assert found.status == "suspected"
    assert found.remedies == ("weaker-regularisation",)


@pytest.mark.parametrize(
    ("strength", "held_out", "status"), [(0.03, 0.4, "suspected"), (0.03, 0.28, "clear"), (3e-3, 0.4, "clear")]
)
def test_a_heavy_penalty_is_suspected_where_only_new_rows_are_predicted_badly(strength, held_out, status):
    layer = dense(32, "relu", "h", kernel_regularizer=penalty("l2", strength))
    found = regularised(layer, train=0.2, held_out=held_out)
    assert found.status == status
    # What the suspicion rests on is told.
    assert any(fact.text == "held-out score 0.4" for fact in found.evidence) == (status == "suspected")


def test_a_penalty_that_outweighs_the_data_adds_confidence():
    layer = dense(32, "relu", "h", kernel_regularizer=penalty("l2", 0.02))
    assert regularised(layer, train_loss=3.0).confidence > regularised(layer, train_loss=0.6).confidence


@pytest.mark.parametrize(
    ("layers", "train"),
    [
        ((dense(32, "relu", "h"), drop(0.2)), 0.6),
        ((dense(32, "relu", "h"), drop(0.5)), 0.2),
        ((dense(32, "relu", "h", kernel_regularizer=penalty("l2", 1e-4)),), 0.6),
        ((dense(32, "relu", "h", kernel_regularizer=penalty("l2", 0.1)),), 0.1),
        ((dense(32, "relu", "h"),), 0.9),
    ],
)
def test_regularisation_that_does_no_harm_is_clear(layers, train):
    assert regularised(*layers, train=train).status == "clear"


@pytest.mark.parametrize(("strength", "status"), [(3e-3, "clear"), (0.1, "suspected")])
def test_an_ordinary_penalty_is_not_blamed_for_a_loss_that_does_not_suit_the_task(strength, status):
    layer = dense(32, "relu", "h", kernel_regularizer=penalty("l2", strength))
    assert regularised(layer).status == "suspected"
    assert regularised(layer, loss_name="MeanSquaredError").status == status
