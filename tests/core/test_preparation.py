"""Preparation is fitted on training rows and then applied to any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossclinic.core.preparation import fit_inputs, fit_targets, prepare

TABLES = arrays(np.float64, st.tuples(st.integers(2, 30), st.integers(1, 4)), elements=st.floats(-1e3, 1e3, width=32))


@given(TABLES)
def test_standardised_columns_have_mean_0_and_deviation_1(x):
    ready = prepare(fit_inputs(("standardise",), x), x)
    assert ready.dtype == np.float32
    assert ready.shape == x.shape
    spread = np.std(x, axis=0) > 1e-3
    np.testing.assert_allclose(ready.mean(axis=0)[spread], 0, atol=0.02 + 1e-6 * np.abs(x).max() / 1e-3)
    np.testing.assert_allclose(ready.std(axis=0)[spread], 1, atol=0.02)


@given(TABLES, st.integers(0, 10_000))
def test_filled_tables_are_finite_and_keep_what_was_there(x, seed):
    gaps = np.random.default_rng(seed).random(x.shape) < 0.3
    holed = np.where(gaps, np.nan, x)
    ready = prepare(fit_inputs(("impute",), holed), holed)
    assert np.isfinite(ready).all()
    np.testing.assert_array_equal(ready[~gaps], x[~gaps].astype(np.float32))


def test_infinities_are_missing_too_and_the_median_fills_them():
    x = np.array([[1.0], [2.0], [np.inf], [9.0]])
    assert prepare(fit_inputs(("impute",), x), x)[2, 0] == 2


def test_held_out_rows_are_prepared_with_the_training_rows_figures():
    train, other = np.array([[0.0], [2.0]]), np.array([[4.0]])
    assert prepare(fit_inputs(("standardise",), train), other)[0, 0] == 3


def test_images_are_standardised_by_channel():
    rng = np.random.default_rng(0)
    x = rng.normal([10, 200], [1, 50], (20, 5, 5, 2))
    ready = prepare(fit_inputs(("standardise",), x), x)
    np.testing.assert_allclose(ready.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(ready.std(axis=(0, 1, 2)), 1, atol=1e-4)


@pytest.mark.parametrize("steps", [("standardise",), ("impute",), ("impute", "standardise")])
@pytest.mark.parametrize("column", [[5.0, 5, 5], [np.nan, np.nan, np.nan]])
def test_columns_that_say_nothing_stay_harmless(steps, column):
    x = np.array([column, [1.0, 2, 3]]).T
    ready = prepare(fit_inputs(steps, x), x)
    assert np.isfinite(ready[:, 1]).all()
    assert np.isfinite(ready[:, 0]).all() == (np.isfinite(column).all() or "impute" in steps)


@given(TABLES)
def test_targets_come_back_from_their_standard_form(y):
    mean, deviation = fit_targets(y)
    assert mean.shape == deviation.shape == (1, y.shape[1])
    assert np.all(deviation > 0)
    np.testing.assert_allclose((y - mean) / deviation * deviation + mean, y, atol=1e-9 * (1 + np.abs(y).max()))


def test_flat_targets_and_missing_ones():
    mean, deviation = fit_targets(np.array([1.0, np.nan, 3.0]))
    assert (mean.item(), deviation.item()) == (2, 1)
