"""Remedies for how long and how noisy the steps are."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Cosine, Plateau, Recipe, Scheduled, Split, Stop
from lossclinic.remedies.optimisation import batch_size, clip_gradients, cosine_schedule, reduce_on_plateau, warm_up

PLAIN = Recipe({}, {}, {"class_name": "SGD", "config": {"learning_rate": 0.1, "clipnorm": None}}, 40)
SCHEDULED = PLAIN.with_learning_rate(0.1)
SCHEDULED = replace(SCHEDULED, optimizer={"class_name": "SGD", "config": {"learning_rate": {"class_name": "Cosine"}}})
ROWS = SimpleNamespace(data=np.zeros((640, 1)))


def noise(scale):
    return SimpleNamespace(scale=scale)


def test_a_cosine_from_the_rate_and_from_three_times_of_it():
    same, higher = cosine_schedule.apply(PLAIN)
    assert same.pace == higher.pace == Cosine()
    assert (same.learning_rate, higher.learning_rate) == (0.1, 0.3)


def test_a_warm_up_takes_a_twentieth_or_a_fifth():
    assert [r.pace for r in warm_up.apply(PLAIN)] == [Cosine(2), Cosine(8)]
    with pytest.raises(NotApplicable, match="too few"):
        warm_up.apply(replace(PLAIN, epochs=5))


def test_the_plateau_comes_before_the_stop_rule_acts():
    (unwatched,) = reduce_on_plateau.apply(PLAIN)
    assert unwatched.pace == Plateau(0.3, 2, monitor="loss")
    watched = replace(PLAIN, epochs=200, split=Split("tail", 0.2))
    assert reduce_on_plateau.apply(watched)[0].pace == Plateau(0.3, 5, monitor="val_loss")
    assert reduce_on_plateau.apply(replace(watched, stop=Stop(4)))[0].pace.patience == 2


@pytest.mark.parametrize("remedy", [cosine_schedule, warm_up, reduce_on_plateau])
def test_a_rate_that_changes_already_is_left_alone(remedy):
    with pytest.raises(NotApplicable, match="schedule of its own"):
        remedy.apply(SCHEDULED)
    with pytest.raises(NotApplicable, match="callback"):
        remedy.apply(replace(PLAIN, pace=Scheduled((1.0, 0.5))))


def test_gradients_are_clipped_once():
    gentle, strong = clip_gradients.apply(PLAIN)
    assert [r.optimizer["config"]["clipnorm"] for r in (gentle, strong)] == [1.0, 0.1]
    with pytest.raises(NotApplicable, match="clipnorm 1"):
        clip_gradients.apply(gentle)


def test_the_noise_scale_says_which_way_the_batch_goes():
    large, small = replace(PLAIN, batch_size=512), replace(PLAIN, batch_size=8)
    assert [r.batch_size for r in batch_size.apply(large, ROWS, noise(20.0))] == [128, 32]
    assert [r.batch_size for r in batch_size.apply(small, ROWS, noise(200.0))] == [32, 128]
    assert [r.batch_size for r in batch_size.apply(large, ROWS, noise(None))] == [128, 32]
    with pytest.raises(NotApplicable, match="larger"):
        batch_size.apply(replace(PLAIN, batch_size=640), ROWS, noise(1e6))
