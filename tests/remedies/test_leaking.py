"""Remedies of leakage: what leaks is found in training rows and held-out rows alike, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.preparation import fit_inputs, prepare
from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.core.steps import Without
from lossclinic.core.trial import Run
from lossclinic.engine.prepare import prepare_run
from lossclinic.evidence.copies import copies
from lossclinic.evidence.split_quality import split_quality
from lossclinic.remedies.data import drop_leaking_columns, drop_leaking_rows, impute_missing, standardise_inputs
from tests.evidence.planting import binary, case

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
Y = (X[:, 0] + RNG.normal(size=300) > 0).astype(int)
TOLD = np.column_stack([X, 10.0 * Y - 3])
TWICE, TWICE_Y = np.concatenate([X, X[:60]]), np.concatenate([Y, Y[:60]])
GIVEN = Split("given", 1 / 6)


def treated(remedy, c):
    return remedy.apply(c.recipe, c, split_quality(c, Plan()))[0]


def test_the_column_that_says_the_target_is_zero_everywhere_and_others_stay():
    c = binary(TOLD, Y)
    after = treated(drop_leaking_columns, c)
    assert after.inputs == (Without((4,)),)
    made = prepare_run(c, Plan(), Run(after, 0))
    for block in (made.train, made.held_out):
        assert not block.x[:, 4].any()
        assert block.x[:, :4].std(axis=0).min() > 0.5


def test_gaps_in_a_column_that_goes_are_no_gaps_any_more():
    c = binary(np.where(RNG.random(TOLD.shape) < 0.05, np.nan, TOLD), Y)
    (filled,) = impute_missing.apply(replace(c.recipe, inputs=(Without((4,)),)), c)
    (both,) = standardise_inputs.apply(filled, c)
    rows = prepare(fit_inputs(both.inputs, c.data.x), c.data.x)
    assert np.isfinite(rows).all()
    assert not rows[:, 4].any()


@pytest.mark.parametrize("c", [binary(X, Y), case(X, 3 * X[:, 0] + RNG.normal(size=300)), binary(TWICE, TWICE_Y)])
def test_honest_columns_stay(c):
    with pytest.raises(NotApplicable, match="no column"):
        treated(drop_leaking_columns, c)


def test_training_rows_that_score_too_count_for_nothing_and_no_others():
    c = binary(TWICE, TWICE_Y, split=GIVEN, n_train=300)
    after = treated(drop_leaking_rows, c)
    rows = Plan().deal(c.data, c.task, after.split, 0, "screen")
    made = prepare_run(c, Plan(), Run(after, 0))
    outside = np.concatenate([rows.validation, rows.held_out, rows.locked])
    again = np.isin(rows.train, outside[outside >= 300] - 300)
    assert 20 < again.sum() < 60
    np.testing.assert_array_equal(made.train.weight == 0, again)
    assert (made.held_out.weight == 1).all()
    assert len(made.held_out) == len(rows.held_out)


@pytest.mark.parametrize(
    ("c", "why"),
    [
        (binary(TWICE, TWICE_Y, split=Split()), "no validation rows"),
        (binary(X, Y, split=Split("tail", 0.2)), "no training row"),
        (binary(np.round(TWICE[:, :2]), TWICE_Y, split=GIVEN, n_train=300), "no training row"),
        (binary(TWICE.astype("U4"), TWICE_Y, split=GIVEN, n_train=300), "no rows of measurements"),
    ],
)
def test_rows_stay_where_nothing_is_known_to_leak(c, why):
    with pytest.raises(NotApplicable, match=why):
        treated(drop_leaking_rows, c)


@pytest.mark.parametrize("width", [4, 50])
def test_near_copies_are_copies_and_repeated_measurements_are_not(width):
    x = RNG.normal(size=(200, width))
    y = RNG.normal(size=200)
    other = np.concatenate([x[:20] + 1e-6, x[20:40], RNG.normal(size=(50, width))])
    other_y = np.concatenate([y[:20], y[20:40] + 1, RNG.normal(size=50)])
    np.testing.assert_array_equal(copies(x, y, other, other_y), np.arange(200) < 20)
