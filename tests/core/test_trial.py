"""Runs have keys, and the stop rule chooses as Keras' EarlyStopping does."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.recipe import Recipe, Stop
from lossclinic.core.trial import Arm, Run, choose_epoch, failed_trial

RECIPE = Recipe({"class_name": "Sequential", "config": {"layers": []}}, {}, {"class_name": "SGD", "config": {}}, 3)
CURVES = st.lists(st.floats(0, 10, width=32), min_size=1, max_size=30)
NOTHING = [math.nan] * 30


@given(CURVES)
def test_without_a_rule_the_last_epoch_counts(losses):
    assert choose_epoch(None, losses, NOTHING[: len(losses)]) == len(losses) - 1


@given(CURVES)
def test_the_best_epoch_is_the_first_minimum(losses):
    assert choose_epoch(Stop(patience=None), losses[::-1], losses) == int(np.argmin(losses))


@given(CURVES, st.integers(1, 5))
def test_patience_ends_training_after_that_many_epochs_without_gain(losses, patience):
    last = choose_epoch(Stop(patience, restore_best=False), losses, losses)
    best = choose_epoch(Stop(patience), losses, losses)
    assert best <= last
    assert losses[best] == min(losses[: last + 1])
    assert last in (len(losses) - 1, best + patience)


def test_without_validation_rows_a_rule_that_watches_them_never_acts():
    assert choose_epoch(Stop(1), [3, 1, 2, 2], NOTHING[:4]) == 3
    assert choose_epoch(Stop(monitor="loss"), [3, 1, 2], NOTHING[:3]) == 1
    assert choose_epoch(Stop(monitor="loss"), [3, 1, 2], [1, 2, 3]) == 1


def test_small_gains_do_not_count():
    stop = Stop(min_delta=0.5, monitor="loss")
    assert choose_epoch(stop, [1.0, 0.9, 0.3], NOTHING[:3]) == 2
    assert choose_epoch(stop, [1.0, 0.9, 0.8], NOTHING[:3]) == 0


def test_a_training_that_never_began_has_no_epoch_to_choose():
    assert choose_epoch(Stop(), [], []) == 0


def test_a_failed_trial_counts_as_infinitely_bad():
    trial = failed_trial(Run(RECIPE, 1), "non-finite loss")
    assert trial.held_out == trial.train == math.inf


@pytest.mark.parametrize("changes", [{"seed": 2}, {"purpose": "confirm"}, {"locked": True}, {"rows": 0.5}])
def test_the_key_depends_on_what_decides_the_result(changes):
    run = Run(RECIPE, 1)
    assert replace(run, **changes).key != run.key
    assert replace(run, keep_weights=True).key == run.key


def test_arms_are_named_by_their_remedies():
    assert Arm(RECIPE).name == "baseline"
    assert Arm(RECIPE, ("adam", "widen")).name == "adam + widen"
