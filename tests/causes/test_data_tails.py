"""Heavy tails are suspected where a few rows make up most of a spread."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.data import skewed_inputs
from lossclinic.core.architecture import make_layer
from lossclinic.core.rows import Plan
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.tails import tails
from tests.evidence.planting import binary, case, classes, dense

RNG = np.random.default_rng(5)
DIGITS = datasets.load_digits()
X = RNG.normal(size=(400, 4))
Y = X @ [1.0, -2.0, 0.5, 0.0]


def found(c):
    return skewed_inputs.examine(tails(c, c.recipe, Plan(), inputs(c)), c.recipe)


def with_slip(x, share=0.02):
    return np.where(np.random.default_rng(1).random(x.shape) < share, 100 * x, x)


@pytest.mark.parametrize("x", [np.exp(2 * X), with_slip(X), 1e6 + 1e-3 * np.exp(2 * X)])
def test_heavy_columns_are_suspected(x):
    finding = found(case(x, Y))
    assert finding.status == "suspected"
    assert finding.remedies == ("log-transform", "clip-outliers")
    assert finding.where.column.startswith("column")


def test_heavy_targets_are_suspected():
    finding = found(case(X, np.exp(Y)))
    assert finding.status == "suspected"
    assert finding.remedies == ("log-transform", "huber-loss")
    assert finding.where is None


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y),
        case(1000 * X, Y),
        case(RNG.exponential(size=(400, 4)), Y),
        case(np.concatenate([X] * 4 + [np.exp(X[:, :1])], axis=1), Y),
        case((RNG.random((400, 3)) < 0.01).astype(float), Y),
        case(np.exp(2 * X), Y, inputs=("log", "standardise")),
        case(with_slip(X), Y, inputs=("clip",)),
        case(X, np.exp(2 * Y / Y.std()), log_targets=True),
        case(X, np.exp(Y), loss_name="Huber"),
        binary(X, (Y > 4).astype(int)),
        classes(DIGITS.data, DIGITS.target),
        case(RNG.integers(0, 9, (400, 5)) ** 4, Y, layers=(make_layer("Embedding", "e", input_dim=10000),)),
        case(np.exp(2 * RNG.normal(size=(400, 5, 2))), Y, layers=(make_layer("LSTM", "l", units=3), dense(1))),
    ],
)
def test_ordinary_spreads_and_tamed_tails_are_clear(c):
    assert found(c).status == "clear"


def test_locked_rows_are_not_looked_at():
    c = case(X, Y)
    locked = Plan().locked(c.data, c.task)
    c.data.x[locked] *= 1e6
    assert found(c).status == "clear"
