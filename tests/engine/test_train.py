"""What one training does: the same thing twice, an honest failure, the stop rule's epoch."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossclinic.core.recipe import Resampling, Split, Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import NO_TIME, Run, choose_epoch
from lossclinic.engine.backend import use_jax
from lossclinic.engine.outcome import stopping_epoch
from lossclinic.engine.train import train_one
from tests.engine.made import case_of, line_case, mlp, recipe_of, yardstick_of

keras = use_jax()


def train(case, **changes):
    run = Run(case.recipe, **{"seed": 0, **changes})
    return train_one(case, Plan(), yardstick_of(case), run)


def same(a, b):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True)
        for name in (
            "epochs",
            "train_loss",
            "val_loss",
            "train_score",
            "held_out_score",
            "held_out_agreement",
            "chosen",
        )
    )


def test_same_run_twice_gives_the_same_trial():
    keras_dropout = mlp(1, (8,), between=(lambda: keras.layers.Dropout(0.3),))
    case = line_case()
    case = replace(case, recipe=replace(case.recipe, model=recipe_of(keras_dropout, "Huber", "adam").model))
    assert same(train(case), train(case))
    assert not same(train(case), train(case, seed=1))


def test_learning_improves_the_held_out_score_below_the_constant_prediction():
    case = line_case(epochs=60)
    trial = train(case)
    assert trial.held_out < 0.3 * yardstick_of(case).trivial
    assert len(trial.epochs) <= 51
    assert trial.epochs[-1] == 60


def test_divergence_is_recorded_as_failed():
    case = line_case(epochs=30)
    rate = keras.optimizers.serialize(keras.optimizers.SGD(1e6))
    trial = train(replace(case, recipe=replace(case.recipe, optimizer=rate)))
    assert trial.failed == "non-finite loss"
    assert trial.held_out == float("inf")


def test_missing_values_fail_until_they_are_imputed():
    case = line_case()
    x = case.data.x.copy()
    x[::3] = np.nan
    case = replace(case, data=replace(case.data, x=x))
    assert train(case).failed == "non-finite loss"
    assert not train(replace(case, recipe=replace(case.recipe, inputs=("impute", "standardise")))).failed


def test_a_model_that_does_not_fit_the_targets_fails_with_keras_own_reason():
    case = line_case()
    wrong = {"class_name": "CategoricalCrossentropy", "config": {}}
    wide = recipe_of(mlp(1, (4,), 3, "softmax"), "Huber", "adam").model
    trial = train(replace(case, recipe=replace(case.recipe, model=wide, loss=wrong)))
    assert "ValueError" in trial.failed


def test_the_deadline_ends_training():
    case = line_case(epochs=100_000)
    trial = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 0), time.monotonic() + 0.5)
    assert trial.failed == NO_TIME


@pytest.mark.parametrize("patience", [2, 5])
def test_stop_rule_ends_training_and_keeps_the_best_weights(patience):
    case = line_case(epochs=200, split=Split("shuffled", 0.3), stop=Stop(patience))
    trial = train(case, keep_weights=True, locked=True)
    best = int(np.argmin(trial.val_loss))
    assert trial.chosen == best
    assert len(trial.epochs) == best + 1 + patience
    # The kept weights are those of the chosen epoch: training exactly as long gives the same ones.
    short = replace(case.recipe, epochs=best + 1, stop=None)
    again = train_one(case, Plan(), yardstick_of(case), Run(short, 0, keep_weights=True, locked=True))
    for kept, trained in zip(trial.weights, again.weights, strict=True):
        np.testing.assert_allclose(kept, trained, rtol=1e-5)
    assert trial.locked_score == pytest.approx(again.locked_score, rel=1e-5)


def test_a_rule_that_ends_training_in_the_last_call_cuts_what_was_trained_beyond():
    case = line_case(epochs=200, split=Split("shuffled", 0.3), stop=Stop(5))
    full = train(case)
    # Epochs are trained several at a time: one more than fit would train is easily among them.
    for epochs in range(len(full.epochs), len(full.epochs) + 4):
        assert train(replace(case, recipe=replace(case.recipe, epochs=epochs))).train_loss == full.train_loss


@pytest.mark.parametrize("kind", ["smote", "oversample", "undersample"])
def test_resampling_evens_out_rare_classes(kind):
    rng = np.random.default_rng(0)
    y = np.r_[np.zeros(60, int), np.ones(6, int)]
    x = (rng.normal(size=(66, 2)) + y[:, None]).astype("float32")
    recipe = recipe_of(mlp(2, last="sigmoid"), "BinaryCrossentropy", "adam", resampling=Resampling(kind))
    assert not train(case_of(x, y, recipe)).failed


def test_augmentation_is_applied_with_the_trials_seed():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 4, 4, 1)).astype("float32"), np.arange(30) % 2
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    flip = keras.saving.serialize_keras_object(keras.layers.RandomFlip("horizontal"))
    plain = case_of(x, y, recipe_of(model, "BinaryCrossentropy", "adam"))
    flipped = replace(plain, recipe=replace(plain.recipe, augmentation=(flip,)))
    assert same(train(flipped), train(flipped))
    assert not same(train(flipped), train(plain))


class Weights:
    """Stands in for a model, so that Keras' own callback can be driven by hand."""

    def __init__(self):
        self.stop_training = False
        self.epoch = -1

    def get_weights(self):
        return self.epoch

    def set_weights(self, epoch):
        self.epoch = epoch


def keras_choice(stop, losses):
    callback = keras.callbacks.EarlyStopping(
        "val_loss", min_delta=stop.min_delta, patience=stop.patience, restore_best_weights=stop.restore_best,
        mode=stop.mode, baseline=stop.baseline, start_from_epoch=stop.start_from,
    )  # fmt: skip
    model = Weights()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.epoch = epoch
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    trained = epoch
    callback.on_train_end()
    return model.epoch, trained


@settings(max_examples=120, deadline=None)
@given(
    losses=st.lists(st.floats(0, 10, width=32), min_size=1, max_size=25),
    patience=st.integers(0, 6),
    min_delta=st.sampled_from([0.0, 0.1, 1.0]),
    restore=st.booleans(),
    mode=st.sampled_from(["min", "max"]),
    baseline=st.sampled_from([None, 2.0, 5.0]),
    start=st.sampled_from([0, 0, 1, 4]),
)
def test_chosen_epoch_is_that_of_keras_early_stopping(losses, patience, min_delta, restore, mode, baseline, start):
    stop = Stop(patience, min_delta, restore, mode=mode, baseline=baseline, start_from=start)
    kept, trained = keras_choice(stop, losses)
    assert choose_epoch(stop, losses, losses) == kept
    ended = stopping_epoch(stop, np.asarray(losses), np.asarray(losses))
    assert ended is None or ended == trained
    assert (ended is None) == (trained == len(losses) - 1 and not _stopped_at_last(stop, losses))


def _stopped_at_last(stop, losses):
    return keras_choice(stop, [*losses, 0.0])[1] == len(losses) - 1
