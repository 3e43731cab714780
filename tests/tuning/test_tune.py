from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lossclinic.core.errors import UsageError
from lossclinic.tuning import Question, tune, tune_script

SCRIPT = """
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(160, 3)).astype("float32")
y = x @ np.array([1.0, -2.0, 0.5], dtype="float32") + 3
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.0003), "mse")
model.fit(x, y, batch_size=32, epochs=6, verbose=0)
"""
FIXED = ("width", "depth", "activation", "batch-size", "optimizer", "l2", "dropout")


def slow_model():
    """A network whose learning rate is far too small."""
    keras = pytest.importorskip("keras")
    x = np.random.default_rng(0).normal(size=(160, 3)).astype("float32")
    y = x @ np.array([1.0, -2.0, 0.5], dtype="float32") + 3
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0003), "mse")
    return model, x, y


def tuned(**options):
    settings = {"trials": 8, "method": "random", "repeats": 1, "workers": 0, "epochs": 6, "batch_size": 32}
    return tune(*slow_model(), **settings | {"fixed": FIXED} | options)


def test_a_learning_rate_that_is_too_small_is_tuned_and_proven_on_other_rows():
    found = tuned()
    assert found.ending == "better"
    assert found.exit_code == 0
    assert found.best["learning-rate"] > 0.003
    (arm,) = found.arms
    assert arm.nested.after.median < 0.5 * arm.nested.before.median
    assert arm.nested.gain.low > 0
    assert arm.nested.pairs == 10
    assert len(arm.trials) == 8
    assert arm.trials[0].settings["learning-rate"] == pytest.approx(0.0003)
    assert arm.parameters[0].name == "learning-rate"
    assert "learning-rate" in found.answer
    assert {name for name, _ in found.fixed} == set(FIXED)
    assert any("learning rate" in change for change in found.prescription.changes)


def test_the_reported_score_is_not_the_one_that_chose():
    (arm,) = tuned().arms
    assert arm.best.score not in (arm.nested.after.median, arm.nested.after.low, arm.nested.after.high)


def test_settings_that_are_good_stay():
    found = tuned(trials=1)
    assert found.ending == "budget-too-small" or found.best["learning-rate"] == pytest.approx(0.0003)


@pytest.mark.slow
def test_values_of_a_parameter_are_compared_with_everything_else_tuned_for_each():
    fixed = tuple(name for name in FIXED if name != "optimizer")
    found = tuned(compare="optimizer", fixed=fixed, trials=4)
    assert {arm.name for arm in found.arms} == {
        f"optimizer {name}" for name in ("SGD", "SGD, momentum 0.9", "RMSprop", "Adam")
    }
    assert all(len(arm.trials) == 4 for arm in found.arms)
    assert all(arm.nested.level == pytest.approx(1 - 0.05 / 4) for arm in found.arms)
    scores = [arm.best.score for arm in found.arms]
    assert scores == sorted(scores)


def test_folds_score_every_point_on_each_fold():
    found = tuned(folds=3, trials=3, give_up="halving")
    assert found.scoring == "3-fold cross-validation"
    assert found.arms[0].own.spread > 0


def test_a_range_that_ends_too_early_is_flagged():
    found = tuned(ranges={"learning-rate": (0.0001, 0.001)}, method="grid")
    assert found.arms[0].parameters[0].edge == "upper"
    assert any("--range learning-rate" in flag for flag in found.flags)


def test_settings_that_blow_up_are_counted_and_told():
    found = tuned(ranges={"learning-rate": (0.0001, 1e6)})
    assert any(trial.state.startswith("failed") for trial in found.arms[0].trials)
    assert any("could not be trained" in flag for flag in found.flags)
    assert found.best["learning-rate"] < 100


def test_the_answer_is_strict_json():
    told = json.loads(json.dumps(tuned(trials=3).to_dict(), allow_nan=False))
    assert told["schema"] == 1
    assert told["arms"][0]["trials"][0]["settings"]["learning-rate"] == pytest.approx(0.0003)


def test_the_same_seed_gives_the_same_answer():
    first, again = tuned(trials=4).to_dict(), tuned(trials=4).to_dict()
    for told in (first, again):
        told.pop("elapsed_s")
        for arm in told["arms"]:
            for trial in (arm["best"], arm["own"], *arm["trials"]):
                trial.pop("seconds")
    assert first == again


@pytest.mark.parametrize(
    "options",
    [
        {"method": "guess"},
        {"folds": 1},
        {"folds": 99},
        {"repeats": 0},
        {"trials": 0},
        {"give_up": "soon"},
        {"compare": "x"},
    ],
)
def test_bad_options_are_told_before_anything_is_trained(options):
    with pytest.raises(UsageError):
        tune(None, None, **options)


def test_too_few_rows_are_told():
    model, x, y = slow_model()
    with pytest.raises(UsageError, match="rows"):
        tune(model, x[:10], y[:10], epochs=2, trials=1, workers=0)


@pytest.mark.slow
def test_a_script_is_tuned_and_its_diff_and_model_lie_in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    Path("train.py").write_text(SCRIPT)
    question = Question("random", trials=8, repeats=1, fixed=FIXED)
    found = tune_script(Path("train.py"), question, out=Path("out"))
    assert found.ending == "better"
    assert found.prescription.rerun.kept
    for name in ("fix.diff", "train.fixed.py", "model.keras", "tuned.json", "tuning.db"):
        assert (tmp_path / "out" / name).exists()
    assert "+model.compile(keras.optimizers.SGD(" in Path("out/fix.diff").read_text()
    again = tune_script(Path("out"), question, out=Path("out"))
    assert again.best == found.best
    assert len(again.arms[0].trials) == 8
