"""Edited scripts of the remedies that change how a training steps, run for real on tiny data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lossclinic.core.case import Observed
from lossclinic.core.recipe import Split
from lossclinic.core.task import Task
from lossclinic.prescribe.script import edit_script
from tests.prescribe.cases import case, dense, line_of, loss, optimizer, recipe
from tests.prescribe.test_runs import BEGIN, fix, run

ROWS = "rng = np.random.default_rng(0)\nx = rng.normal(size=(200, 2))\ny = np.abs(x[:, 0])\n"
MODEL = 'model = keras.Sequential([keras.Input((2,)), Dense(8, activation="relu"), Dense(1)])\n'
BACKENDS = ["jax", pytest.param("tensorflow", marks=pytest.mark.tensorflow)]
BEFORE = recipe(dense("dense", 8, "relu"), dense("dense_1", 1))


def test_the_average_is_what_the_model_predicts_with(tmp_path: Path) -> None:
    text = BEGIN + ROWS + MODEL + (
        'model.compile(optimizer="sgd", loss="mse")\n'
        "last = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.get_weights()[0]))\n"
        "seen = []\nmodel.fit(x, y, epochs=5, callbacks=[last], verbose=0)\n"
        "print(np.abs(seen[-1] - model.get_weights()[0]).max(), model.optimizer.ema_momentum)\n"
    )  # fmt: skip
    after = replace(BEFORE, optimizer=optimizer(use_ema=True, ema_momentum=0.9))
    moved, momentum = run(tmp_path, fix(text, BEFORE, after))
    assert moved > 0
    assert momentum == 0.9


def test_mixed_rows_feed_a_training_of_classes(tmp_path: Path) -> None:
    text = BEGIN + ROWS + (
        "y = np.digitize(x[:, 0], [-0.5, 0.5])\n"
        'model = keras.Sequential([keras.Input((2,)), Dense(8, activation="relu"), Dense(1), Dense(3)])\n'
        'model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])\n'
        "h = model.fit(x, y, 16, 40, 0, validation_split=0.2)\n"
        "print(len(h.history['val_loss']), *model.evaluate(x, y, verbose=0))\n"
    )  # fmt: skip
    sparse, dense_loss = (loss(f"{kind}CategoricalCrossentropy", from_logits=True) for kind in ("Sparse", ""))
    layers = (dense("dense", 8, "relu"), dense("dense_1", 1), dense("dense_2", 3))
    before = recipe(*layers, loss=sparse, split=Split("tail", 0.2), optimizer=optimizer("Adam", learning_rate=0.001))
    after = replace(before, loss=dense_loss, mixup=0.2, batch_size=8, optimizer=optimizer("Adam", learning_rate=0.01))
    fixed = fix(text, before, after, Task("multiclass", 3, (0.0, 1.0, 2.0)))
    assert "MixedRows(x[:cut], one_hot(y[:cut]), 8)" in fixed
    epochs, _, accuracy = run(tmp_path, fixed)
    assert epochs == 40
    assert accuracy > 0.8


@pytest.mark.parametrize("backend", BACKENDS)
def test_mixed_rows_feed_a_training_of_numbers(tmp_path: Path, backend: str) -> None:
    text = BEGIN + ROWS + MODEL + (
        'model.compile(optimizer="sgd", loss="mse")\n'
        "h = model.fit(x=x, y=y, epochs=30, batch_size=8, validation_data=(x, y), verbose=0)\n"
        "print(h.history['loss'][-1], h.history['val_loss'][-1])\n"
    )  # fmt: skip
    train, check = run(tmp_path, fix(text, replace(BEFORE, split=Split("given", 0.5)),
                                     replace(BEFORE, split=Split("given", 0.5), mixup=1.0)), backend)  # fmt: skip
    assert check < 0.3
    assert train != check


def test_what_cannot_be_mixed_is_handed_back_with_its_loss() -> None:
    text = BEGIN + ROWS + MODEL.replace("Dense(1)", "Dense(3)") + (
        'model.compile(loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])\n'
        "model.fit(x, y, epochs=5)\n"
    )  # fmt: skip
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 3), loss=loss("SparseCategoricalCrossentropy"))
    after = replace(before, loss=loss("CategoricalCrossentropy"), mixup=0.2)
    result = edit_script(text, case(text, before, {}), after)
    assert result.text == text
    assert "sparse metrics" in result.unwritten[0].why
    assert "PyDataset" in result.unwritten[0].code
    assert "mixed rows" in result.unwritten[1].why


SHARP = (
    "import numpy as np\nimport keras\nrng = np.random.default_rng(0)\n"
    "x = rng.normal(size=(40, 2)).astype('float32')\ny = (x @ [1.0, -2.0])[:, None].astype('float32')\n"
    "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])\n"
    "w = model.get_weights()[0]\nmodel.compile(optimizer=keras.optimizers.SGD(0.1), loss='mse')\n"
    "model.fit(x, y, batch_size=40, epochs=5, verbose=0)\n"
    "def slope(w):\n    return 2 / len(x) * x.T @ (x @ w - y)\n"
    "for _ in range(5):\n    w = w - 0.1 * slope(w + 0.3 * slope(w) / np.linalg.norm(slope(w)))\n"
    "print(np.abs(w - model.get_weights()[0]).max(), np.abs(w).min())\n"
)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_sharpness_aware_step_moves_the_weights_as_the_paper_says(tmp_path: Path, backend: str) -> None:
    before = recipe(dense("dense", 1), optimizer=optimizer(learning_rate=0.1))
    given = case(SHARP, before, {"dense": line_of(SHARP, r"Dense\(1")})
    given = replace(given, observed=Observed(backend=backend))
    result = edit_script(SHARP, given, replace(before, sharpness=0.3))
    assert not result.unwritten
    assert "\n-" not in result.diff
    off, size = run(tmp_path, result.text, backend)
    assert off < 1e-5 < size


def test_a_sharpness_aware_step_is_not_written_for_other_backends() -> None:
    before = recipe(dense("dense", 1))
    given = replace(case(SHARP, before, {}), observed=Observed(backend="torch"))
    (unwritten,) = edit_script(SHARP, given, replace(before, sharpness=0.3)).unwritten
    assert "torch" in unwritten.why


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_ensemble_is_the_model_that_later_lines_use(tmp_path: Path, backend: str) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(200, 2)) * [100, 1] + 7\ny = np.abs(x[:, 0]) * 10\n"
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(1)])\n'
        'model.compile(optimizer="sgd", loss="mse", metrics=["mae"])\n'
        "history = model.fit(\n    x, y,\n    epochs=5,  # few\n    verbose=0,\n)\n"
        "print(len(history.history['mae']), *model.evaluate(x, y, verbose=0))\n"
    )
    after = replace(BEFORE, members=3, inputs=("standardise",), standardise_targets=True, epochs=9)
    fixed = fix(text, BEFORE, after)
    apart = "out = np.array([m.predict(x, verbose=0) for m in members])\nprint(len(out), np.std(out, 0).min(), "
    epochs, _, mae = run(tmp_path, fixed, backend)
    assert epochs == 9
    assert mae < 500
    whole = "np.abs(out.mean(0) * np.std(y) + np.mean(y) - model.predict(x, verbose=0)).max())\n"
    count, spread, off = run(tmp_path, fixed + apart + whole, backend)
    assert count == 3
    assert spread > 0
    assert off < 0.1


def test_an_ensemble_of_a_model_that_others_hold_is_handed_back() -> None:
    text = BEGIN + ROWS + MODEL + (
        'model.compile(optimizer="sgd", loss="mse")\nmodel.fit(x, y, epochs=5)\nprint(model.layers[0])\n'
    )  # fmt: skip
    (unwritten,) = edit_script(text, case(text, BEFORE, {}), replace(BEFORE, members=5)).unwritten
    assert "would see another model" in unwritten.why
    assert "member.fit(x, y, epochs=5)" in unwritten.code
