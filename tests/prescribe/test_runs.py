"""Edited scripts, run for real on tiny data (Keras on JAX, each in a process of its own)."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Data
from lossclinic.core.recipe import Cosine, Recipe, Resampling, Split, Stop
from lossclinic.core.steps import OneHot
from lossclinic.core.task import Task
from lossclinic.prescribe.script import edit_script
from tests.prescribe.cases import case, dense, line_of, optimizer, recipe
from tests.prescribe.test_script import chained

# Keras imports TensorFlow where it finds it, which takes seconds.
LIGHT = """\
import sys
class NoTensorFlow:
    def find_spec(self, name, *_):
        if name.split(".")[0] == "tensorflow":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoTensorFlow())
"""
BEGIN = """\
import light
import numpy as np
import keras
from keras.layers import Dense
"""


def run(folder: Path, text: str, backend: str = "jax") -> list[float]:
    """Run a script; the numbers of its last line."""
    (folder / "light.py").write_text(LIGHT if backend == "jax" else "")
    (folder / "fixed.py").write_text(text)
    env = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "fixed.py"], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + text
    return [float(word) for word in done.stdout.split("\n")[-2].split()]


def fix(text: str, before: Recipe, after: Recipe, task: Task | None = None) -> str:
    lines = {"dense": line_of(text, r"Dense\(8"), "dense_1": line_of(text, r"Dense\(1")}
    result = edit_script(text, case(text, before, lines, task=task), after)
    assert not result.unwritten
    return result.text


def test_gaps_scales_and_targets_in_a_sequential_list(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nX = rng.normal(size=(260, 2)) * [1000, 0.1]\n"
        "y = X[:, 0] * 2 + 5000\nX[::9, 1] = np.nan\n"
        'model = keras.Sequential([Dense(8, activation="sigmoid", input_shape=(2,)), Dense(1)])\n'
        'model.compile(optimizer="sgd", loss="mse", metrics=["mae"])\n'
        "history = model.fit(X[:200], y[:200], epochs=5, verbose=0)\n"
        "loss, mae = model.evaluate(X[200:], y[200:], verbose=0)\n"
        "rows = [model(X[200:])[:, 0]]\n"
        "print(mae, float(np.mean(np.asarray(rows[0]))), float(np.mean(y[200:])))\n"
    )
    before = recipe(dense("dense", 8, "sigmoid"), dense("dense_1", 1))
    after = replace(
        before,
        model=architecture.with_config(before.model, "dense", activation="relu"),
        optimizer=optimizer("Adam", learning_rate=0.03),
        epochs=40,
        inputs=("impute", "standardise"),
        standardise_targets=True,
        split=Split("shuffled", 0.2),
        stop=Stop(patience=None),
    )
    mae, predicted, wanted = run(tmp_path, fix(text, before, after))
    assert mae < 1000
    assert abs(predicted - wanted) < 600


def test_smote_and_scales_with_models_that_add_and_pandas(tmp_path: Path) -> None:
    text = BEGIN + (
        "import pandas as pd\nrng = np.random.default_rng(0)\n"
        'frame = pd.DataFrame({"a": rng.normal(size=200) * 500, "b": rng.normal(size=200)})\n'
        'frame["label"] = (frame.a > 600).astype(int)\n'
        "model = keras.Sequential()\nmodel.add(Dense(8, input_dim=2))\n"
        'model.add(Dense(1, activation="sigmoid"))\n'
        'model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])\n'
        'model.fit(frame[["a", "b"]], frame["label"], epochs=5, validation_split=0.2, verbose=0)\n'
        'print(*model.evaluate(frame[["a", "b"]], frame["label"], verbose=0))\n'
    )
    before = recipe(dense("dense", 8), dense("dense_1", 1, "sigmoid"), split=Split("tail", 0.2))
    after = replace(
        before,
        model=architecture.insert_after(
            before.model, "dense", architecture.make_layer("LeakyReLU", "leaky", negative_slope=0.1)
        ),
        inputs=("standardise",),
        resampling=Resampling(),
        class_weight={0: 1.0, 1: 1.5},
        epochs=40,
        optimizer=optimizer("Adam", learning_rate=0.02),
    )
    assert run(tmp_path, fix(text, before, after, Task("binary", 2, (0.0, 1.0))))[1] > 0.85


def test_synthetic_rows_of_codes_that_are_encoded_and_scaled_behind_them(tmp_path: Path) -> None:
    text = BEGIN + (
        "import pandas as pd\nrng = np.random.default_rng(0)\n"
        'frame = pd.DataFrame({"region": rng.integers(0, 4, 300), "age": rng.normal(size=300) * 500})\n'
        'frame["label"] = ((frame.region == 1) & (frame.age > 0)).astype(int)\n'
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(1, activation="sigmoid")])\n'
        'model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])\n'
        'model.fit(frame[["region", "age"]], frame["label"], epochs=5, validation_split=0.2, verbose=0)\n'
        'print(*model.evaluate(frame[["region", "age"]], frame["label"], verbose=0))\n'
    )
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 1, "sigmoid"), split=Split("tail", 0.2))
    after = replace(
        before,
        model=architecture.with_input_width(before.model, 5),
        inputs=(OneHot(((0, (0.0, 1.0, 2.0, 3.0)),)), "standardise"),
        resampling=Resampling(categories=(0,)),
        epochs=40,
        optimizer=optimizer("Adam", learning_rate=0.02),
    )
    fixed = fix(text, before, after, Task("binary", 2, (0.0, 1.0)))
    assert "SMOTENC(categorical_features=[0]" in fixed
    assert run(tmp_path, fixed)[1] > 0.9


def test_a_chain_of_calls(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(200, 2)) * 100\ny = np.abs(x[:, 0]) / 100\n"
        "def build():\n    inputs = keras.Input((2,))\n"
        '    outputs = Dense(1)(\n        Dense(8, activation="sigmoid")(inputs))\n'
        "    return keras.Model(inputs, outputs)\n"
        "model = build()\nmodel.compile('sgd', 'mse')\ncheck = (x[150:], y[150:])\n"
        "h = model.fit(x[:150], y[:150], 16, 5, 0, validation_data=check).history\n"
        "print(min(h['val_loss']), len(h['loss']))\n"
    )
    plain = recipe(dense("dense", 8, "sigmoid"), dense("dense_1", 1), split=Split("given", 0.25))
    before = replace(plain, model=chained(plain.model))
    model = architecture.with_config(before.model, "dense", activation="relu")
    after = replace(
        before,
        model=architecture.insert_after(model, "dense", architecture.make_layer("Dropout", "drop", rate=0.1)),
        inputs=("standardise",),
        epochs=30,
        optimizer=optimizer("Adam", learning_rate=0.03),
        stop=Stop(patience=20),
    )
    best, epochs = run(tmp_path, fix(text, before, after))
    assert best < 0.3
    assert epochs <= 30


def test_the_repaired_model_takes_raw_rows_and_loads_without_lossclinic(tmp_path: Path) -> None:
    save = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import light
from dataclasses import replace
import numpy as np
import keras
from lossclinic.core.case import Data
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Rows
from lossclinic.prescribe.model import save_repaired
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
plain = keras.saving.serialize_keras_object(model)
x = np.array([[0, 10], [2, 30], [4, 50], [np.nan, np.inf]], dtype="float32")
y = np.array([100.0, 200.0, 300.0, 200.0])
sgd = {{"class_name": "SGD", "config": {{}}}}
recipe = Recipe(plain, {{}}, sgd, 1, inputs=("impute", "standardise"), standardise_targets=True)
rows = Rows(np.arange(3), *[np.zeros(0, int)] * 3)
save_repaired(recipe, Data(x, y, 4), rows, tuple(model.get_weights()), "model.keras")
np.save("x.npy", x)
print(0)
"""
    run(tmp_path, save)
    load = (
        "import light, sys\nimport keras, numpy as np\n"
        "model = keras.saving.load_model('model.keras')\n"
        "print(*np.asarray(model(np.load('x.npy')))[:, 0])\nassert 'lossclinic' not in sys.modules\n"
    )
    std = np.std([100, 200, 300])
    scaled = np.array([-1, 0, 1, 0]) / np.std([-1, 0, 1]) * 2
    np.testing.assert_allclose(run(tmp_path, load), scaled * std + 200, rtol=1e-4, atol=1e-3)


def test_a_rate_that_falls_along_a_cosine_and_clipped_gradients(tmp_path: Path) -> None:
    text = BEGIN + (
        "X = np.random.default_rng(0).normal(size=(64, 2))\ny = X[:, 0] * 2\n"
        'model = keras.Sequential([Dense(8, activation="relu"), Dense(1)])\n'
        'model.compile(optimizer="sgd", loss="mse")\n'
        "rates = []\n"
        "note = keras.callbacks.LambdaCallback(\n"
        "    on_epoch_begin=lambda epoch, logs: rates.append(float(np.asarray(model.optimizer.learning_rate)))\n)\n"
        "model.fit(X, y, epochs=4, batch_size=64, callbacks=[note], verbose=0)\n"
        "print(model.optimizer.clipnorm, *rates)\n"
    )
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 1), epochs=4, batch_size=64)
    clipped = optimizer(clipnorm=1.0)
    fixed = fix(text, before, replace(before, pace=Cosine(1), optimizer=clipped, batch_size=16))
    assert "batch_size=16" in fixed
    clip, *rates = run(tmp_path, fixed)
    assert clip == 1.0
    # The script's own callback comes first, so it sees the rates of the epochs before.
    assert np.allclose(rates, [0.01, 0.005, 0.01, 0.0075], atol=1e-5)


def test_heavy_tails_codes_and_prices(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\ncode = rng.integers(0, 4, 400)\n"
        "X = np.stack([np.exp(2 * rng.normal(size=400)), code], axis=1)\n"
        "y = np.exp(np.array([3.0, 0, 2, 1])[code] + np.log(X[:, 0]) / 3)\n"
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(1)])\n'
        'model.compile(optimizer="sgd", loss="mse", metrics=["mae"])\n'
        "model.fit(X[:300], y[:300], epochs=5, validation_split=0.2, verbose=0)\n"
        "loss, mae = model.evaluate(X[300:], y[300:], verbose=0)\n"
        "rows = model.predict(X[300:], verbose=0)[:, 0]\n"
        "print(mae, float(np.corrcoef(rows, y[300:])[0, 1]), float(np.mean(np.abs(y))))\n"
    )
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 1), split=Split("tail", 0.2))
    after = replace(
        before,
        model=architecture.with_input_width(before.model, 5),
        optimizer=optimizer("Adam", learning_rate=0.03),
        epochs=60,
        inputs=("clip", "log", OneHot(((1, (0.0, 1.0, 2.0, 3.0)),)), "standardise"),
        standardise_targets=True,
        log_targets=True,
    )
    rng = np.random.default_rng(0)
    code = rng.integers(0, 4, 400)
    rows = np.stack([np.exp(2 * rng.normal(size=400)), code], axis=1)[:300]
    lines = {"dense": line_of(text, r"Dense\(8"), "dense_1": line_of(text, r"Dense\(1")}
    made = replace(case(text, before, lines), data=Data(rows, np.ones(300), 300))
    result = edit_script(text, made, after)
    assert not result.unwritten
    mae, alike, size = run(tmp_path, result.text)
    assert alike > 0.9
    assert mae < 0.3 * size


def test_a_repaired_model_holds_every_step(tmp_path: Path) -> None:
    save = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import light
import numpy as np
import keras
from lossclinic.core.case import Data
from lossclinic.core.preparation import fit_inputs, fit_targets, log_targets, prepare
from lossclinic.core.recipe import Recipe
from lossclinic.core.steps import OneHot, Products, Without
from lossclinic.core.rows import Rows
from lossclinic.prescribe.model import save_repaired
rng = np.random.default_rng(0)
codes, constant = rng.integers(0, 3, 200), np.full(200, 7)
x = np.stack([np.exp(2 * rng.normal(size=200)), codes, constant, rng.standard_t(2, 200)], axis=1)
x = x.astype("float32")
x[3, 0] = np.nan
y = np.exp(rng.normal(size=200))
model = keras.Sequential([keras.Input((9,)), keras.layers.Dense(1)])
x = np.concatenate([x, np.where(y[:, None] > 1, y[:, None], np.nan)], axis=1).astype("float32")
codes = OneHot(((1, (0.0, 1.0, 2.0)),))
steps = (Without((4,)), "impute", "drop-constant", "clip", "log", Products(2), codes, "standardise")
sgd = {{"class_name": "SGD", "config": {{}}}}
recipe = Recipe(
    keras.saving.serialize_keras_object(model), {{}}, sgd, 1, inputs=steps, standardise_targets=True, log_targets=True
)
rows = Rows(np.arange(150), *[np.zeros(0, int)] * 3)
save_repaired(recipe, Data(x, y, 200), rows, tuple(model.get_weights()), "model.keras")
np.save("x.npy", x)
mean, std = fit_targets(log_targets(y[:150]))
raw = np.asarray(model(prepare(fit_inputs(steps, x[:150], y[:150]), x[:8])))
print(*np.expm1(raw * std + mean)[:, 0])
"""
    wanted = run(tmp_path, save)
    load = (
        "import light\nimport keras, numpy as np\nmodel = keras.saving.load_model('model.keras')\n"
        "print(*np.asarray(model(np.load('x.npy')[:8]))[:, 0])\n"
    )
    np.testing.assert_allclose(run(tmp_path, load), wanted, rtol=1e-3, atol=1e-4)
