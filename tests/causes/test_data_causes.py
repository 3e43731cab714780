"""Planted situations and near misses of the causes that lie in the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.data import (
    class_imbalance,
    inputs_unrelated_to_targets,
    missing_values,
    unscaled_inputs,
    unscaled_targets,
)
from lossclinic.core.architecture import make_layer
from lossclinic.core.recipe import Resampling
from lossclinic.core.rows import Plan
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.label_quality import label_quality
from lossclinic.evidence.targets import targets
from tests.evidence.planting import baseline, binary, case, classes, dense, marks

RNG = np.random.default_rng(3)
X = RNG.normal(size=(200, 4))
Y = X @ [1.0, -2.0, 0.5, 0.0] + 0.1 * RNG.normal(size=200)
DIGITS = datasets.load_digits()
IRIS = datasets.load_iris()
WINE = datasets.load_wine()
CANCER = datasets.load_breast_cancer()
DIABETES = datasets.load_diabetes(scaled=False)


def holed(x, share, value=np.nan, column=None):
    x = np.array(x, dtype=float)
    mask = np.random.default_rng(0).random(x.shape) < share
    if column is not None:
        mask &= np.arange(x.shape[1]) == column
    x[mask] = value
    return x


def missing(c):
    return missing_values.examine(inputs(c), targets(c), c.recipe)


@pytest.mark.parametrize(
    "c",
    [
        classes(holed(IRIS.data, 0.02), IRIS.target),
        case(holed(X, 0.05, np.inf), Y),
        binary(holed(CANCER.data, 0.01, column=3), CANCER.target),
    ],
)
def test_gaps_in_inputs_are_observed(c):
    found = missing(c)
    assert found.status == "observed"
    assert found.remedies == ("impute-missing",)
    assert found.evidence[0].value == int((~np.isfinite(c.data.x)).sum())


def test_gaps_in_targets_are_observed_and_cannot_be_filled():
    found = missing(case(X, np.where(np.arange(200) == 5, np.nan, Y)))
    assert found.status == "observed"
    assert found.remedies == ()


@pytest.mark.parametrize("value", [-999.0, 0.0])
def test_stand_ins_are_suspected(value):
    x = np.abs(X) + 50
    assert missing(case(holed(x, 0.1, value, column=1), Y)).where.column == "column 1"


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y),
        classes(DIGITS.data, DIGITS.target),
        case(np.random.default_rng(1).poisson(2.0, (200, 3)), Y),
        case((X > 0).astype(float), Y),
        case(holed(X, 0.05), Y, inputs=("impute",)),
    ],
)
def test_complete_inputs_are_clear(c):
    assert missing(c).status == "clear"


def unscaled(c):
    return unscaled_inputs.examine(inputs(c), c.recipe)


@pytest.mark.parametrize(
    "c",
    [
        classes(WINE.data, WINE.target),
        binary(CANCER.data, CANCER.target),
        case(X * [1000, 0.1, 1, 1], Y),
        classes(DIGITS.images[..., None] * 16, DIGITS.target),
        case(X * 0.001, Y),
        case(X + 5, Y, layers=(dense(8, "tanh", "h"),)),
        case(X[..., None] + 5, Y, layers=(make_layer("GRU", "g", units=4, activation="tanh"),)),
    ],
)
def test_unscaled_inputs_are_suspected(c):
    found = unscaled(c)
    assert found.status == "suspected"
    assert found.remedies == ("standardise-inputs",)


TOKENS = np.random.default_rng(0).integers(0, 5000, (100, 20))


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y),
        case(X + 5, Y),
        classes(IRIS.data, IRIS.target),
        classes(DIGITS.data / 16, DIGITS.target),
        classes(WINE.data, WINE.target, inputs=("standardise",)),
        classes(WINE.data, WINE.target, layers=(make_layer("Normalization", "n"), dense(8, "relu", "h"))),
        classes(WINE.data, WINE.target, layers=(make_layer("BatchNormalization", "n"), dense(8, "relu", "h"))),
        classes(
            DIGITS.images[..., None] * 16,
            DIGITS.target,
            layers=(make_layer("Rescaling", "r", scale=1 / 255, offset=0.0),),
        ),
        binary(TOKENS, TOKENS[:, 0] % 2, layers=(make_layer("Embedding", "e", input_dim=5000, output_dim=8),)),
    ],
)
def test_scales_that_do_no_harm_are_clear(c):
    assert unscaled(c).status == "clear"


def far_targets(c):
    return unscaled_targets.examine(targets(c), c, c.recipe)


@pytest.mark.parametrize("y", [DIABETES.target, np.resize(Y * 1000 + 2e5, 442), np.resize(Y * 1e-4, 442)])
def test_unscaled_targets_are_suspected(y):
    assert far_targets(case(DIABETES.data, y)).remedies == ("standardise-targets",)


@pytest.mark.parametrize(
    "c", [case(X, Y), case(X, Y * 1000, standardise_targets=True), classes(IRIS.data, IRIS.target), case(X, Y / 2 + 1)]
)
def test_targets_in_reach_are_clear(c):
    assert far_targets(c).status == "clear"


def imbalance(c, accuracy=0.9):
    return class_imbalance.examine(targets(c), c, c.recipe, baseline(0.3, 0.3, accuracy=accuracy))


def rare(x, y, keep, label):
    chosen = np.concatenate([np.flatnonzero(y != label), np.flatnonzero(y == label)[:keep]])
    return x[chosen], y[chosen]


@pytest.mark.parametrize(
    "c",
    [
        binary(*rare(CANCER.data, CANCER.target, 20, 0)),
        classes(*rare(DIGITS.data, DIGITS.target, 8, 9)),
        binary(X, (np.arange(200) < 6).astype(int)),
        classes(*rare(IRIS.data, IRIS.target, 3, 1)),
    ],
)
def test_rare_classes_are_suspected(c):
    found = imbalance(c)
    assert found.status == "suspected"
    assert found.remedies == ("class-weights", "oversample-smote")


def test_a_network_that_names_the_largest_class_is_a_stronger_suspicion():
    c = binary(X, (np.arange(200) < 10).astype(int))
    assert imbalance(c, 0.95).confidence > imbalance(c, 0.99).confidence


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, CANCER.target),
        classes(DIGITS.data, DIGITS.target),
        binary(X, (np.arange(200) < 40).astype(int)),
        binary(X, (np.arange(200) < 6).astype(int), class_weight={0: 1.0, 1: 30.0}),
        binary(X, (np.arange(200) < 6).astype(int), resampling=Resampling()),
        case(X, Y),
    ],
)
def test_even_or_treated_classes_are_clear(c):
    assert imbalance(c).status == "clear"


def unrelated(c, network):
    r = marks(c)
    trained = baseline(network * r.trivial, network * r.trivial)
    return inputs_unrelated_to_targets.examine(r, trained, c.recipe, label_quality(c, Plan()))


BIG = np.random.default_rng(5).normal(size=(600, 5))


@pytest.mark.parametrize(
    "c",
    [
        case(BIG, np.random.default_rng(6).normal(size=600)),
        binary(BIG, np.random.default_rng(7).integers(0, 2, 600)),
        classes(DIGITS.data, np.random.default_rng(8).permutation(DIGITS.target)),
    ],
)
def test_unrelated_inputs_are_observed(c):
    assert unrelated(c, 1.02).status == "observed"


def test_pictures_may_hide_a_relation():
    c = classes(
        DIGITS.images[..., None],
        np.random.default_rng(8).permutation(DIGITS.target),
        layers=(make_layer("Conv2D", "conv", filters=4), make_layer("Flatten", "flat")),
    )
    assert unrelated(c, 1.02).status == "suspected"


@pytest.mark.parametrize(
    "c",
    [
        case(DIABETES.data, DIABETES.target),
        classes(IRIS.data, IRIS.target),
        case(BIG, BIG[:, 0] * 0.5 + np.random.default_rng(1).normal(size=600)),
    ],
)
def test_related_inputs_are_clear_however_bad_the_network(c):
    assert unrelated(c, 1.5).status == "clear"


def test_a_network_that_predicts_proves_a_relation():
    assert unrelated(case(BIG, np.random.default_rng(6).normal(size=600)), 0.5).status == "clear"


def test_a_few_gross_numbers_hide_a_relation():
    slips = np.where(np.random.default_rng(2).random(600) < 0.06, 40.0, 0.0)
    found = unrelated(case(BIG, BIG[:, 0] + 0.1 * BIG[:, 1] + slips), 1.02)
    assert found.status == "clear"
    assert "label-noise" in found.reason


def test_few_rows_decide_nothing():
    c = case(BIG[:30], BIG[30:60, 0])
    assert unrelated(replace(c), 1.0).status == "untestable"
