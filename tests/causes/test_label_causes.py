"""Planted situations and near misses of the causes that lie in the labels and the width of the output."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.labels import label_noise, wrong_label_encoding
from lossclinic.causes.loss import logits_mismatch, wrong_loss, wrong_output_activation, wrong_output_units
from lossclinic.core.rows import Plan
from lossclinic.evidence.label_quality import label_quality
from lossclinic.evidence.output_contract import output_contract
from tests.evidence.planting import binary, case, classes

IRIS = datasets.load_iris()
CANCER = datasets.load_breast_cancer()
DIABETES = datasets.load_diabetes()
DIGITS = datasets.load_digits()
SIGNED = np.where(CANCER.target == 1, 1, -1)
X, Y = IRIS.data, IRIS.target
HOT = np.eye(3)[Y]
NORMAL = np.random.default_rng(9).normal(size=(400, 3))
ALL = (wrong_label_encoding, wrong_output_units, wrong_loss, logits_mismatch, wrong_output_activation)
SPARSE = {"activation": "softmax", "loss_name": "SparseCategoricalCrossentropy"}


def look(cause, c):
    return cause.examine(output_contract(c, c.recipe), c)


def named(c):
    return [cause.ID for cause in ALL if look(cause, c).status != "clear"]


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, SIGNED),
        binary(CANCER.data, SIGNED, activation="linear", from_logits=True),
        binary(CANCER.data, CANCER.target + 1),
        binary(CANCER.data, CANCER.target * 255),
        case(X, Y + 1, units=3, **SPARSE),
        case(X, Y * 10, units=3, **SPARSE),
        case(CANCER.data, SIGNED, units=2, **SPARSE),
    ],
)
def test_labels_that_the_loss_cannot_read_are_suspected(c):
    found = look(wrong_label_encoding, c)
    assert named(c) == ["wrong-label-encoding"]
    assert found.remedies == ("fix-label-encoding",)
    assert found.is_fact


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, CANCER.target),
        binary(CANCER.data, SIGNED, activation="tanh", loss_name="MeanSquaredError"),
        binary(CANCER.data, SIGNED, activation="tanh", loss_name="Hinge"),
        case(X, Y + 1, units=4, **SPARSE),
        case(X, HOT, units=3, activation="softmax", loss_name="CategoricalCrossentropy"),
        case(X, Y * 0.5, units=1),
        case(X, Y, units=3, **SPARSE, labels="counted"),
    ],
)
def test_labels_that_the_loss_reads_are_clear(c):
    assert named(c) == []


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y, units=2, **SPARSE),
        classes(X, Y, units=1, activation="sigmoid", loss_name="BinaryCrossentropy"),
        classes(X, Y, units=1, activation="softmax", loss_name="SparseCategoricalCrossentropy"),
        case(X, X[:, :2], units=1),
        case(DIABETES.data, DIABETES.target[:, None], units=3),
        case(X, HOT, units=4, activation="softmax", loss_name="CategoricalCrossentropy"),
    ],
)
def test_outputs_of_the_wrong_width_are_suspected(c):
    found = look(wrong_output_units, c)
    assert found.status == "suspected"
    assert found.remedies == ("matching-output",)
    assert named(c) == ["wrong-output-units"]


def test_spare_units_are_remarked_on():
    found = look(wrong_output_units, case(X, Y, units=10, **SPARSE))
    assert found.status == "observed"
    assert found.severity <= 0.1


@pytest.mark.parametrize(
    "c",
    [
        case(X, X[:, :2], units=2),
        case(X, Y, units=4, **SPARSE),
        case(CANCER.data, CANCER.target, units=2, **SPARSE),
        case(DIABETES.data, DIABETES.target, units=2, loss_name="GaussianLikelihood"),
    ],
)
def test_outputs_of_the_right_width_are_clear(c):
    assert look(wrong_output_units, c).status == "clear"


def noise(c):
    return label_noise.examine(label_quality(c, Plan()), c)


def mistaken(y, share, seed=0):
    rng, many = np.random.default_rng(seed), int(y.max()) + 1
    return np.where(rng.random(len(y)) < share, (y + rng.integers(1, many, len(y))) % many, y)


def slipped(y, share=0.03, by=25.0):
    wrong = np.random.default_rng(3).random(len(y)) < share
    return np.where(wrong, y + by * y.std(), y)


def clouds(distance, rows=600):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1], rows // 2))
    return rng.normal(size=(rows, 2)) + distance * (y[:, None] - 0.5), y


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, mistaken(CANCER.target, 0.15)),
        classes(DIGITS.data[:700], mistaken(DIGITS.target[:700], 0.15)),
        classes(DIGITS.data[:700], mistaken(DIGITS.target[:700], 0.2, seed=1)),
        classes(DIGITS.data[:700], mistaken(DIGITS.target[:700], 0.08)),
        case(DIABETES.data, slipped(DIABETES.target)),
    ],
)
def test_wrong_labels_are_suspected(c):
    found = noise(c)
    assert found.status == "suspected"
    assert found.remedies[0] == "drop-suspect-labels"
    assert found.is_fact


@pytest.mark.parametrize(
    "c",
    [
        binary(CANCER.data, CANCER.target),
        classes(DIGITS.data[:700], DIGITS.target[:700]),
        classes(X, Y),
        binary(*clouds(0.7)),
        binary(*clouds(1.0)),
        binary(*clouds(1.5)),
        binary(CANCER.data, np.random.default_rng(0).permutation(CANCER.target)),
        binary(CANCER.data, (np.arange(569) % 20 == 0).astype(int)),
        case(DIABETES.data, DIABETES.target),
        case(DIABETES.data, np.exp(DIABETES.target / 60)),
        case(NORMAL, NORMAL[:, 0] ** 5),
        case(NORMAL, NORMAL[:, 0] + 20 * (NORMAL[:, 1] > 1.9)),
        case(DIABETES.data, DIABETES.target + 40 * np.random.default_rng(0).standard_t(2, 442)),
    ],
)
def test_rightly_labelled_rows_are_clear(c):
    assert noise(c).status == "clear"


def test_too_few_rows_tell_nothing():
    assert noise(binary(CANCER.data[:80], CANCER.target[:80])).status == "untestable"
