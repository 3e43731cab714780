import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.lab import Baseline
from lossclinic.core.recipe import Stop
from lossclinic.core.trial import NO_TIME
from lossclinic.evidence.loss_curve import loss_curve
from tests.causes.by_hand import SEEDS, HandLab, baseline, case, curve, failed, falling, trial

losses = st.lists(st.floats(0.01, 10.0), min_size=1, max_size=60)


def test_a_converged_curve_is_flat_at_the_end():
    shape = curve(falling(speed=20))
    assert shape.epochs == 100
    assert abs(shape.late_fall) < 0.005
    assert shape.fall > 0.8
    assert shape.plateau_at < 0.3


def test_a_curve_that_was_cut_off_is_still_falling():
    shape = curve(falling(speed=1))
    assert shape.late_fall > 0.05
    assert shape.held_out_late_fall > 0.05
    assert shape.best_at > 0.95


def test_held_out_loss_that_turns_is_rising():
    held_out = np.concatenate([np.linspace(1, 0.3, 30), np.linspace(0.3, 0.6, 70)])
    shape = curve(falling(), held_out)
    assert shape.rise == pytest.approx(1.0, abs=0.1)
    assert 0.2 < shape.best_at < 0.4
    assert shape.rising == 1


def test_trainings_that_learn_nothing_are_not_hidden_by_a_median():
    flat, fine = trial(np.ones(100), np.ones(100)), trial(falling(1.0, 0.1), falling(1.0, 0.1))
    lab, made = HandLab(), [baseline(lambda seed, n=n: flat if seed < SEEDS[0] + n else fine) for n in (0, 1)]
    never, once = (loss_curve(case(), base, lab) for base in made)
    count = len(made[0].seeds)
    assert (never.stuck, once.stuck) == (0, pytest.approx(1 / count))
    assert once.held_out == pytest.approx((1 + (count - 1) * never.held_out) / count)


def test_weights_of_the_best_epoch_have_no_rise_left():
    held_out = np.concatenate([np.linspace(1, 0.3, 30), np.linspace(0.3, 0.6, 70)])
    assert curve(falling(), held_out, stop=Stop(patience=None)).rise < 0.02


def test_swings_are_seen_and_a_steady_fall_is_none():
    swinging = 0.4 + 0.2 * (-1.0) ** np.arange(100)
    assert curve(swinging).oscillation > 0.3
    assert curve(falling(speed=2)).oscillation < 0.01


def test_the_gap_excludes_zero_only_where_seeds_agree():
    agreed = curve(falling(floor=0.1), falling(floor=0.5))
    assert agreed.gap.low > 0
    assert agreed.relative_gap > 0.6
    doubtful = loss_curve(case(), baseline(lambda s: trial([1, 0.5], [1, (0.2, 0.9, 0.5)[s - 1]])), HandLab())
    assert doubtful.gap.low < 0 < doubtful.gap.high


def test_one_seed_gives_no_interval():
    one = loss_curve(case(), Baseline((trial([1, 0.2], [1, 0.4]),), (1,)), HandLab())
    assert math.isinf(one.gap.high)


def test_failures_are_counted_without_those_that_had_no_time():
    trials = (failed(), trial([1.0, 0.5]), failed(NO_TIME))
    shape = loss_curve(case(history=(2.0, 1.0)), Baseline(trials, (1, 2, 3)), HandLab())
    assert shape.failed == 0.5
    assert shape.failures == ("non-finite loss",)
    assert shape.users_fall == pytest.approx(0.5)


def test_nothing_but_failures_is_not_measured():
    shape = loss_curve(case(), Baseline((failed(),), (1,)), HandLab())
    assert not shape.measured
    assert shape.failed == 1


@given(losses, st.floats(1e-3, 1e3))
def test_shape_does_not_depend_on_the_unit_of_the_loss(values, factor):
    first = loss_curve(case(), Baseline((trial(values),) * 2, (1, 2)), HandLab())
    scaled = Baseline((trial(np.array(values) * factor),) * 2, (1, 2))
    second = loss_curve(case(), scaled, HandLab(trivial=factor))
    for name in ("fall", "late_fall", "held_out_late_fall", "rise", "oscillation", "best_at", "relative_gap"):
        assert getattr(second, name) == pytest.approx(getattr(first, name), rel=1e-6, abs=1e-9)


@given(losses)
def test_monotone_curves_never_rise_and_never_fall_backwards(values):
    shape = loss_curve(case(), Baseline((trial(sorted(values, reverse=True)),) * 2, (1, 2)), HandLab())
    assert shape.rise == 0
    assert shape.rising == 0
    assert shape.late_fall >= -1e-9
    assert shape.fall >= 0


@given(losses, losses)
def test_positions_and_shares_stay_in_range(train, held_out):
    size = min(len(train), len(held_out))
    made = Baseline((trial(train[:size], held_out[:size]),) * 2, (1, 2))
    shape = loss_curve(case(), made, HandLab())
    assert 0 < shape.best_at <= 1
    assert 0 < shape.plateau_at <= 1
    assert shape.rise >= 0
    assert shape.oscillation >= 0
