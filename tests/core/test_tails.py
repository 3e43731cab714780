"""Tails are measured by what a few extreme values make up, whatever the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.tails import HEAVY, fences, tail_share

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(1000, 1))


@pytest.mark.parametrize("shape", [1.5, 2.0])
def test_log_normal_columns_are_heavy_and_their_logarithms_are_not(shape):
    assert tail_share(np.exp(shape * NORMAL))[0] >= HEAVY
    assert tail_share(NORMAL)[0] < 0.15


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_the_share_depends_on_neither_unit_nor_origin(origin, unit):
    x = np.exp(NORMAL)
    np.testing.assert_allclose(tail_share(origin + unit * x), tail_share(x), rtol=1e-4)


@pytest.mark.parametrize("column", [np.zeros(500), (np.arange(500) == 3) * 1.0, np.arange(500) % 7, np.arange(12.0)])
def test_flags_codes_constants_and_few_rows_have_no_tail(column):
    assert tail_share(np.asarray(column, dtype=float)[:, None])[0] == 0


def test_gaps_are_left_out():
    x = np.exp(2 * NORMAL)
    holed = np.concatenate([x, np.full((200, 1), np.nan), np.full((3, 1), np.inf)])
    np.testing.assert_allclose(tail_share(holed), tail_share(x))


def test_fences_lie_three_interquartile_ranges_out():
    low, high = fences(np.arange(101.0)[:, None])
    assert (low[0], high[0]) == (25 - 150, 75 + 150)


def test_a_column_of_mostly_one_value_has_no_fence():
    low, high = fences(np.where(np.arange(100) < 5, 9.0, 1.0)[:, None])
    assert (low[0], high[0]) == (-np.inf, np.inf)
