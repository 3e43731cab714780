"""Planted situations and near misses of the causes that lie in the evaluation, and of the noise floor."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.evaluation import leakage, no_validation_set, unshuffled_split
from lossclinic.causes.generalisation import noise_floor
from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.evidence.references import References
from lossclinic.evidence.split_quality import split_quality
from tests.evidence.planting import baseline, binary, case, classes, marks

IRIS = datasets.load_iris()
WINE = datasets.load_wine()
DIGITS = datasets.load_digits()
CANCER = datasets.load_breast_cancer()
DIABETES = datasets.load_diabetes()
TAIL, GIVEN, NONE, SHUFFLED = Split("tail", 0.2), Split("given", 0.2), Split("none"), Split("shuffled", 0.2)
RNG = np.random.default_rng(2)


def mixed(x, y, seed=0):
    order = np.random.default_rng(seed).permutation(len(x))
    return np.asarray(x)[order], np.asarray(y)[order]


def order_of(c):
    return unshuffled_split.examine(split_quality(c, Plan()), c.recipe)


RAMP = np.linspace(0, 1, 300)[:, None]


@pytest.mark.parametrize(
    "c",
    [
        classes(IRIS.data, IRIS.target, split=TAIL),
        classes(WINE.data, WINE.target, split=GIVEN, n_train=142),
        case(RAMP, 3 * RAMP[:, 0], split=TAIL),
        classes(IRIS.data, IRIS.target, split=NONE, shuffle=False),
    ],
)
def test_ordered_rows_are_suspected(c):
    found = order_of(c)
    assert found.status == "suspected"
    assert found.remedies == ("shuffled-split",)


def test_classes_that_training_never_sees_are_named():
    c = classes(IRIS.data, IRIS.target, split=Split("tail", 0.34))
    assert "class 2" in order_of(c).evidence[0].text


@pytest.mark.parametrize(("jitter", "plain"), [(0.0, True), (0.2, True), (1.0, False)])
def test_a_third_of_the_targets_out_of_place_is_a_fact(jitter, plain):
    """A loose order is named whatever it costs; a hint of one has to show that it costs anything."""
    place = RAMP[:, 0] + np.random.default_rng(0).uniform(-jitter, jitter, 300)
    y = RAMP[np.argsort(place), 0]
    assert order_of(case(y[:, None], y, split=Split("tail", 0.3))).is_fact == plain


@pytest.mark.parametrize(
    "c",
    [
        classes(*mixed(IRIS.data, IRIS.target), split=TAIL),
        classes(DIGITS.data, DIGITS.target, split=TAIL, shuffle=False),
        classes(IRIS.data, IRIS.target, split=SHUFFLED),
        classes(IRIS.data, IRIS.target, split=NONE),
        case(DIABETES.data, DIABETES.target, split=TAIL),
        case(RAMP, np.sin(60 * RAMP[:, 0]), split=TAIL),
    ],
)
def test_rows_in_random_order_are_clear(c):
    assert order_of(c).status == "clear"


def leak(c):
    return leakage.examine(split_quality(c, Plan()), c)


def doubled(x, y, noise=0.0):
    x, y = mixed(x, y)
    cut = int(len(x) * 0.8)
    again = np.random.default_rng(1).integers(0, cut, len(x) - cut)
    jitter = noise * x.std(axis=0) * np.random.default_rng(4).normal(size=x[again].shape)
    return np.concatenate([x[:cut], x[again] + jitter]), np.concatenate([y[:cut], y[again]]), cut


def copied(make, x, y, noise=0.0):
    x, y, cut = doubled(x, y, noise)
    return make(x, y, split=GIVEN, n_train=cut)


def with_column(x, column):
    return np.column_stack([x, column])


@pytest.mark.parametrize(
    "c",
    [
        copied(binary, CANCER.data, CANCER.target),
        copied(classes, DIGITS.data, DIGITS.target),
        copied(case, DIABETES.data, DIABETES.target, noise=1e-5),
        case(with_column(DIABETES.data, DIABETES.target * 0.3 - 7), DIABETES.target),
        classes(with_column(IRIS.data[:, :2], 10.0 * IRIS.target), IRIS.target),
        binary(
            with_column(RNG.normal(size=(300, 4)), np.arange(300) % 2 + 0.01 * RNG.normal(size=300)), np.arange(300) % 2
        ),
    ],
)
def test_leaks_are_observed(c):
    assert leak(c).status == "observed"


CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 50, dtype=float)
STRONG = RNG.normal(size=(400, 3))


@pytest.mark.parametrize(
    "c",
    [
        binary(CORNERS, (CORNERS[:, 0] != CORNERS[:, 1]).astype(int), split=TAIL),
        classes(*mixed(IRIS.data, IRIS.target), split=TAIL),
        classes(DIGITS.data, DIGITS.target, split=TAIL),
        binary(STRONG, (STRONG[:, 0] > 0).astype(int)),
        case(STRONG, 3 * STRONG[:, 0] + STRONG[:, 1] + 0.1 * RNG.normal(size=400)),
        case(RAMP, 2 * RAMP[:, 0] + 1),
        case(np.repeat(np.arange(80.0), 5)[:, None], RNG.normal(size=400), split=Split("tail", 0.5)),
        binary(CANCER.data, CANCER.target, split=TAIL),
    ],
)
def test_honest_rows_and_strong_columns_are_clear(c):
    assert leak(c).status == "clear"


@pytest.mark.parametrize(
    "make",
    [
        lambda: classes(IRIS.data, IRIS.target, split=NONE),
        lambda: case(RAMP, RAMP[:, 0], split=NONE),
        lambda: binary(CANCER.data, CANCER.target, split=NONE),
    ],
)
def test_no_validation_rows_are_observed(make):
    c = make()
    found = no_validation_set.examine(c, c.recipe)
    assert (found.status, found.remedies) == ("observed", ())
    assert found.severity <= 0.2


@pytest.mark.parametrize("split", [TAIL, GIVEN, SHUFFLED])
def test_validation_rows_of_any_kind_are_enough(split):
    c = classes(IRIS.data, IRIS.target, split=split, n_train=120)
    assert no_validation_set.examine(c, c.recipe).status == "clear"


def noisy_line(n=300, noise=0.3):
    x = np.linspace(-1, 1, n)[:, None]
    return case(x, 2 * x[:, 0] + noise * np.random.default_rng(0).normal(size=n))


@pytest.mark.parametrize(
    "c", [noisy_line(), case(DIABETES.data, DIABETES.target), binary(CANCER.data[:, :2], CANCER.target)]
)
def test_a_network_as_good_as_all_references_is_at_the_floor(c):
    r = marks(c)
    assert noise_floor.examine(c, baseline(0.92 * r.best, r.best), r).status == "observed"


FLAT = References(
    (("trivial", 1.0), ("linear", 0.30), ("k-nearest neighbours", 0.31), ("boosted trees", 0.32)), (0.01,) * 4
)


@pytest.mark.parametrize(
    "b",
    [
        baseline(0.3, 0.5),
        baseline(0.05, 0.31),
        baseline(0.25, [0.5, 0.3, 0.25, 0.25, 0.28, 0.3, 0.3, 0.31]),
        baseline(0.3, [0.9, 0.7, 0.5, 0.45, 0.4, 0.36, 0.33, 0.3]),
    ],
)
def test_a_training_with_trouble_is_not_at_the_floor(b):
    assert noise_floor.examine(noisy_line(), b, FLAT).status == "clear"


def test_references_that_disagree_mark_no_floor():
    r = References((("trivial", 1.0), ("linear", 0.9), ("boosted trees", 0.3)), (0.01,) * 3)
    assert noise_floor.examine(noisy_line(), baseline(0.3, 0.3), r).status == "clear"


@pytest.mark.parametrize(("noise", "status"), [(0.28, "observed"), (0.1, "clear")])
def test_where_only_one_reference_gets_so_far_neighbouring_rows_must_show_the_noise(noise, status):
    scores = (("trivial", 1.0), ("linear", 0.3), ("k-nearest neighbours", 0.45), ("boosted trees", 0.43))
    r = References(scores, (0.01,) * 4, noise=noise)
    assert noise_floor.examine(noisy_line(), baseline(0.3, 0.3), r).status == status
