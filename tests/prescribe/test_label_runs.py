"""Scripts whose targets are mended, run for real on tiny data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from lossclinic.core.case import Data
from lossclinic.core.recipe import Split
from lossclinic.core.task import Task
from lossclinic.evidence.copies import copies
from lossclinic.evidence.suspects import suspects
from lossclinic.prescribe.script import edit_script
from tests.prescribe.cases import case, dense, line_of, loss, optimizer, recipe
from tests.prescribe.test_runs import BEGIN, fix, run


def test_labels_are_counted_for_fit_and_for_what_scores_it(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(300, 2))\ny = np.where(x[:, 0] > 0, 1, -1)\n"
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(1, activation="sigmoid")])\n'
        'model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])\n'
        "model.fit(x[:200], y[:200], epochs=5, validation_split=0.2, verbose=0)\n"
        "print(*model.evaluate(x[200:], y[200:], verbose=0))\n"
    )
    before = recipe(
        dense("dense", 8, "relu"), dense("dense_1", 1, "sigmoid"),
        loss=loss("BinaryCrossentropy"), split=Split("tail", 0.2),
    )  # fmt: skip
    after = replace(before, labels="counted", epochs=40, optimizer=optimizer("Adam", learning_rate=0.02))
    left, right = run(tmp_path, fix(text, before, after, Task("binary", 2, (-1.0, 1.0))))
    assert 0 < left < 0.3
    assert right > 0.9


def test_labels_from_one_and_their_weights(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(300, 2))\ny = 1 + (x[:, 0] > 0) + (x[:, 1] > 1)\n"
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(3, activation="softmax")])\n'
        'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
        "held = (x[200:], y[200:])\n"
        "model.fit(x[:200], y[:200], epochs=5, validation_data=held, class_weight={1: 1.0, 2: 1.0, 3: 2.0}, "
        "verbose=0)\n"
        "print(*model.evaluate(x=held[0], y=held[1], verbose=0))\n"
    )
    before = recipe(
        dense("dense", 8, "relu"), dense("dense_1", 3, "softmax"),
        loss=loss("SparseCategoricalCrossentropy"), split=Split("given", 0.33), class_weight={0: 1.0, 1: 1.0, 2: 2.0},
    )  # fmt: skip
    after = replace(before, labels="counted", epochs=40, optimizer=optimizer("Adam", learning_rate=0.02))
    where = {"dense": line_of(text, r"Dense\(8"), "dense_1": line_of(text, r"Dense\(3")}
    done = edit_script(text, case(text, before, where, task=Task("multiclass", 3, (1.0, 2.0, 3.0))), after)
    assert not done.unwritten
    left, right = run(tmp_path, done.text)
    assert 0 < left < 0.5
    assert right > 0.85


def test_suspect_rows_get_no_weight(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(300, 2))\nwrong = rng.random(300) < 0.2\n"
        "y = (x[:, 0] > 0) ^ wrong\n"
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(1, activation="sigmoid")])\n'
        'model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])\n'
        "model.fit(x[:200], y[:200], epochs=5, validation_split=0.2, verbose=0)\n"
        "print(*model.evaluate(x[200:], (x[200:, 0] > 0), verbose=0))\n"
    )
    before = recipe(
        dense("dense", 8, "relu"), dense("dense_1", 1, "sigmoid"),
        loss=loss("BinaryCrossentropy"), split=Split("tail", 0.2),
    )  # fmt: skip
    after = replace(before, drop_suspects=True, epochs=60, optimizer=optimizer("Adam", learning_rate=0.02))
    left, right = run(tmp_path, fix(text, before, after, Task("binary", 2, (0.0, 1.0))))
    assert left < 0.35
    assert right > 0.9


def test_the_scripts_function_is_the_experiments_own() -> None:
    """Both judge the same rows alike, whether the targets are classes or numbers."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    y = ((x[:, 0] > 0) ^ (rng.random(200) < 0.15)).astype(int)
    numbers = np.where(rng.random(200) < 0.03, 50.0, x[:, 1] + 0.1 * rng.normal(size=200))
    settings = {"recipe": recipe(dense("dense", 8), dense("dense_1", 1))}
    for task, targets in ((Task("binary", 2, (0.0, 1.0)), y), (Task("regression", 1), numbers)):
        text = "import numpy as np\nimport keras\nmodel = keras.Sequential([Dense(8), Dense(1)])\n"
        text += "model.compile('adam', 'mse')\nmodel.fit(x, targets)\n"
        made = case(text, settings["recipe"], {"dense": 3, "dense_1": 3}, task=task)
        edited = edit_script(text, made, replace(settings["recipe"], drop_suspects=True)).text
        body = edited[edited.index("def trust") : edited.index("model.fit")]
        space: dict[str, object] = {"np": np}
        exec("\n".join(line for line in edited.splitlines() if line.startswith("from sklearn")) + "\n" + body, space)
        says = space["trust"](x, targets) == 0
        np.testing.assert_array_equal(says, suspects(x, task.encode(targets), task))
        assert says.any()


def test_targets_lose_an_axis(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(300, 2))\ny = x[:, None, :1] * 2\n"
        'model = keras.Sequential([Dense(8, activation="relu", input_shape=(2,)), Dense(1)])\n'
        'model.compile(optimizer="adam", loss="mse")\n'
        "model.fit(x[:200], y[:200], epochs=5, validation_data=(x[200:], y[200:]), verbose=0)\n"
        "print(model.evaluate(x[200:], y[200:, 0], verbose=0), 0)\n"
    )
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 1), split=Split("given", 0.33))
    after = replace(before, flat_targets=True, epochs=60, optimizer=optimizer("Adam", learning_rate=0.02))
    assert run(tmp_path, fix(text, before, after))[0] < 0.5


def test_the_scripts_function_finds_the_experiments_own_copies() -> None:
    rng = np.random.default_rng(0)
    for width in (2, 40):
        x = rng.normal(size=(150, width))
        x[5, 0] = np.nan
        targets = rng.normal(size=150)
        held = np.concatenate([x[:30] + 1e-7, rng.normal(size=(20, width))])
        held_y = np.concatenate([targets[:20], targets[20:30] + 1, rng.normal(size=20)])
        before = recipe(dense("dense", 8), dense("dense_1", 1), split=Split("given", 0.25))
        text = "import numpy as np\nimport keras\nmodel = keras.Sequential([Dense(8), Dense(1)])\n"
        text += "model.compile('adam', 'mse')\nmodel.fit(x, targets, validation_data=(held, held_y))\n"
        made = replace(case(text, before, {"dense": 3, "dense_1": 3}), data=Data(x, targets, 150))
        edited = edit_script(text, made, replace(before, drop_copies=True)).text
        assert "sample_weight=own_rows(x, targets, held, held_y)" in edited
        body = edited[edited.index("def own_rows") : edited.index("model.fit")]
        space: dict[str, object] = {"np": np}
        exec("from sklearn.neighbors import NearestNeighbors\n" + body, space)
        says = space["own_rows"](x, targets, held, held_y) == 0
        np.testing.assert_array_equal(says, copies(x, targets, held, held_y))
        np.testing.assert_array_equal(says, np.arange(150) < 20)


def test_rows_of_the_tail_are_left_out_of_training(tmp_path: Path) -> None:
    text = BEGIN + (
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(100, 2))\ny = rng.normal(size=100)\n"
        "x[80:], y[80:] = x[:20], y[:20]\n"
        'model = keras.Sequential([Dense(1, kernel_initializer="zeros", input_shape=(2,))])\n'
        'model.compile(optimizer="sgd", loss="mse")\n'
        "seen = model.fit(x, y, epochs=1, batch_size=100, validation_split=0.2, verbose=0)\n"
        'print(seen.history["loss"][0], float(np.mean(np.where(np.arange(80) < 20, 0, y[:80] ** 2))))\n'
    )
    before = recipe(dense("dense", 1), split=Split("tail", 0.2), epochs=1, batch_size=100)
    lines = {"dense": line_of(text, r"Dense\(1")}
    done = edit_script(text, case(text, before, lines), replace(before, drop_copies=True))
    assert not done.unwritten
    loss_, wanted = run(tmp_path, done.text)
    assert abs(loss_ - wanted) < 1e-4
