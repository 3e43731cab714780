"""Columns without information are observed in tables, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.data import constant_inputs
from lossclinic.core.architecture import make_layer
from lossclinic.core.errors import NotApplicable
from lossclinic.core.finding import LATENT
from lossclinic.core.rows import Plan
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.spare_columns import spare_columns
from lossclinic.remedies.data import drop_constant
from tests.evidence.planting import case, classes, dense

RNG = np.random.default_rng(5)
X = RNG.normal(size=(200, 4))
Y = X @ [1.0, -2.0, 0.5, 0.0]
DIGITS = datasets.load_digits()


def constant(c):
    return constant_inputs.examine(spare_columns(c, Plan(), inputs(c)), c.recipe)


def beside(*columns):
    return np.column_stack([X, *columns])


def test_one_value_and_copies_are_observed_and_named():
    finding = constant(case(beside(np.full(200, 0.5), X[:, 1]), Y))
    assert finding.status == "observed"
    assert finding.severity == LATENT
    assert finding.where.column == "column 4"
    assert "column 5 (as column 1)" in finding.evidence[1].text
    assert finding.remedies == ()


def test_a_large_constant_is_worth_a_trial_unless_it_is_scaled_away():
    c = case(beside(np.full(200, 2024.0)), Y)
    assert constant(c).remedies == ("drop-constant",)
    assert constant(replace(c, recipe=replace(c.recipe, inputs=("standardise",)))).remedies == ()


@pytest.mark.parametrize(
    "c",
    [
        case(X, Y),
        classes(DIGITS.data, DIGITS.target),
        case(beside(X[:, 1] + 1e-3 * RNG.normal(size=200)), Y),
        case(beside(*np.eye(9)[RNG.integers(0, 5, 200)].T), Y),
        case(beside(np.full(200, 7.0)), Y, inputs=("drop-constant",)),
        case(np.full((200, 6), 3), Y, layers=(make_layer("Embedding", "e", input_dim=9), dense(4))),
        case(np.repeat(X[:, :1], 5, axis=1), Y, layers=(make_layer("Reshape", "r", target_shape=(5, 1)), dense(4))),
    ],
)
def test_pixels_flags_tokens_signals_and_near_copies_are_clear(c):
    assert constant(c).status == "clear"


def test_spare_columns_are_left_out_and_the_rest_stays():
    c = case(beside(np.full(200, 7.0)), Y, inputs=("standardise",))
    (treated,) = drop_constant.apply(c.recipe, c)
    assert treated.inputs == ("drop-constant", "standardise")
    for other, why in ((case(X, Y), "no column"), (case(np.ones((200, 2)), Y), "would be left")):
        with pytest.raises(NotApplicable, match=why):
            drop_constant.apply(other.recipe, other)
