"""Reference models score as they should, on any rows."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.core.architecture import make_layer
from lossclinic.core.canonical import canonical_json
from lossclinic.core.recipe import Split
from lossclinic.evidence.references import References
from tests.evidence.planting import binary, case, classes, marks

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))


def test_a_line_is_found_by_the_linear_model_and_its_noise_by_neighbours():
    x = np.linspace(-1, 1, 300)[:, None]
    r = marks(case(x, 3 * x[:, 0] + 0.2 * RNG.normal(size=300)))
    assert r.best_name == "linear"
    assert r.best == pytest.approx(0.04, rel=0.5)
    assert r.noise == pytest.approx(0.04, rel=0.5)
    assert r.lift > 0.9


def test_xor_needs_more_than_a_linear_model():
    r = marks(binary(X, ((X[:, 0] > 0) ^ (X[:, 1] > 0)).astype(int)))
    assert r.linear > 0.9 * r.trivial
    assert r.best < 0.8 * r.trivial


def test_shuffled_targets_are_not_predicted():
    iris = datasets.load_iris()
    r = marks(classes(iris.data, iris.target))
    assert r.permuted > 0.9 * r.trivial > r.best


def test_an_unshuffled_split_does_not_spoil_what_is_attainable():
    iris = datasets.load_iris()
    assert marks(classes(iris.data, iris.target, split=Split("tail", 0.34))).best < 0.4


def test_token_rows_are_read_as_bags():
    tokens = RNG.integers(1, 400, (400, 12))
    y = RNG.integers(0, 2, 400)
    tokens[:, 5] = np.where(y == 1, 7, 8)
    c = binary(RNG.permuted(tokens, axis=1), y, layers=(make_layer("Embedding", "e", input_dim=400, output_dim=4),))
    assert marks(c).best < 0.3


@pytest.mark.parametrize(
    "c",
    [
        case(X[:3], X[:3, 0]),
        classes(X[:12], np.arange(12) % 3),
        binary(X[:30], np.zeros(30, int)),
        case(np.full((40, 2), np.nan), X[:40, 0]),
        case(X, np.full(300, np.nan)),
        case(np.where(X > 1, np.inf, X), X[:, 0]),
        case(X, X[:, :3], units=3),
        case(X, (X[:, :3] > 0).astype(float), units=3, activation="sigmoid", loss_name="BinaryCrossentropy"),
        binary(X, (np.arange(300) < 6).astype(int)),
        classes(np.repeat(X, 30, axis=1)[:200], np.arange(200) % 4),
        case(np.array([["a"]] * 40), X[:40, 0]),
    ],
)
def test_awkward_rows_still_give_finite_marks(c):
    r = marks(c)
    assert r.scores[0][0] == "trivial"
    assert np.isfinite([score for _, score in r.scores]).all() or np.isnan(c.data.y).all()
    assert len(r.errors) == len(r.scores)


@pytest.mark.parametrize("noise", [None, 0.25, float("inf")])
def test_marks_come_back_from_plain_data(noise):
    made = References((("trivial", 1.0), ("linear", float("inf"))), (0.1, float("inf")), lift=0.5, noise=noise, rows=9)
    assert References.from_plain(json.loads(canonical_json(made))) == made
