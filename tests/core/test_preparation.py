"""Preparation is fitted on training rows and then applied to any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossclinic.core.preparation import fit_inputs, fit_targets, log_targets, places_of, prepare
from lossclinic.core.steps import OneHot, Products, ordered
from lossclinic.core.tails import tail_share

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


def test_heavy_columns_become_logarithms_and_others_stay():
    normal = np.random.default_rng(0).normal(size=(500, 2))
    x = np.stack([np.exp(2 * normal[:, 0]), normal[:, 1]], axis=1)
    ready = prepare(fit_inputs(("log",), x), x)
    assert tail_share(x)[0] > 0.7
    assert tail_share(ready)[0] < 0.2
    np.testing.assert_allclose(ready[:, 1], x[:, 1], rtol=1e-6)
    # The order of the values stays.
    np.testing.assert_array_equal(np.argsort(ready[:, 0]), np.argsort(x[:, 0]))


def test_the_logarithm_is_the_same_in_any_unit():
    x = np.random.default_rng(1).standard_t(2, size=(500, 1))
    ready = [prepare(fit_inputs(("log",), rows), rows) for rows in (x, 1e4 * x + 7)]
    np.testing.assert_allclose(*ready, rtol=1e-2, atol=1e-2)


def test_far_out_values_move_to_the_edge_that_training_rows_give():
    train, other = np.arange(101.0)[:, None], np.array([[-1e6], [50.0], [1e6]])
    np.testing.assert_allclose(prepare(fit_inputs(("clip",), train), other)[:, 0], [-125, 50, 225])


def test_spare_columns_become_zero_and_the_first_of_two_equal_ones_stays():
    x = np.array([[1.0, 5, 1, np.nan], [2, 5, 2, np.nan], [3, 5, 3, 1]])
    ready = prepare(fit_inputs(("drop-constant",), x), x)
    np.testing.assert_array_equal(ready[:, :3], [[1, 0, 0], [2, 0, 0], [3, 0, 0]])
    np.testing.assert_array_equal(ready[:, 3], x[:, 3].astype(np.float32))


def test_codes_become_flags_behind_the_other_columns_and_unknown_ones_zeros():
    x = np.array([[3.0, 0.5], [7, 0.25], [9, 0.125]])
    step = OneHot(((0, (3.0, 7.0)),))
    np.testing.assert_array_equal(prepare(fit_inputs((step,), x), x), [[0.5, 1, 0], [0.25, 0, 1], [0.125, 0, 0]])


def test_what_a_column_says_is_found_again_behind_codes_and_products():
    rng = np.random.default_rng(0)
    x = np.stack([rng.normal(size=60), np.arange(60) % 3, rng.normal(size=60), np.arange(60) % 4], axis=1)
    codes = OneHot(((1, (0.0, 1.0, 2.0)), (3, (0.0, 1.0, 2.0, 3.0))))
    fitted = fit_inputs((Products(2), codes), x, x[:, 0] * x[:, 2])
    rows = prepare(fitted, x)
    places = [places_of(fitted, at, 4) for at in range(4)]
    assert [len(at) for at in places] == [1, 3, 1, 4]
    for column, values in ((1, codes.codes[0][1]), (3, codes.codes[1][1])):
        np.testing.assert_array_equal(rows[:, places[column]], x[:, [column]] == np.array(values))
    for column in (0, 2):
        np.testing.assert_allclose(rows[:, places[column][0]], x[:, column], rtol=1e-6)
    assert places_of(fit_inputs(("impute", "standardise"), x), 2, 4) == (2,)


def test_steps_have_one_order():
    step = OneHot(((0, (3.0, 7.0)),))
    assert ordered("standardise", step, "log", "impute") == ("impute", "log", step, "standardise")


@given(arrays(np.float64, 20, elements=st.floats(0, 1e6, width=32)))
def test_logarithms_of_targets_come_back(y):
    np.testing.assert_allclose(np.expm1(log_targets(y)), y, rtol=1e-9, atol=1e-9)


def test_targets_without_a_logarithm_become_missing():
    assert np.isnan(log_targets(np.array([-1.0, -5.0]))).all()
