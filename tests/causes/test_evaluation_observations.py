"""Observations on how a training is judged: metrics, number and kind of validation rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.evaluation import distribution_shift, misleading_metric, validation_too_small
from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.evidence.output_contract import output_contract
from lossclinic.evidence.split_quality import split_quality
from lossclinic.evidence.split_shift import split_shift
from lossclinic.evidence.targets import targets
from lossclinic.evidence.validation_noise import validation_noise
from tests.evidence.planting import baseline, binary, case, classes, marks

IRIS = datasets.load_iris()
CANCER = datasets.load_breast_cancer()
DIABETES = datasets.load_diabetes()
RARE = (np.arange(569) % 20 == 0).astype(int)
HOT = np.eye(3)[IRIS.target]
SIGNED = np.where(CANCER.target == 1, 1, -1)
SOFT = {"units": 3, "activation": "softmax"}
ORDER = np.random.default_rng(5).permutation(569)
RNG = np.random.default_rng(0)
X, Y = (CANCER.data / CANCER.data.std(axis=0))[ORDER], CANCER.target[ORDER]


def reported(c, *metrics):
    c = replace(c, observed=replace(c.observed, metrics=metrics))
    return misleading_metric.examine(c, targets(c), output_contract(c, c.recipe)).status


@pytest.mark.parametrize(
    ("c", "metric"),
    [
        (binary(CANCER.data, RARE), "accuracy"),
        (case(DIABETES.data, DIABETES.target), "acc"),
        (case(DIABETES.data, DIABETES.target), "auc"),
        (case(IRIS.data, HOT, **SOFT, loss_name="CategoricalCrossentropy"), "binaryaccuracy"),
        (case(IRIS.data, HOT, **SOFT, loss_name="CategoricalCrossentropy"), "sparsecategoricalaccuracy"),
        (classes(IRIS.data, IRIS.target), "categoricalaccuracy"),
        (binary(CANCER.data, CANCER.target), "sparsecategoricalaccuracy"),
        (binary(CANCER.data, CANCER.target, activation="linear", from_logits=True), "accuracy"),
        (binary(CANCER.data, SIGNED, activation="tanh", loss_name="MeanSquaredError"), "accuracy"),
    ],
)
def test_metrics_that_mislead_are_observed(c, metric):
    assert reported(c, metric) == "observed"


@pytest.mark.parametrize(
    ("c", "metrics"),
    [
        (binary(CANCER.data, CANCER.target), ("accuracy",)),
        (binary(CANCER.data, RARE), ("accuracy", "auc")),
        (binary(CANCER.data, RARE), ()),
        (case(DIABETES.data, DIABETES.target), ("mae", "rootmeansquarederror")),
        (classes(IRIS.data, IRIS.target), ("accuracy", "sparsecategoricalaccuracy")),
        (binary(CANCER.data, CANCER.target, activation="linear", from_logits=True), ("binaryaccuracy>0",)),
        (binary(CANCER.data, SIGNED), ("accuracy",)),
    ],
)
def test_metrics_that_suit_are_clear(c, metrics):
    assert reported(c, *metrics) == "clear"


def small(c, accuracy=float("nan"), score=0.5):
    made = baseline(score, score, accuracy=accuracy)
    return validation_too_small.examine(validation_noise(c, made, marks(c)), c)


def test_a_handful_of_rows_is_too_few():
    assert small(classes(IRIS.data, IRIS.target, split=Split("tail", 0.05)), 0.96).status == "observed"
    numbers = case(DIABETES.data, DIABETES.target, split=Split("given", 0.02), n_train=433)
    assert small(numbers, score=3000.0).status == "observed"


def test_some_dozens_of_rows_are_enough():
    assert small(classes(IRIS.data, IRIS.target, split=Split("tail", 0.2)), 0.96).status == "clear"
    assert small(case(DIABETES.data, DIABETES.target, split=Split("tail", 0.2)), score=3000.0).status == "clear"
    assert small(classes(IRIS.data, IRIS.target, split=Split("none")), 0.96).status == "clear"


def test_a_network_that_has_not_learnt_yet_is_no_matter_of_its_validation_rows():
    thirty = classes(IRIS.data, IRIS.target, split=Split("tail", 0.2))
    assert small(thirty, 0.4, score=1.1).status == "clear"
    hard = classes(RNG.normal(size=(150, 4)), IRIS.target, split=Split("tail", 0.2))
    assert small(hard, 0.4, score=1.1).status == "observed"


def apart(c):
    return distribution_shift.examine(split_shift(c, Plan()), split_quality(c, Plan()))


def given(x, y, make=binary):
    return make(x, y, split=Split("given", 0.2), n_train=455)


def moved(x, by=1.0, columns=slice(None)):
    x = x.copy()
    x[455:, columns] += by
    return x


def test_rows_from_elsewhere_are_observed():
    found = apart(given(moved(X, 3.0, 4), Y))
    assert found.status == "observed"
    assert found.where.column == "column 4"
    assert apart(given(moved(X), Y)).severity >= 0.2


def test_random_rows_are_no_shift():
    assert apart(given(X, Y)).status == "clear"
    assert apart(binary(X, Y, split=Split("tail", 0.2))).status == "clear"
    assert apart(binary(X, Y, split=Split("shuffled", 0.2))).status == "clear"


def test_sorted_targets_are_another_cause():
    order = np.argsort(Y, kind="stable")
    assert "unshuffled-split" in apart(given(X[order], Y[order])).reason


def test_last_rows_that_are_no_harder_are_clear():
    noise = np.sort(np.random.default_rng(0).normal(size=569))
    assert apart(binary(np.column_stack([X, noise]), Y, split=Split("tail", 0.2))).status == "clear"
