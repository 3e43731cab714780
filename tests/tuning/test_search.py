from __future__ import annotations

import math

import numpy as np
import pytest

from lossclinic.core.lab import Limit
from lossclinic.core.progress import Silent
from lossclinic.core.trial import NO_TIME
from lossclinic.tuning.nested import PAIRS, compare_locked, train_pairs
from lossclinic.tuning.sampling import Sampler, Told
from lossclinic.tuning.score import Rungs, race, score
from lossclinic.tuning.search import Pace, best_of, first, search
from lossclinic.tuning.space import derive

from ..experiments.trials import YARDSTICK, HandLab, trial
from .test_space import recipe

SPACE = derive(recipe(), 200)


def loss(made, seed):
    """Best at a learning rate of 0.003; Adam blows up at a large one."""
    if made.optimizer["class_name"] == "Adam" and made.learning_rate > 0.05:
        return "non-finite loss"
    noise = np.random.default_rng([seed, int(made.key[:8], 16)]).normal(0, 0.01)
    return 0.1 + abs(math.log10(made.learning_rate) + 2.5) + noise


def sampler(method="random", space=SPACE):
    return Sampler(space, method, 0, "study", None)


def go(lab, made, **changes):
    options = {
        "seeds": 2,
        "rungs": Rungs(),
        "points": 30,
        "until": lambda best: Limit(),
        "progress": Silent(),
    } | changes
    search(lab, SPACE, made, Pace(1.0, 1.0), **options)


def test_the_own_settings_are_the_first_point():
    made = sampler()
    assert first(HandLab(loss), SPACE, made, 2, 2) is not None
    (own,) = made.told
    assert own.point == SPACE.now
    assert len(own.scores) == 2


def test_a_search_finds_a_better_point_and_stops_at_the_number_asked_for():
    made = sampler()
    first(HandLab(loss), SPACE, made, 2, 2)
    go(HandLab(loss), made)
    assert len(made.told) == 30
    best = best_of(made.told)
    assert best.value < made.told[0].value
    assert best.value == pytest.approx(np.mean(best.scores))


def test_settings_that_fail_are_infeasible_not_errors():
    lab, made = HandLab(loss), sampler()
    hot = made.take({**SPACE.now, "optimizer": "Adam", "learning-rate": 0.2})
    (told,) = score(lab, SPACE, [hot], 2)
    assert (told.failed, told.value) == ("non-finite loss", 10 * YARDSTICK.trivial)


def test_a_search_ends_where_the_time_is_over():
    lab, made = HandLab(lambda made, seed: NO_TIME), sampler()
    assert first(lab, SPACE, made, 2, 2) is None
    go(lab, made)
    assert made.told == ()


def test_a_search_keeps_time_for_the_best_point_it_has():
    """A point that takes long to train takes long to compare, so the search ends the sooner."""
    asked = []

    def until(best):
        asked.append(best)
        return Limit()

    made = sampler()
    first(HandLab(loss), SPACE, made, 2, 2)
    go(HandLab(loss), made, until=until)
    assert asked[0] == made.told[0]
    assert [best.value for best in asked] == sorted((best.value for best in asked), reverse=True)
    assert asked[-1].value < asked[0].value


def test_the_best_step_is_read_off_the_mean_curve():
    made = sampler()
    candidate = made.take(SPACE.now)

    class Curves(HandLab):
        def train(self, runs):
            self.trained += runs
            rows = [(0.9, 0.5, 0.6), (0.9, 0.3, 0.1)]
            return tuple(curve(run, rows[run.seed]) for run in runs)

    def curve(run, scores):
        from dataclasses import replace

        blank = (float("nan"),) * 3
        return replace(
            trial(0.0), run_key=run.key, epochs=(1, 2, 3), held_out_score=scores, train_score=scores,
            train_loss=scores, val_loss=blank, chosen=2,
        )  # fmt: skip

    (told,) = score(Curves(loss), SPACE, [candidate], 2)
    assert (told.epochs, told.value, told.scores) == (3, pytest.approx(0.35), (0.6, 0.1))


def test_halving_gives_two_in_three_up_at_each_rung():
    lab, made = HandLab(loss), sampler()
    asked = made.ask(9, 1)
    rungs = Rungs("halving").epochs(90, 0)
    assert rungs == (10, 30)
    results = {told.number: told for told in race(lab, SPACE, asked, 2, rungs)}
    assert len(results) == 9
    ended = [told for told in results.values() if told.counts]
    assert len(ended) == 1
    stopped = [told for told in results.values() if told.stopped]
    assert all(told.value >= min(ended[0].scores) - 0.1 for told in stopped)
    assert {run.recipe.epochs for run in lab.trained} == {10, 30, SPACE.epochs}


def test_hyperband_takes_turns_and_short_trainings_have_no_rungs():
    turns = [len(Rungs("hyperband").epochs(90, batch)) for batch in range(4)]
    assert turns == [2, 1, 0, 2]
    assert Rungs("halving").epochs(2, 0) == ()
    assert Rungs().epochs(90, 0) == ()


def test_points_given_up_are_remembered_as_such():
    made = sampler()
    first(HandLab(loss), SPACE, made, 2, 2)
    go(HandLab(loss), made, rungs=Rungs("halving"), points=40)
    states = [(told.stopped, bool(told.failed)) for told in made.told]
    assert (True, False) in states
    assert len(states) == 40


@pytest.mark.parametrize(
    ("each", "compiling", "siblings"), [(1.0, 0.1, 1), (0.5, 3.0, 3), (0.01, 5.0, 4), (0.0, 0.0, 4)]
)
def test_points_share_a_structure_as_long_as_compiling_it_costs(each, compiling, siblings):
    assert Pace(each, compiling).siblings(2) == siblings


def test_the_pairs_are_fresh_seeds_and_the_locked_rows_are_scored():
    lab = HandLab(loss)
    better = recipe().with_learning_rate(0.003)
    (pairs,) = train_pairs(lab, recipe(), [better])
    assert len(pairs[0]) == len(pairs[1]) == PAIRS
    assert {(run.purpose, run.locked) for run in lab.trained} == {("confirm", True)}
    assert min(run.seed for run in lab.trained) >= 1000


def test_a_seed_without_time_for_both_is_in_neither():
    late = HandLab(lambda made, seed: NO_TIME if seed == 1003 and made.learning_rate == 0.003 else loss(made, seed))
    (pairs,) = train_pairs(late, recipe(), [recipe().with_learning_rate(0.003)])
    assert [len(side) for side in pairs] == [PAIRS - 1] * 2


def gains(redrawn, locked):
    """Pairs whose held-out and locked losses fall by so much."""
    return (
        tuple(trial(1.0, 1.0) for _ in redrawn),
        tuple(trial(1.0 - d, 1.0 - s) for d, s in zip(redrawn, locked, strict=True)),
    )


def test_the_interval_covers_the_choice_of_rows_too():
    steady = [0.29, 0.30, 0.31] * 3
    scattered = [0.1, 0.3, 0.5] * 3
    narrow = compare_locked(gains(steady, steady), YARDSTICK)
    wide = compare_locked(gains(scattered, steady), YARDSTICK)
    assert narrow.gain.median == pytest.approx(wide.gain.median)
    assert wide.gain.high - wide.gain.low > 5 * (narrow.gain.high - narrow.gain.low)
    assert narrow.gain.low > 0.25
    assert narrow.before.median == 1.0
    assert narrow.after.median == pytest.approx(0.70)
    assert narrow.p_better == 1.0


def test_the_interval_holds_the_true_gain_as_often_as_it_says():
    """Rows shift a gain of 20 % by a deviation of 0.1, the same for all pairs on the locked rows; seeds add 0.05."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        locked = 0.2 + rng.normal(0, 0.1) + rng.normal(0, 0.05, 10)
        redrawn = 0.2 + rng.normal(0, 0.1, 10) + rng.normal(0, 0.05, 10)
        after = [tuple(math.exp(-g) * (1 + 0.01) - 0.01 for g in side) for side in (redrawn, locked)]
        pairs = (tuple(trial(1.0, 1.0) for _ in range(10)), tuple(map(trial, *after)))
        nested = compare_locked(pairs, YARDSTICK)
        covered += nested.gain.low <= 1 - math.exp(-0.2) <= nested.gain.high
    assert covered >= 180


def test_too_few_pairs_say_nothing():
    assert compare_locked(gains([0.3] * 4, [0.3] * 4), YARDSTICK) is None


def test_several_arms_share_the_level():
    steady = [0.28, 0.30, 0.32] * 3
    one, four = (compare_locked(gains(steady, steady), YARDSTICK, arms) for arms in (1, 4))
    assert (one.level, four.level) == (0.95, 0.9875)
    assert four.gain.low < one.gain.low


def test_a_told_point_counts_only_where_it_was_trained_to_its_end():
    assert Told(0, {}, 0.5).counts
    assert not Told(0, {}, 0.5, stopped=True).counts
    assert not Told(0, {}, 10.0, "non-finite loss").counts
    assert not Told(0, {}, None).counts
