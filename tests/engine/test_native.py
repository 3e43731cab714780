"""Trainings that only the script's own process can do."""

import textwrap
from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.case import Source
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.folder import save_case
from lossclinic.core.recipe import Split, Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.live import train_live
from lossclinic.engine.pool import Pool
from lossclinic.engine.train import train_one
from tests.engine.made import line_case, yardstick_of

keras = use_jax()


class Doubled(keras.Model):
    """A class of the script's own, which plain data cannot rebuild."""

    def __init__(self, units=4, **settings):
        super().__init__(**settings)
        self.units = units
        self.hidden, self.last = keras.layers.Dense(units, "relu"), keras.layers.Dense(1)

    def call(self, x):
        return 2 * self.last(self.hidden(x))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Closed(Doubled):
    def get_config(self):
        raise NotImplementedError("no config")


def live(model, case, run):
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    return train_live(model, case, Plan(), yardstick_of(case), run, float("inf"))


def test_a_class_of_its_own_trains_with_its_own_fit(tmp_path):
    case = save_case(line_case(epochs=30, split=Split("shuffled", 0.3), stop=Stop(3)), tmp_path)
    trial = live(Doubled(), case, Run(case.recipe, 0, locked=True, keep_weights=True))
    assert not trial.failed
    assert trial.held_out < yardstick_of(case).trivial
    assert trial.chosen == int(np.argmin(trial.val_loss))
    assert np.isfinite(trial.locked_score)
    again = live(Doubled(), case, Run(case.recipe, 0))
    assert again.train_loss == trial.train_loss


def test_a_step_that_belongs_to_one_model_is_not_lost_in_silence(tmp_path):
    case = save_case(line_case(epochs=3), tmp_path)
    model = Doubled()
    model.train_step = lambda *given, plain=model.train_step: plain(*given)
    assert "train_step of its own" in live(model, case, Run(case.recipe, 0)).failed


def test_without_a_config_the_reason_is_said(tmp_path):
    case = save_case(line_case(), tmp_path)
    assert "Closed cannot be made again" in live(Closed(), case, Run(case.recipe, 0)).failed


def test_native_and_compiled_training_agree(tmp_path):
    case = save_case(line_case(epochs=4, shuffle=False), tmp_path)
    run = Run(case.recipe, 3)
    from lossclinic.engine.model import build_model

    native = train_live(build_model(case.recipe, 0), case, Plan(), yardstick_of(case), run, float("inf"))
    compiled = train_one(case, Plan(), yardstick_of(case), run)
    assert len(native.train_loss) == len(compiled.train_loss) == 4
    assert native.held_out == pytest.approx(compiled.held_out, rel=0.5)


SCRIPT = """
import keras, numpy as np
class Own(keras.layers.Layer):
    def call(self, x):
        return x * 2
x = np.zeros((50, 1), "float32")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(4), Own(), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, x[:, 0], epochs=1, verbose=0)
"""


def test_the_pool_runs_the_script_again(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(SCRIPT))
    case = replace(line_case(), native="Own is the script's own class", source=Source(str(script)))
    case = save_case(case, tmp_path / "fit-001")
    with Pool(case, Plan(), yardstick_of(case), workers=2) as pool:
        trials = pool.train([Run(case.recipe, 0), Run(case.recipe, 1)])
        assert [t.failed for t in trials] == ["", ""]
        assert len(trials[0].train_loss) == 3


def test_a_native_model_without_a_script_is_refused_with_advice(tmp_path):
    case = save_case(replace(line_case(), native="custom"), tmp_path)
    with pytest.raises(CannotRebuild, match="lossclinic run"):
        Pool(case, Plan(), yardstick_of(case), workers=1)
