from __future__ import annotations

import json
import math
from pathlib import Path

import keras
import numpy as np
import pytest

from lossclinic.core.errors import UsageError
from lossclinic.core.progress import Silent
from lossclinic.selection import Question, compare, compare_scripts

X = np.random.default_rng(0).normal(size=(160, 3)).astype("float32")
Y = X @ np.array([1.0, -2.0, 0.5], dtype="float32") + 3
SCRIPT = """
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(160, 3)).astype("float32")
y = x @ np.array([1.0, -2.0, 0.5], dtype="float32") + 3
for rate in RATES:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, batch_size=32, epochs=4, verbose=0)
"""


def linear(rate):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def compared(models, **options):
    return compare(models, X, Y, **{"workers": 0, "epochs": 4, "batch_size": 32} | options)


class PressesCtrlC(Silent):
    """Ends the work as soon as the first ten repeats are through."""

    def best(self, text):
        if text.startswith("10 of"):
            raise KeyboardInterrupt


def test_the_better_training_is_named_with_its_proof():
    found = compared({"slow": linear(0.001), "fast": linear(0.1)})
    assert (found.ending, found.exit_code, found.repeats) == ("better", 0, 20)
    best, other = found.candidates
    assert (best.name, best.against, other.name) == ("fast", None, "slow")
    assert other.against.outcome == "better"
    assert other.against.gain.low > 0.5
    assert other.against.p_better > 0.99
    assert best.score < 0.2 * other.score
    assert best.held_out.low <= best.score <= best.held_out.high
    assert best.parameters == 4
    assert found.answer.startswith("fast is better than slow: held-out mean squared error")
    assert "better in 20 of 20 repeats, P > 0.99" in found.answer


def test_the_same_training_twice_differs_by_nothing():
    found = compared({"one": linear(0.1), "two": linear(0.1)}, repeats=5)
    assert (found.ending, found.exit_code) == ("no-difference", 0)
    assert found.candidates[1].against.p_better == 0.5
    assert found.candidates[1].against.wins == 0.5
    assert "No difference that matters between" in found.answer


def test_a_small_difference_is_not_claimed():
    found = compared({"one": linear(0.0100), "two": linear(0.0101)}, repeats=5, min_gain=0.2)
    assert found.ending == "no-difference"


def test_of_three_the_level_is_that_of_all_pairs():
    found = compared({"a": linear(0.001), "b": linear(0.1), "c": linear(0.1)}, repeats=5)
    assert found.ending == "no-difference"
    assert all(other.against.level == pytest.approx(1 - 0.05 / 3) for other in found.candidates[1:])
    assert {other.name: other.against.outcome for other in found.candidates[1:]}["a"] == "better"
    assert "a is worse than" in found.answer


def test_folds_hold_every_row_out_once():
    found = compared({"slow": linear(0.001), "fast": linear(0.1)}, kfold=4, repeats=2)
    assert found.scoring == "4-fold cross-validation, 2 times"
    assert (found.repeats, found.rows["held_out"], found.rows["train"]) == (8, 40, 120)


def test_overlapping_training_sets_widen_the_interval():
    many = compared({"slow": linear(0.01), "fast": linear(0.012)}, repeats=20).candidates[1]
    gains = np.log(np.array(many.scores) / np.array(compared_best(many).scores))
    naive = 2 * 2.09 * gains.std(ddof=1) / math.sqrt(20)
    told = many.against.gain
    width = math.log(1 - told.low) - math.log(1 - told.high)
    assert width > 2 * naive


def compared_best(other):
    """The best of the same comparison, trained again: the same seeds give the same scores."""
    found = compared({"slow": linear(0.01), "fast": linear(0.012)}, repeats=20)
    assert found.candidates[1].scores == other.scores
    return found.candidates[0]


def test_a_training_that_fails_loses_and_its_failures_are_counted():
    found = compared({"fails": linear(1e30), "fast": linear(0.1)}, repeats=5)
    best, other = found.candidates
    assert (best.name, other.failures, found.ending) == ("fast", 5, "better")
    assert "against a training that failed" in found.answer


def test_trainings_that_all_fail_are_told():
    found = compared({"one": linear(1e30), "two": linear(1e31)}, repeats=5)
    assert (found.ending, found.exit_code) == ("failed", 1)


def test_a_budget_that_is_over_leaves_an_honest_answer():
    found = compared({"slow": linear(0.001), "fast": linear(0.1)}, budget=0.001)
    assert (found.ending, found.repeats) == ("budget-too-small", 0)
    assert "0 of 20 repeats" in found.answer


def test_ctrl_c_leaves_what_is_known():
    found = compared({"slow": linear(0.001), "fast": linear(0.1)}, progress=PressesCtrlC())
    assert found.interrupted
    assert (found.ending, found.exit_code) == ("better", 1)
    assert (found.repeats, found.wanted) == (10, 20)


@pytest.mark.slow
def test_inputs_prepared_by_the_script_have_processes_of_their_own_yet_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    Path("a.py").write_text(SCRIPT.replace("RATES", "(0.1,)"))
    Path("b.py").write_text(SCRIPT.replace("RATES", "(0.1,)").replace("model.fit(x", "model.fit(x / 100"))
    found = compare_scripts([Path("a.py"), Path("b.py")], Question(repeats=5), workers=0)
    assert (found.ending, found.candidates[0].name) == ("better", "a.py")
    assert any("prepared differently" in note for note in found.notes)
    assert json.loads(Path("lossclinic-report/compare/compared.json").read_text())["best"] == "a.py"
    again = compare_scripts([Path("a.py"), Path("b.py")], Question(repeats=5), workers=0)
    assert any("10 trainings of an earlier run" in note for note in again.notes)
    assert [c.scores for c in again.candidates] == [c.scores for c in found.candidates]


@pytest.mark.slow
def test_the_trainings_of_one_loop_are_compared_in_processes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    Path("a.py").write_text(SCRIPT.replace("RATES", "(0.001, 0.1)"))
    found = compare_scripts([Path("a.py")], Question(repeats=5), budget=300)
    assert [candidate.name for candidate in found.candidates] == ["a.py:10 #2", "a.py:10 #1"]
    assert found.ending == "better"


@pytest.mark.parametrize(
    "options", [{"kfold": 1}, {"kfold": 99}, {"repeats": 0}, {"repeats": 4}, {"min_gain": 1.5}, {"workers": -1}]
)
def test_bad_options_are_told_before_anything_is_trained(options):
    with pytest.raises(UsageError):
        compared({"a": linear(0.1), "b": linear(0.1)}, **options)


def test_one_model_is_no_comparison():
    with pytest.raises(UsageError, match="two or more"):
        compared({"a": linear(0.1)})


def test_too_many_folds_for_the_rows_are_told():
    models = {"a": linear(0.1), "b": linear(0.2)}
    for model in models.values():
        model.compile("sgd", "binary_crossentropy")
    with pytest.raises(UsageError, match="30 rows cannot be divided into 20 folds"):
        compare(models, X[:30], np.arange(30) % 2, kfold=20, workers=0, epochs=2)
