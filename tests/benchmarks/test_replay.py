"""Ways of screening are replayed on records made by hand, where steps and regret can be counted on fingers."""

import numpy as np
import pytest
from benchmarks.replay import Curve, Record, Replay, Tried, full, halving_both, halving_epochs, one_epoch, replayed


def tried(name: str, scores: list[float], epochs: int = 4) -> Tried:
    """A change with the same curve on every seed; the score of its last epoch is its merit."""
    curve = Curve(np.arange(1, len(scores) + 1), np.array(scores))
    return Tried(name, epochs, 10, (curve,) * 3, float(np.log(scores[-1])), scores[-1])


@pytest.fixture
def record() -> Record:
    late = tried("late", [9.0, 8.0, 5.0, 1.0])
    return Record(
        "by hand", 10.0, (tried("own", [4.0] * 4), tried("early", [2.0, 2.0, 2.0, 2.0]), late, tried("bad", [8.0] * 4))
    )


def test_full_length_pays_every_step_and_finds_the_best(record):
    replay = Replay(record, [0, 1])
    assert record.tried[full(replay)].name == "late"
    assert replay.steps == replay.anew == 4 * 2 * 4 * 10


def test_halving_pays_what_was_not_trained_before_and_misses_what_shows_late(record):
    replay = Replay(record, [0, 1])
    assert record.tried[halving_epochs(2)(replay)].name == "early"
    assert replay.steps == 2 * 10 * (4 * 1 + 2 * 1 + 1 * 2)
    assert replay.anew == 2 * 10 * (4 * 1 + 2 * 2 + 1 * 4)


def test_halving_over_both_begins_with_fewer_seeds(record):
    replay = Replay(record, [0, 1])
    halving_both(2)(replay)
    assert replay.steps == 10 * (4 * 1 * 1 + 2 * 1 * 1 + (1 * 2 + 1 * 4))


def test_the_top_few_after_one_epoch_go_on(record):
    replay = Replay(record, [0])
    assert record.tried[one_epoch(replay)].name == "late"
    assert replay.steps == 4 * 4 * 10


def test_a_training_that_stopped_early_costs_what_it_took(record):
    stopped = Record("stopped", 10.0, (tried("stopped", [3.0, 1.0], epochs=4),))
    replay = Replay(stopped, [0])
    full(replay)
    assert replay.steps == 20


def test_regret_is_what_the_choice_loses_on_fresh_seeds(record):
    missed, found = replayed(record, 2, halving_epochs(2)), replayed(record, 2, full)
    assert missed.regret == pytest.approx(1.0)
    assert missed.log_regret == pytest.approx(50.0)
    assert found.regret == found.log_regret == 0
