"""What the callbacks of a script come to."""

import numpy as np
import pytest

from lossclinic.core.recipe import Plateau, Scheduled, Stop
from lossclinic.engine.backend import use_jax
from lossclinic.intake.callbacks import read_callbacks

callbacks = use_jax().callbacks


def scheduled(function, **settings):
    read = read_callbacks([callbacks.LearningRateScheduler(function)], **{"rate": 0.1, "epochs": 20, **settings})
    return read.pace, read.notes


def test_all_arguments_of_early_stopping_are_kept():
    read = read_callbacks(callbacks.EarlyStopping(
        "loss", 0.1, 3, mode="max", baseline=2.0, restore_best_weights=True, start_from_epoch=4
    ))  # fmt: skip
    assert read.stop == Stop(3, 0.1, True, "loss", "max", 2.0, 4)
    assert not read.notes


def test_all_arguments_of_reduce_lr_on_plateau_are_kept():
    read = read_callbacks((callbacks.ReduceLROnPlateau("loss", 0.3, 4, min_delta=0.2, cooldown=2, min_lr=1e-5),))
    assert read.pace == Plateau(0.3, 4, 0.2, 2, 1e-5, "loss")
    assert not read.notes


def test_a_checkpoint_of_the_best_keeps_the_best_weights():
    assert read_callbacks(callbacks.ModelCheckpoint("m.keras", save_best_only=True)).stop == Stop()
    assert read_callbacks(callbacks.ModelCheckpoint("m.keras")).stop is None
    both = [callbacks.EarlyStopping(patience=2), callbacks.ModelCheckpoint("m.keras", save_best_only=True)]
    assert read_callbacks(both).stop == Stop(2, restore_best=True)


def test_what_only_watches_or_ends_a_failed_training_goes_without_saying():
    assert read_callbacks([callbacks.TerminateOnNaN(), callbacks.CSVLogger("log.csv")]) == read_callbacks(None)


@pytest.mark.parametrize("name", ["EarlyStopping", "ReduceLROnPlateau"])
def test_without_validation_rows_a_remark_says_that_it_never_acts(name):
    assert "never acts" in read_callbacks([getattr(callbacks, name)()], validated=False).notes[0]


def test_a_function_of_the_epoch_says_the_rate_itself():
    pace, notes = scheduled(lambda epoch: 0.05 if epoch < 3 else 0.01)
    assert pace == Scheduled(pytest.approx((0.5, 0.5, 0.5, 0.1)), own=True, arguments=1)
    assert not notes


def test_a_function_of_the_rate_follows_the_optimizer():
    pace, _ = scheduled(lambda epoch, rate: rate if epoch < 2 else rate * 0.5)
    assert (pace.own, pace.arguments) == (False, 2)
    np.testing.assert_allclose(pace.factors[:5], [1, 1, 0.5, 0.25, 0.125])
    assert len(pace.factors) == 80  # as many as a remedy that trains longer may ask for


def test_epochs_count_from_where_fit_begins():
    pace, _ = scheduled(lambda epoch: 0.1 * epoch, epochs=2, first_epoch=5)
    np.testing.assert_allclose(pace.factors[:2], [5, 6], rtol=1e-6)


def test_a_function_that_gives_up_behind_the_last_epoch_keeps_its_last_rate():
    rates = [0.1, 0.2, 0.3]
    pace, notes = scheduled(lambda epoch: rates[epoch], epochs=3)
    assert pace.factors == pytest.approx((1.0, 2.0, 3.0))
    assert not notes


@pytest.mark.parametrize("settings", [{"rate": None}, {"epochs": 20}])
def test_what_cannot_be_asked_is_said(settings):
    rates = [0.1, 0.2]
    pace, notes = scheduled(lambda epoch: rates[epoch], **settings)
    assert pace is None
    assert "LearningRateScheduler" in notes[0]


def test_two_callbacks_that_set_the_rate_are_told():
    both = [callbacks.ReduceLROnPlateau(), callbacks.LearningRateScheduler(lambda epoch: 0.01)]
    for order in (both, both[::-1]):
        read = read_callbacks(order, rate=0.1, epochs=3)
        assert isinstance(read.pace, Scheduled)
        assert "ReduceLROnPlateau takes no part" in read.notes[0]
