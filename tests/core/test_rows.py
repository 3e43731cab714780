"""Rows are dealt so that nothing leaks, whatever the seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossclinic.core.case import Data
from lossclinic.core.recipe import Split
from lossclinic.core.rows import FEWEST_ROWS, HELD_OUT_SHARE, LOCKED_SHARE, Plan
from lossclinic.core.task import Task

CLASSES = Task("multiclass", 3, (0.0, 1.0, 2.0))
NUMBERS = Task("regression", 1)
SPLITS = st.sampled_from([Split(), Split("tail", 0.2), Split("given", 0.25), Split("shuffled", 0.3)])
PURPOSES = st.sampled_from(["screen", "confirm", "final"])
SIZES = st.integers(FEWEST_ROWS, 300)


NONE = Split()


def data(n, split=NONE, sort=False):
    rng = np.random.default_rng(n)
    y = rng.integers(0, 3, n)
    n_train = n - int(n * split.fraction) if split.kind == "given" else n
    return Data(rng.normal(size=(n, 2)), np.sort(y) if sort else y, n_train)


def parts(rows):
    return rows.train, rows.validation, rows.held_out, rows.locked


@settings(deadline=None)
@given(SIZES, SPLITS, st.integers(0, 1000), PURPOSES, st.sampled_from([CLASSES, NUMBERS]))
def test_the_four_parts_never_meet_and_miss_no_row(n, split, seed, purpose, task):
    rows = Plan(seed=3).deal(data(n, split), task, split, seed, purpose)
    together = np.concatenate(parts(rows))
    assert sorted(together) == list(range(n))


@settings(deadline=None)
@given(SIZES, SPLITS, st.lists(st.tuples(st.integers(0, 1000), PURPOSES), min_size=2, max_size=4))
def test_sizes_and_locked_rows_do_not_depend_on_the_seed(n, split, draws):
    dealt = [Plan(seed=5).deal(data(n, split), CLASSES, split, seed, purpose) for seed, purpose in draws]
    assert len({tuple(len(part) for part in parts(rows)) for rows in dealt}) == 1
    for rows in dealt:
        np.testing.assert_array_equal(rows.locked, dealt[0].locked)


@settings(deadline=None)
@given(st.integers(60, 300), SPLITS, st.integers(0, 1000))
def test_every_class_is_spread_over_training_held_out_and_locked_rows(n, split, seed):
    dealt = data(n, split, sort=True)
    rows = Plan().deal(dealt, CLASSES, split, seed, "screen")
    for part, share in ((rows.held_out, HELD_OUT_SHARE), (rows.locked, LOCKED_SHARE)):
        counts = np.bincount(dealt.y[part], minlength=3)
        wanted = np.bincount(dealt.y, minlength=3) * share
        # At most two strata per class (training and validation data), each rounded twice.
        assert np.all(np.abs(counts - wanted) <= 2.5)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_screening_and_confirmation_draw_other_rows_for_the_same_seed(seed, other):
    made = data(200)
    screen = Plan().deal(made, NUMBERS, Split(), seed, "screen")
    confirm = Plan().deal(made, NUMBERS, Split(), seed, "confirm")
    assert set(screen.held_out) != set(confirm.held_out)
    again = Plan().deal(made, NUMBERS, Split(), seed, "screen")
    np.testing.assert_array_equal(screen.train, again.train)


def test_a_tail_split_validates_on_the_last_rows():
    rows = Plan().deal(data(100), NUMBERS, Split("tail", 0.25), 0, "screen")
    assert rows.train.max() < rows.validation.min()


def test_given_rows_stay_on_their_side():
    split = Split("given", 0.3)
    made = data(100, split)
    rows = Plan().deal(made, CLASSES, split, 0, "screen")
    assert rows.train.max() < made.n_train <= rows.validation.min()


def test_a_shuffled_split_shows_every_class_where_a_tail_split_does_not():
    made = data(150, sort=True)
    tail = Plan().deal(made, CLASSES, Split("tail", 0.2), 0, "screen")
    shuffled = Plan().deal(made, CLASSES, Split("shuffled", 0.2), 0, "screen")
    assert set(made.y[tail.validation]) == {2}
    assert set(made.y[shuffled.validation]) == {0, 1, 2}


def test_large_data_are_thinned_beside_the_locked_rows():
    rows = Plan(limit=100).deal(data(300), NUMBERS, Split(), 0, "screen")
    assert len(rows.train) + len(rows.held_out) == 100
    assert len(rows.locked) == 60


def test_another_user_seed_locks_other_rows():
    made = data(200)
    one, two = (Plan(seed=s).deal(made, NUMBERS, Split(), 0, "screen").locked for s in (0, 1))
    assert set(one) != set(two)


def test_a_share_of_the_training_rows_is_nested_and_leaves_the_others_alone():
    made = data(200)
    full, half, quarter = (
        Plan().deal(made, CLASSES, Split("shuffled", 0.2), 1, "screen", share) for share in (1.0, 0.5, 0.25)
    )
    assert set(quarter.train) < set(half.train) < set(full.train)
    assert len(half.train) == pytest.approx(len(full.train) / 2, abs=2)
    for part in ("validation", "held_out", "locked"):
        np.testing.assert_array_equal(getattr(full, part), getattr(quarter, part))


def test_folds_hold_every_row_out_once_and_have_one_size():
    """What is left over in a class is held out in none of them."""
    y = np.repeat([0.0, 1.0], [90, 60])
    dealt, task = Data(np.zeros((150, 2)), y, 150), Task("binary", 1, (0.0, 1.0))
    plan = Plan(seed=3, folds=4)
    drawn = [plan.deal(dealt, task, Split("tail", 0.25), seed, "screen") for seed in range(8)]
    for division in (drawn[:4], drawn[4:]):
        held_out = np.concatenate([rows.held_out for rows in division])
        assert len(set(held_out)) == len(held_out) == 4 * (72 // 4 + 48 // 4)
    assert {len(rows.train) for rows in drawn} == {len(drawn[0].train)}
    assert set(drawn[0].held_out) != set(drawn[4].held_out)
    for rows in drawn:
        assert not set(rows.held_out) & {*rows.train, *rows.validation, *rows.locked}
        assert (rows.locked == Plan(seed=3).locked(dealt, task)).all()


@pytest.mark.parametrize("folds", [0, 4])
def test_without_a_lock_every_row_takes_part(folds):
    plan = Plan(seed=3, folds=folds, lock=False)
    dealt = [plan.deal(data(100), NUMBERS, NONE, seed, "screen") for seed in range(4)]
    assert all(len(rows.locked) == 0 for rows in dealt)
    assert {len(rows.held_out) for rows in dealt} == {25 if folds else round(100 * HELD_OUT_SHARE)}
    assert all(sorted(np.concatenate(parts(rows))) == list(range(100)) for rows in dealt)


def test_folds_are_for_screening_only():
    y = np.arange(100.0)
    dealt = Data(np.zeros((100, 2)), y, 100)
    folded, plain = (Plan(seed=3, folds=folds).deal(dealt, NUMBERS, Split(), 1000, "confirm") for folds in (5, 0))
    assert (folded.held_out == plain.held_out).all()
