"""Learning rates that a callback changes from epoch to epoch."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossclinic.core.folder import save_case
from lossclinic.core.recipe import Cosine, Plateau, Scheduled, Split, Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.live import train_live
from lossclinic.engine.model import build_model
from lossclinic.engine.pace import Pace
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.program import program_for
from lossclinic.engine.structure import structure_key
from lossclinic.engine.train import train_one
from tests.engine.made import line_case, yardstick_of

keras = use_jax()
LINE = line_case(epochs=12, split=Split("shuffled", 0.3)).recipe
HALVED = Scheduled((1.0, 0.5, 0.25))


class Rate:
    """Stands in for the variable of an optimizer."""

    def __init__(self, rate):
        self.learning_rate = np.float32(rate)


@settings(max_examples=150, deadline=None)
@given(
    losses=st.lists(st.floats(0, 10, width=32), min_size=1, max_size=30),
    rule=st.builds(
        Plateau, st.sampled_from([0.1, 0.5, 0.9]), st.integers(0, 4), st.sampled_from([0.0, 1e-4, 1.0]),
        st.integers(0, 3), st.sampled_from([0.0, 0.002]), st.just("val_loss"), st.sampled_from(["min", "max"]),
    ),
)  # fmt: skip
def test_rates_are_those_of_keras_reduce_lr_on_plateau(losses, rule):
    callback = keras.callbacks.ReduceLROnPlateau(
        "val_loss", rule.factor, rule.patience, mode=rule.mode, min_delta=rule.min_delta, cooldown=rule.cooldown,
        min_lr=rule.min_rate,
    )  # fmt: skip
    callback.set_model(SimpleNamespace(optimizer=Rate(0.01)))
    callback.on_train_begin()
    pace = Pace(replace(LINE, pace=rule))
    for epoch, loss in enumerate(losses):
        assert pace.rate(epoch) == pytest.approx(float(callback.model.optimizer.learning_rate), rel=1e-6)
        callback.on_epoch_end(epoch, {"val_loss": loss})
        pace.after(0.0, loss)


def test_a_schedule_of_the_script_scales_with_the_rate_and_ends_with_its_last_factor():
    pace = Pace(replace(LINE, pace=HALVED).with_learning_rate(0.2))
    assert [pace.rate(epoch) for epoch in range(5)] == [0.2, 0.1, 0.05, 0.05, 0.05]
    assert pace.steady(0, 9) == 1
    assert pace.steady(2, 9) == 9


def test_no_callback_can_change_a_schedule():
    schedule = keras.optimizers.serialize(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9)))
    case = line_case(pace=HALVED)
    case = replace(case, recipe=replace(case.recipe, optimizer=schedule))
    assert "follows a schedule" in train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 0)).failed


def test_pace_does_not_change_the_compiled_program():
    assert structure_key(replace(LINE, pace=HALVED)) == structure_key(LINE)
    case = line_case()
    prepared, stick = prepare_run(case, Plan(), Run(case.recipe, 0)), yardstick_of(case)
    paced = replace(case.recipe, pace=HALVED, stop=Stop(3))
    assert program_for(paced, prepared, case.task, stick) is program_for(case.recipe, prepared, case.task, stick)


@pytest.mark.parametrize("pace", [Plateau(0.3, 1), Scheduled(tuple(0.8**n for n in range(30)))])
def test_the_weights_of_the_chosen_epoch_are_those_at_its_own_rates(pace):
    # Rates this high make a good epoch early, so that training goes back to it.
    case = line_case(epochs=40, split=Split("shuffled", 0.3), stop=Stop(8), pace=pace)
    case = replace(case, recipe=case.recipe.with_learning_rate(0.2))
    trial = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 1, keep_weights=True))
    assert trial.chosen < len(trial.epochs) - 1
    short = replace(case.recipe, epochs=trial.chosen + 1, stop=None)
    again = train_one(case, Plan(), yardstick_of(case), Run(short, 1, keep_weights=True))
    for kept, trained in zip(trial.weights, again.weights, strict=True):
        np.testing.assert_array_equal(kept, trained)


@pytest.mark.parametrize(
    "pace", [Plateau(0.1, 1, 10.0, monitor="loss"), Plateau(0.2, 0, 10.0), Scheduled((1.0, 0.1, 0.01))]
)
def test_the_script_s_own_fit_gets_the_same_rates(tmp_path, pace):
    case = line_case(epochs=6, shuffle=False, split=Split("shuffled", 0.3), initial="given")
    model = build_model(case.recipe, 7)
    case = save_case(case, tmp_path, model.get_weights())
    paced = Run(replace(case.recipe, pace=pace), 3)
    native = train_live(model, case, Plan(), yardstick_of(case), paced, float("inf"))
    compiled = train_one(case, Plan(), yardstick_of(case), paced)
    constant = train_one(case, Plan(), yardstick_of(case), Run(case.recipe, 3))
    np.testing.assert_allclose(native.train_loss, compiled.train_loss, rtol=1e-4)
    np.testing.assert_allclose(native.held_out_score, compiled.held_out_score, rtol=1e-4)
    assert not np.allclose(constant.train_loss, compiled.train_loss, rtol=1e-3)


@pytest.mark.parametrize("warm_up", [0, 1, 4])
def test_a_cosine_is_that_of_keras_asked_once_for_each_epoch(warm_up):
    pace = Pace(replace(LINE, pace=Cosine(warm_up)).with_learning_rate(0.2))
    schedules = keras.optimizers.schedules
    plain = schedules.CosineDecay(0.2, 12)
    rising = schedules.CosineDecay(0.2 / (warm_up + 1), 12 - warm_up, warmup_target=0.2, warmup_steps=warm_up)
    for epoch in range(12):
        expected = (rising if warm_up else plain)(epoch)
        assert pace.rate(epoch) == pytest.approx(float(expected), rel=1e-5, abs=1e-8)
