"""Codes are suspected where their order says less than their values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import datasets

from lossclinic.causes.data import unencoded_categories
from lossclinic.core import architecture
from lossclinic.core.architecture import make_layer
from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import fit_inputs, prepare
from lossclinic.core.rows import Plan
from lossclinic.core.steps import OneHot
from lossclinic.evidence.codes import codes
from lossclinic.remedies.data import one_hot_categories
from tests.evidence.planting import case, classes, dense

RNG = np.random.default_rng(5)
X = RNG.normal(size=(400, 2))
CODE = RNG.integers(0, 6, 400)
EFFECT = np.array([0.0, 3, -2, 1, 4, -3])[CODE]
TABLE = np.column_stack([X, CODE])
NOISE = RNG.normal(size=400)
DIGITS = datasets.load_digits()


def found(c):
    return unencoded_categories.examine(codes(c, c.recipe, Plan()), c.recipe, c)


@pytest.mark.parametrize(
    "c", [case(TABLE, X[:, 0] + EFFECT + NOISE), classes(TABLE, (EFFECT + NOISE > 0).astype(int)), case(TABLE, EFFECT)]
)
def test_names_that_are_taken_for_sizes_are_suspected(c):
    finding = found(c)
    assert finding.status == "suspected"
    assert finding.where.column == "column 2"
    assert finding.remedies == ("one-hot-categories",)


@pytest.mark.parametrize(
    "c",
    [
        case(TABLE, X[:, 0] + CODE + NOISE),
        case(TABLE, X[:, 0] + NOISE),
        case(np.column_stack([X, RNG.permutation(400)]), NOISE),
        case(np.column_stack([X, CODE > 2]), EFFECT),
        case(np.column_stack([X, CODE + 0.5]), EFFECT),
        classes(DIGITS.data, DIGITS.target),
        classes(TABLE, CODE),
        case(TABLE[:, 2:], EFFECT, layers=(make_layer("Embedding", "e", input_dim=9), dense(4))),
    ],
)
def test_sizes_counts_flags_pixels_tokens_and_labels_are_clear(c):
    assert found(c).status == "clear"


def test_locked_targets_are_not_looked_at():
    c = case(TABLE, NOISE.copy())
    locked = Plan().locked(c.data, c.task)
    c.data.y[locked] += 100 * EFFECT[locked]
    assert found(c).status == "clear"


def test_each_code_gets_a_column_and_the_model_as_many_inputs():
    c = case(TABLE, EFFECT, inputs=("standardise",))
    (treated,) = one_hot_categories.apply(c.recipe, c)
    step, scale = treated.inputs
    assert step == OneHot(((2, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)),))
    assert scale == "standardise"
    assert architecture.input_shape(treated.model) == (None, 8)
    assert prepare(fit_inputs(treated.inputs, c.data.x), c.data.x).shape == (400, 8)
    assert found(replace(c, recipe=treated)).status == "clear"


@pytest.mark.parametrize(
    ("c", "why"),
    [
        (case(X, EFFECT), "no column holds"),
        (case(DIGITS.data, DIGITS.target * 1.0), "no column holds"),
        (case(TABLE, EFFECT, layers=(make_layer("Normalization", "n", mean=[0, 0, 0]), dense(4))), "expects just"),
        (case(TABLE, EFFECT, initial="given"), "initial weights"),
        (case(X[:, :, None], EFFECT), "no table"),
    ],
)
def test_what_has_no_codes_or_cannot_take_more_columns_stays(c, why):
    with pytest.raises(NotApplicable, match=why):
        one_hot_categories.apply(c.recipe, c)
