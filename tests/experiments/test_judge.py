from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.gain import as_gain
from lossclinic.experiments.judge import LOOKS, compare, failure_bound, hopeless, judge, log_gains, rescue_p_value
from tests.experiments.trials import YARDSTICK, trial, trials

NULLS = {
    "normal": lambda rng, size: rng.normal(0, 0.2, size),
    "skewed": lambda rng, size: rng.exponential(0.2, size) - 0.2,
    "heavy tails": lambda rng, size: 0.1 * rng.standard_t(3, size),
}


def _judge(before, after, comparisons=1, min_gain=0.0, **options):
    return judge("arm", before, after, YARDSTICK, comparisons=comparisons, min_gain=min_gain, **options)


@pytest.mark.parametrize("name", NULLS)
def test_a_remedy_that_does_nothing_is_rarely_verified_although_we_look_three_times(name):
    rng = np.random.default_rng(3)
    wrong, repeats = 0, 400
    for _ in range(repeats):
        noise = NULLS[name](rng, 20)
        before, after = trials(np.ones(20)), trials(np.exp(noise))
        wrong += any(_judge(before[:n], after[:n], min_gain=0.05, locked=False).verified for n, _ in LOOKS)
    # 5 % and three standard errors of 400 repeats.
    assert wrong / repeats <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / repeats)


def test_a_large_and_steady_gain_is_verified_after_five_pairs():
    rng = np.random.default_rng(0)
    before = rng.uniform(0.9, 1.1, 5)
    verdict = _judge(trials(before), trials(before * rng.uniform(0.48, 0.52, 5)), comparisons=3, min_gain=0.05)
    assert verdict.verified
    assert verdict.low < 0.5 < verdict.high or math.isclose(verdict.median, 0.5, abs_tol=0.05)


def test_four_pairs_are_never_enough():
    verdict = _judge(trials([1.0] * 4), trials([0.1] * 4))
    assert not verdict.verified
    assert "needed" in verdict.why_not


def test_the_locked_rows_can_veto():
    before, after = trials([1.0, 1.1, 0.9, 1.0, 1.05], [1.0] * 5), trials([0.5, 0.56, 0.44, 0.5, 0.52], [1.2] * 5)
    assert not _judge(before, after).verified
    assert _judge(before, after, locked=False).verified


def test_a_remedy_that_fails_more_often_is_not_verified():
    before = trials([1.0, 1.1, 0.9, 1.0, 1.05, 1.0, 1.1, 0.9, 1.0, 1.05])
    after = [*trials([0.5, 0.56, 0.44, 0.5, 0.52, 0.5, 0.5, 0.5, 0.5]), trial(0.0, failed="non-finite loss")]
    verdict = _judge(before, after)
    assert not verdict.verified
    assert "failed" in verdict.why_not
    assert verdict.failures == pytest.approx(0.1)


def _some_stuck(pairs: int, stuck: int, seed: int = 0) -> list:
    """Trials that learn as well as any other, but for so many that learn nothing."""
    fine = 0.2 * np.exp(np.random.default_rng(seed).normal(0, 0.05, pairs))
    return trials(np.where(np.arange(pairs) < stuck, 1.0, fine))


def test_fewer_trainings_that_learn_nothing_are_verified_although_the_others_are_left_to_chance():
    verdict = _judge(_some_stuck(20, 6), _some_stuck(20, 0, seed=1), min_gain=0.05)
    assert verdict.p_better < 0.75
    assert verdict.verified
    assert (verdict.stuck_before, verdict.stuck) == (6, 0)
    assert not hopeless(verdict, 0.05)


@pytest.mark.parametrize(("before", "after"), [(3, 0), (6, 4), (4, 6)])
def test_as_many_or_a_few_less_may_be_chance(before, after):
    lost = _some_stuck(20, after, seed=1)[::-1]
    assert not _judge(_some_stuck(20, before), lost, min_gain=0.05).verified


def test_a_remedy_that_does_nothing_about_failing_seeds_is_rarely_verified():
    rng = np.random.default_rng(4)
    wrong, repeats = 0, 400
    for _ in range(repeats):
        before, after = (
            trials(np.where(rng.random(20) < 0.3, 1.0, 0.2 * np.exp(rng.normal(0, 0.1, 20)))) for _ in range(2)
        )
        wrong += any(_judge(before[:n], after[:n], min_gain=0.05, locked=False).verified for n, _ in LOOKS)
    assert wrong / repeats <= 0.05


def test_one_in_two_is_rescued_for_good_and_none_is_lost():
    pairs = [trial(s) for s in (1.0, 1.0, 0.2, 0.2)], [trial(s) for s in (0.2, 0.2, 0.2, 0.2)]
    assert rescue_p_value(*pairs, YARDSTICK) == pytest.approx(0.25)
    assert rescue_p_value(*pairs[::-1], YARDSTICK) == 1.0
    hardly = [trial(s) for s in (0.9, 0.9, 0.2, 0.2)]
    assert rescue_p_value(pairs[0], hardly, YARDSTICK) == 1.0


def test_a_gain_below_the_useful_one_is_not_verified_however_certain():
    before = np.linspace(0.9, 1.1, 20)
    verdict = _judge(trials(before), trials(before * 0.97), min_gain=0.05)
    assert not verdict.verified
    assert hopeless(verdict, 0.05)


@pytest.mark.parametrize(("pairs", "given_up"), [(5, False), (10, True), (20, True)])
def test_a_few_unlucky_pairs_are_no_reason_to_give_up(pairs, given_up):
    better, worse = np.full(pairs * 2 // 5, 0.2), np.full(pairs - pairs * 2 // 5, 0.525)
    verdict = _judge(trials(np.full(pairs, 0.5)), trials(np.concatenate([better, worse])), min_gain=0.05)
    assert verdict.p_better == pytest.approx(0.4)
    assert hopeless(verdict, 0.05) == given_up


def test_a_change_far_below_the_trivial_score_counts_for_nothing():
    assert as_gain(float(log_gains(trials([1e-6]), trials([1e-9]), YARDSTICK)[0])) < 0.001


def test_a_failed_run_counts_as_worse_than_any_finished_one():
    gain = log_gains([trial(0.0, failed="non-finite loss")], trials([5.0]), YARDSTICK)
    assert gain[0] > 0


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=30), st.floats(0, 1))
def test_correcting_for_overlap_only_makes_us_more_careful(gains, overlap):
    plain, careful = compare(np.array(gains)), compare(np.array(gains), overlap)
    assert careful.low <= plain.low + 1e-12
    assert careful.high >= plain.high - 1e-12
    assert plain.low - 1e-12 <= plain.median <= plain.high + 1e-12


@given(st.integers(1, 50), st.data())
def test_the_failure_bound_lies_above_the_rate_seen(runs, data):
    failures = data.draw(st.integers(0, runs))
    assert failures / runs <= failure_bound(failures, runs) <= 1.0


def test_no_failure_in_twenty_runs_still_allows_fourteen_per_cent():
    assert failure_bound(0, 20) == pytest.approx(1 - 0.05 ** (1 / 20))
