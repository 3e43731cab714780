from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from lossclinic.reports.scale import fit_scale

finite = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(st.lists(finite, min_size=1, max_size=20))
def test_every_value_lies_on_the_axis_and_order_is_kept(values):
    scale = fit_scale(values)
    places = [scale.share(value) for value in sorted(values)]
    assert all(0 <= place <= 1 for place in places)
    assert places == sorted(places)


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=20))
def test_ticks_are_few_ascending_and_within_the_axis(values):
    scale = fit_scale(values, floor=0.0)
    ticks = scale.ticks()
    assert len(ticks) <= 9
    assert list(ticks) == sorted(set(ticks))
    assert all(scale.low - 1e-9 <= tick * 1.002 and tick <= scale.high * 1.002 for tick in ticks)


def test_a_wide_span_is_logarithmic_and_a_narrow_one_is_not():
    assert fit_scale([0.001, 1.0]).log
    assert not fit_scale([0.5, 1.0]).log
    assert not fit_scale([-1.0, 1000.0]).log


def test_errors_near_zero_start_at_zero():
    assert fit_scale([0.1, 1.0], floor=0.0).low == 0.0
    assert fit_scale([0.9, 1.0], floor=0.0).low > 0.5


def test_what_is_not_finite_is_left_out():
    scale = fit_scale([1.0, 2.0, math.inf, math.nan])
    assert scale.high < 3
    assert fit_scale([math.nan]).ticks()
