from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.case import Case, Data, Observed
from lossclinic.core.task import Task
from lossclinic.core.trial import Arm
from lossclinic.experiments.budget import FEWEST_KEPT_ROWS, affordable, cost_factor, decided_once, row_limit
from lossclinic.experiments.clock import Clock, Count, WallClock
from tests.experiments.recipes import recipe
from tests.experiments.trials import HandLab

WALL = WallClock(0.0, 100.0, 2)


def _arms() -> list[Arm]:
    rates = [Arm(recipe(rate), ("learning-rate",), ("learning-rate-too-low",)) for rate in (0.02, 0.05, 0.1)]
    return [*rates, Arm(recipe(epochs=20), ("more-epochs",), ("too-few-epochs",))]


def _affordable(seconds_each: float, compile_s: float, left: float, clock: Clock = WALL) -> list[Arm]:
    return affordable(_arms(), recipe(), clock, left, seconds_each=seconds_each, compile_s=compile_s)


def _case(rows: int, seconds: float) -> Case:
    data = Data(np.zeros((rows, 1)), np.zeros(rows), rows)
    return Case("a", recipe(), Task("regression", 1), data, Observed(seconds=seconds))


def test_everything_is_tried_when_time_is_plenty():
    assert _affordable(0.1, 1.0, 1000) == _arms()


def test_when_time_is_short_each_remedy_keeps_one_strength_before_any_gets_two():
    kept = _affordable(1.0, 1.0, 7.0)
    assert {arm.remedies for arm in kept} == {("learning-rate",), ("more-epochs",)}
    assert len(kept) == 2


@given(st.floats(0, 50))
def test_more_time_never_means_fewer_arms(seconds):
    fewer = _affordable(1.0, 0.5, seconds)
    more = _affordable(1.0, 0.5, seconds * 2 + 1)
    assert len(fewer) <= len(more)


def test_smaller_batches_and_more_epochs_cost_more():
    base = recipe()
    assert cost_factor(base, replace(base, epochs=40)) == 4
    assert cost_factor(base, replace(base, batch_size=8)) == 4


def test_rows_are_thinned_only_where_the_users_own_training_is_long():
    assert row_limit(_case(100_000, 1.0), 120, 2) is None
    limit = row_limit(_case(100_000, 60.0), 120, 2)
    assert limit is not None
    assert FEWEST_KEPT_ROWS <= limit < 100_000
    assert row_limit(_case(100_000, 61.0), 121, 2) == limit


def test_a_fit_that_was_cut_short_is_judged_by_its_whole_length():
    case = _case(100_000, 1.0)
    cut = replace(case.observed, cut_short=True, history={"loss": (1.0, 0.9)})
    assert cut.seconds_for(case.recipe.epochs) == case.recipe.epochs / 2
    assert row_limit(replace(case, recipe=replace(case.recipe, epochs=200), observed=cut), 120, 2) is not None


def test_a_count_of_trainings_ignores_how_long_they_take():
    for each in (0.001, 1000.0):
        assert len(_affordable(each, each, 6.0, Count(100, lambda: 0))) == 3


def test_what_one_run_could_afford_is_what_the_next_one_tries():
    lab, arms, clock = HandLab(lambda recipe, seed: 1.0), _arms(), replace(WALL, granted=120.0)
    assert decided_once(lab, clock, arms, lambda: arms[1:3]) == arms[1:3]
    assert decided_once(lab, clock, arms, lambda: arms) == arms[1:3]
    assert decided_once(lab, replace(clock, granted=600.0), arms, lambda: arms) == arms
    assert decided_once(lab, clock, arms[1:], lambda: arms[1:]) == arms[1:]


def test_shares_are_taken_of_the_time_that_the_first_run_had():
    assert WALL.share(1.0) == 1 / 200
    assert replace(WALL, stop=90.0, span=100.0).share(1.0) == 1 / 200
