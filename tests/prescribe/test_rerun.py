"""The repaired script is run for real, and its own model is scored in the target's units."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.case import Case, Data
from lossclinic.core.errors import LossclinicError
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.report import Band, Rerun
from lossclinic.core.rows import Rows
from lossclinic.core.task import Task
from lossclinic.core.yardstick import choose_yardstick
from lossclinic.prescribe.aside import Aside
from lossclinic.prescribe.rerun import rerun_script, score_model
from lossclinic.prescribe.script import edit_script
from lossclinic.prescribe.write import write_edit
from tests.prescribe.cases import case, dense, line_of, loss, optimizer, recipe
from tests.prescribe.test_runs import BEGIN, LIGHT

SCRIPT = BEGIN + (
    "rng = np.random.default_rng(0)\nx = rng.normal(size=(160, 2)) * [100, 1]\ny = x[:, 0] * 3 + 5000\n"
    'model = keras.Sequential([Dense(8, activation="sigmoid", input_shape=(2,)), Dense(1)])\n'
    'model.compile(optimizer="sgd", loss="mse")\n'
    "model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)\n"
)
BEFORE = recipe(dense("dense", 8, "sigmoid"), dense("dense_1", 1), split=Split("tail", 0.25))
AFTER = replace(
    BEFORE,
    model=architecture.with_config(BEFORE.model, "dense", activation="relu"),
    optimizer=optimizer("Adam", learning_rate=0.03),
    epochs=60,
    inputs=("standardise",),
    standardise_targets=True,
)
PROMISED = Band(2000.0, 1000.0, 5000.0)


def data() -> Data:
    x = np.random.default_rng(0).normal(size=(160, 2)) * [100, 1]
    return Data(x.astype("float32"), (x[:, 0] * 3 + 5000).astype("float32"), 160)


def case_at(folder: Path, text: str) -> Case:
    """A case of a script that lies in a folder of its own, beside a module that it imports."""
    folder.mkdir()
    (folder / "light.py").write_text(LIGHT)
    script = folder / "train.py"
    script.write_text(text)
    lines = {"dense": line_of(SCRIPT, r"Dense\(8"), "dense_1": line_of(SCRIPT, r"Dense\(1")}
    return replace(case(SCRIPT, BEFORE, lines, path=str(script)), data=data())


def rerun(fixed: Path, made: Case, treated: Recipe, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Rerun:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    yardstick = choose_yardstick(made.task, made.task.encode(made.data.y))
    rows = np.arange(130, 160)
    with Aside() as aside:
        return rerun_script(str(fixed), made, treated, yardstick, rows, PROMISED, str(folder), aside, timeout=120)


def test_a_repaired_script_runs_and_its_model_is_scored_in_target_units(tmp_path, monkeypatch):
    made = case_at(tmp_path / "work", SCRIPT)
    edited = edit_script(SCRIPT, made, AFTER)
    written = write_edit(edited, made.source.script, str(tmp_path / "report"))
    assert not edited.unwritten
    assert written is not None
    result = rerun(Path(written.script), made, AFTER, tmp_path / "report", monkeypatch)
    assert result.ran, result.words
    # The targets' variance is 90 000; a model read in standardised units would score about 25 million.
    assert result.got == pytest.approx(0, abs=5000)
    assert result.kept
    assert "keeps the promise" in result.words
    assert "its own validation rows" in result.words
    assert (tmp_path / "report" / "rerun.log").exists()


def test_a_repaired_script_that_breaks_is_said_to_with_its_log(tmp_path, monkeypatch):
    made = case_at(tmp_path / "work", SCRIPT)
    fixed = tmp_path / "train.fixed.py"
    fixed.write_text("raise ValueError('no such file')\n")
    result = rerun(fixed, made, AFTER, tmp_path / "report", monkeypatch)
    assert not result.ran
    assert not result.kept
    assert result.got is None
    assert "did not run" in result.words
    assert "no such file" in (tmp_path / "report" / "rerun.log").read_text()


def test_saved_models_that_prepare_their_rows_are_scored_as_they_predict(tmp_path):
    from lossclinic.engine.backend import use_jax
    from lossclinic.prescribe.model import save_repaired

    keras = use_jax()
    made, path = replace(case(SCRIPT, BEFORE, {}), data=data()), str(tmp_path / "model.keras")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1)])
    treated = replace(AFTER, model=keras.saving.serialize_keras_object(model))
    rows = Rows(np.arange(120), *[np.zeros(0, int)] * 3)
    save_repaired(treated, made.data, rows, tuple(model.get_weights()), path)
    yardstick = choose_yardstick(made.task, made.task.encode(made.data.y))

    x, y = made.data.x[120:], made.data.y[120:]
    scaled = (x - made.data.x[:120].mean(0)) / made.data.x[:120].std(0)
    raw = np.asarray(model(scaled)) * made.data.y[:120].std() + made.data.y[:120].mean()
    wanted = np.mean((raw[:, 0] - y) ** 2)
    with Aside() as aside:
        assert score_model(aside, [path], x, y, yardstick, treated) == pytest.approx(wanted, rel=1e-3)


def test_a_model_that_cannot_be_loaded_is_named(tmp_path):
    made = replace(case(SCRIPT, BEFORE, {}), data=data())
    yardstick = choose_yardstick(made.task, made.task.encode(made.data.y))
    with Aside() as aside, pytest.raises(LossclinicError, match=r"none\.keras could not be run"):
        score_model(aside, [str(tmp_path / "none.keras")], made.data.x, made.data.y, yardstick, AFTER)


CLASSES = BEGIN + (
    "rng = np.random.default_rng(0)\nx = rng.normal(size=(160, 2))\ny = np.digitize(x[:, 0], [-0.5, 0.5])\n"
    'model = keras.Sequential([keras.Input((2,)), Dense(8, "relu"), Dense(3, "softmax")])\n'
    'model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")\n'
    "model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)\n"
)


def test_labels_that_became_one_hot_rows_are_scored_as_the_classes_they_are(tmp_path, monkeypatch):
    x = np.random.default_rng(0).normal(size=(160, 2))
    adam = optimizer("Adam", learning_rate=0.001)
    layers = (dense("dense", 8, "relu"), dense("dense_1", 3, "softmax"))
    before = recipe(*layers, loss=loss("SparseCategoricalCrossentropy"), split=Split("tail", 0.25), optimizer=adam)
    after = replace(before, loss=loss("CategoricalCrossentropy"), mixup=0.2, epochs=150)
    made = case_at(tmp_path / "work", CLASSES)
    task = Task("multiclass", 3, (0.0, 1.0, 2.0))
    rows = Data(x.astype("float32"), np.digitize(x[:, 0], [-0.5, 0.5]), 160)
    made = replace(made, recipe=before, task=task, data=rows)
    edited = edit_script(CLASSES, made, after)
    written = write_edit(edited, made.source.script, str(tmp_path / "report"))
    result = rerun(Path(written.script), made, after, tmp_path / "report", monkeypatch)
    assert result.ran, result.words
    assert "its own validation rows" in result.words
    assert result.got < 0.8 * np.log(3)


def test_the_members_of_an_ensemble_are_scored_together(tmp_path, monkeypatch):
    made = case_at(tmp_path / "work", SCRIPT)
    after = replace(AFTER, members=3)
    written = write_edit(edit_script(SCRIPT, made, after), made.source.script, str(tmp_path / "report"))
    result = rerun(Path(written.script), made, after, tmp_path / "report", monkeypatch)
    assert result.ran, result.words
    captured = [str(path) for path in sorted((tmp_path / "report" / "rerun").glob("*/*.keras"))]
    assert len(captured) == 3
    x, y = data().x[120:], data().y[120:]
    yardstick = choose_yardstick(made.task, made.task.encode(made.data.y))
    units = {"mean": float(np.mean(data().y[:120])), "std": float(np.std(data().y[:120]))}
    with Aside() as aside:
        together, *alone = (
            score_model(aside, paths, x, y, yardstick, after, **units) for paths in (captured, *([p] for p in captured))
        )
    assert result.got == pytest.approx(together, rel=0.02)
    assert together < np.mean(alone)
