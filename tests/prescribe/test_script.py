from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lossclinic.core import architecture
from lossclinic.core.recipe import Recipe, Resampling, Split, Stop
from lossclinic.core.task import Task
from lossclinic.prescribe.script import Edited, edit_script
from tests.prescribe.cases import case, dense, line_of, loss, optimizer, recipe

HEAD = """\
import numpy as np
import keras
from keras import layers

x = np.random.rand(90, 2)
y = x[:, 0] * 3
"""
LIST = (
    HEAD
    + """
model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(4, activation="sigmoid"),  # hidden
    layers.Dense(1),  # out
])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=5)
"""
)
ADD = (
    HEAD
    + """
net = keras.models.Sequential()
net.add(layers.Dense(4, "sigmoid", input_dim=2))
net.add(layers.Dense(1))
opt = keras.optimizers.SGD(0.01)
net.compile(loss="mse", optimizer=opt)
stoppers = [keras.callbacks.TerminateOnNaN()]
net.fit(x, y, 32, 5, callbacks=stoppers)
"""
)
CHAIN = (
    HEAD
    + """
inputs = keras.Input((2,))
h = layers.Dense(4, activation="sigmoid")(inputs)
outputs = layers.Dense(1)(h)
model = keras.Model(inputs, outputs)
model.compile("sgd", "mse")
history = model.fit(x=x, y=y, epochs=5, callbacks=keras.callbacks.TerminateOnNaN())
"""
)
TF = """\
import tensorflow as tf

(x, y) = load()
model = tf.keras.models.Sequential([tf.keras.layers.Dense(4, activation='sigmoid'), tf.keras.layers.Dense(1)])
model.compile(tf.keras.optimizers.SGD(learning_rate=0.01), loss='mse')
model.fit(x, y, epochs=5)
"""
BARE = """\
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

x, y = load()
model = Sequential()
model.add(Dense(4, activation="sigmoid"))
model.add(Dense(1))
model.compile(loss="mse", optimizer="sgd")
model.fit(x, y, epochs=5)
"""
SCRIPTS = {"list": LIST, "add": ADD, "chain": CHAIN, "tf": TF, "bare": BARE}
BEFORE = recipe(dense("dense", 4, "sigmoid"), dense("dense_1", 1))


def chained(model: dict[str, Any]) -> dict[str, Any]:
    """The same layers as a Functional graph."""
    previous, entries = None, []
    for layer in model["config"]["layers"]:
        nodes: list[Any] = []
        if previous is not None:
            tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": [previous, 0, 0]}}
            nodes = [{"args": [tensor], "kwargs": {}}]
        previous = layer["config"]["name"]
        entries.append({**layer, "name": previous, "inbound_nodes": nodes})
    return {"class_name": "Functional", "config": {"name": "m", "layers": entries, "output_layers": [previous, 0, 0]}}


def edited(style: str, change: Any, text: str = "", task: Task | None = None) -> Edited:
    text = text or SCRIPTS[style]
    before = replace(BEFORE, model=chained(BEFORE.model)) if style == "chain" else BEFORE
    lines = {"dense": line_of(text, r"Dense\(4"), "dense_1": line_of(text, r"Dense\(1")}
    result = edit_script(text, case(text, before, lines, task=task), change(before))
    compile(result.text, "edited", "exec")
    return result


def relu_batch_norm(before: Recipe) -> Recipe:
    model = architecture.with_config(before.model, "dense", activation="relu", units=64)
    return replace(
        before, model=architecture.insert_after(model, "dense", architecture.make_layer("BatchNormalization", "bn"))
    )


@pytest.mark.parametrize("style", SCRIPTS)
def test_no_change_leaves_the_text_alone(style: str) -> None:
    assert edited(style, lambda r: r) == Edited(SCRIPTS[style], "")


@pytest.mark.parametrize(
    ("style", "lines"),
    [
        ("list", ['    layers.Dense(64, activation="relu"),  # hidden', "    layers.BatchNormalization(),"]),
        ("add", ['net.add(layers.Dense(64, "relu", input_dim=2))', "net.add(layers.BatchNormalization())"]),
        ("chain", ['h = layers.Dense(64, activation="relu")(inputs)', "h = layers.BatchNormalization()(h)"]),
        ("tf", ['tf.keras.layers.Dense(64, activation="relu"), tf.keras.layers.BatchNormalization(), tf.keras']),
        ("bare", ["from tensorflow.keras.layers import BatchNormalization", "model.add(BatchNormalization())"]),
    ],
)
def test_layers_change_and_grow_in_the_scripts_own_style(style: str, lines: list[str]) -> None:
    result = edited(style, relu_batch_norm)
    assert not result.unwritten
    for line in lines:
        assert line in result.text


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("list", 'model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.003), loss="binary_crossentropy")'),
        ("add", "opt = keras.optimizers.Adam(learning_rate=0.003)"),
        ("chain", 'model.compile(keras.optimizers.Adam(learning_rate=0.003), "binary_crossentropy")'),
        ("tf", 'tf.keras.optimizers.Adam(learning_rate=0.003), loss="binary_crossentropy"'),
        ("bare", "from tensorflow.keras.optimizers import Adam"),
    ],
)
def test_optimizer_and_loss(style: str, line: str) -> None:
    result = edited(
        style,
        lambda r: replace(
            r,
            optimizer=optimizer("Adam", learning_rate=0.003000000026077032),
            loss=loss("BinaryCrossentropy", from_logits=False),
        ),
    )
    assert not result.unwritten
    assert line in result.text


def test_the_learning_rate_is_written_where_the_optimizer_is_made() -> None:
    result = edited("add", lambda r: r.with_learning_rate(0.1))
    assert "opt = keras.optimizers.SGD(0.1)\n" in result.text
    assert (
        'optimizer=keras.optimizers.SGD(learning_rate=0.1), loss="mse"'
        in edited("list", lambda r: r.with_learning_rate(0.1)).text
    )


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("list", "epochs=50, callbacks=[keras.callbacks.EarlyStopping("),
        ("add", "net.fit(x_train, y_train, 32, 50, callbacks=[*stoppers, keras.callbacks.EarlyStopping("),
        ("chain", "callbacks=[keras.callbacks.TerminateOnNaN(), keras.callbacks.EarlyStopping("),
        ("tf", "tf.keras.callbacks.EarlyStopping("),
    ],
)
def test_epochs_and_stop_rule_come_with_validation_rows(style: str, line: str) -> None:
    stop = Stop(patience=3)
    result = edited(style, lambda r: replace(r, epochs=50, stop=stop, split=Split("shuffled", 0.2)))
    assert not result.unwritten
    assert "train_test_split(x, y, test_size=0.2, random_state=0)" in result.text
    assert "validation_data=(x_val, y_val)" in result.text
    assert line.replace("epochs=50, ", "") in result.text


def test_a_stop_rule_without_validation_rows_is_handed_back() -> None:
    result = edited("list", lambda r: replace(r, stop=Stop(patience=3)))
    assert result.diff == ""
    assert "validation rows" in result.unwritten[0].why
    assert "EarlyStopping" in result.unwritten[0].code


def test_a_stop_rule_in_place_is_reworded_in_full() -> None:
    rule = 'keras.callbacks.EarlyStopping("val_loss", patience=2, min_delta=0.1, mode="max", baseline=0.3, verbose=1)'
    text = LIST.replace("epochs=5", f"epochs=5, validation_split=0.25, callbacks=[{rule}]")
    wrong = Stop(patience=2, min_delta=0.1, restore_best=False, mode="max", baseline=0.3)
    before = replace(BEFORE, stop=wrong, split=Split("tail", 0.25))
    given = case(text, before, {"dense": line_of(text, "4, "), "dense_1": line_of(text, r"Dense\(1")})
    result = edit_script(text, given, replace(before, stop=Stop(patience=10)))
    assert not result.unwritten
    assert 'EarlyStopping("val_loss", patience=10, verbose=1, restore_best_weights=True)' in result.text
    kept = edit_script(text, given, replace(before, stop=replace(wrong, patience=9)))
    assert 'patience=9, min_delta=0.1, mode="max", baseline=0.3, verbose=1' in kept.text


def test_a_constant_changes_where_it_is_defined() -> None:
    text = LIST.replace("epochs=5", "epochs=EPOCHS").replace("x = np", "EPOCHS = 5\nx = np", 1) + "range(EPOCHS)\n"
    assert "EPOCHS = 80\n" in edited("", lambda r: replace(r, epochs=80), text).text
    shared = text + "other.fit(x, y, epochs=EPOCHS)\n"
    result = edited("", lambda r: replace(r, epochs=80), shared).text
    assert "EPOCHS = 5\n" in result
    assert "model.fit(x, y, epochs=80)" in result


def test_class_weights_and_smote_keep_validation_rows_apart() -> None:
    text = LIST.replace("epochs=5", "epochs=5, validation_split=0.25")
    result = edited(
        "",
        lambda r: replace(r, class_weight={0: 0.5, 1: 4.5}, resampling=Resampling()),
        text,
        Task("binary", 2, (0, 1)),
    ).text
    assert "class_weight={0: 0.5, 1: 4.5}" in result
    assert "fit_resample(x[:cut], np.ravel(y[:cut]))" in result
    assert "validation_data=(x[cut:], y[cut:])" in result
    assert "validation_split" not in result


def test_layers_made_in_a_loop_change_together_or_not_at_all() -> None:
    text = HEAD + (
        "model = keras.Sequential([keras.Input((2,))])\nfor _ in range(2):\n"
        '    model.add(layers.Dense(4, activation="sigmoid"))\nmodel.add(layers.Dense(1))\n'
        'model.compile("sgd", "mse")\nmodel.fit(x, y, epochs=5)\n'
    )
    before = recipe(dense("a", 4, "sigmoid"), dense("b", 4, "sigmoid"), dense("c", 1))
    line = line_of(text, r"Dense\(4")
    given = case(text, before, {"a": line, "b": line, "c": line_of(text, r"Dense\(1")})
    both = before.model
    for name in "ab":
        both = architecture.with_config(both, name, activation="relu")
        both = architecture.insert_after(both, name, architecture.make_layer("Dropout", f"drop_{name}", rate=0.3))
    result = edit_script(text, given, replace(before, model=both, inputs=("standardise",)))
    assert not result.unwritten
    assert '    model.add(layers.Dense(4, activation="relu"))\n    model.add(layers.Dropout(0.3))\n' in result.text
    assert 'model.add(layers.Normalization(name="standardise"))\nfor' in result.text
    one = edit_script(
        text, given, replace(before, model=architecture.with_config(before.model, "a", activation="relu"))
    )
    assert one.text == text
    assert "only `a` changes" in one.unwritten[0].why


def test_layers_go() -> None:
    text = LIST.replace("  # hidden", "\n    layers.Dropout(0.5),")
    drop = architecture.make_layer("Dropout", "dropout", rate=0.5)
    before = recipe(dense("dense", 4, "sigmoid"), drop, dense("dense_1", 1))
    lines = {"dense": line_of(text, "4, "), "dropout": line_of(text, "Dropout"), "dense_1": line_of(text, r"Dense\(1")}
    after = replace(before, model=architecture.remove(before.model, "dropout"))
    result = edit_script(text, case(text, before, lines), after)
    assert "Dropout" not in result.text
    assert "# out" in result.text


def test_a_builder_of_two_models_is_edited_and_named() -> None:
    text = HEAD + (
        'def build():\n    m = keras.Sequential([layers.Dense(4, activation="sigmoid"), layers.Dense(1)])\n'
        '    m.compile("sgd", "mse")\n    return m\n\nfirst, second = build(), build()\n'
        "first.fit(x, y, epochs=5)\nsecond.fit(x, y, epochs=5)\n"
    )
    line = line_of(text, r"Dense\(4")
    given = case(text, BEFORE, {"dense": line, "dense_1": line}, fit=1)
    result = edit_script(text, given, replace(relu_batch_norm(BEFORE), epochs=9))
    assert "first.fit(x, y, epochs=5)\nsecond.fit(x, y, epochs=9)" in result.text
    assert "`build`" in result.notes[0]


@pytest.mark.parametrize(
    ("fit", "change"),
    [
        ("model.fit(rows(), epochs=5)", {"inputs": ("standardise",)}),
        ("model.fit(rows(), epochs=5)", {"batch_size": 8}),
        ("model.fit(*feed, **options)", {"epochs": 9}),
        ("losses = [model.fit(x, y).history for _ in range(3)]", {"inputs": ("standardise",)}),
        ("model.fit(x, y, callbacks=get())", {"stop": Stop(3, monitor="loss")}),
    ],
)
def test_what_cannot_be_written_safely_is_handed_back(fit: str, change: dict[str, Any]) -> None:
    text = LIST.replace("model.fit(x, y, epochs=5)", fit)
    result = edited("", lambda r: replace(r, **change), text)
    assert result.text == text
    assert len(result.unwritten) == 1
    assert result.unwritten[0].words
    assert result.unwritten[0].why


def test_text_that_is_no_python_is_handed_back() -> None:
    result = edit_script("print 'x'", case(LIST, BEFORE, {}), replace(BEFORE, epochs=9))
    assert result.text == "print 'x'"
    assert "parsed" in result.unwritten[0].why


@pytest.mark.skipif(shutil.which("patch") is None, reason="the patch command is not installed")
@pytest.mark.parametrize("text", [LIST, LIST.rstrip("\n")])
def test_the_diff_applies(tmp_path: Path, text: str) -> None:
    result = edited("", lambda r: replace(relu_batch_norm(r), epochs=9), text)
    (tmp_path / "train.py").write_text(text)
    subprocess.run(["patch", "-p1", "-s"], input=result.diff, text=True, cwd=tmp_path, check=True)
    assert (tmp_path / "train.py").read_text() == result.text
    touched = [line for line in result.diff.splitlines() if line.startswith(("-", "+"))]
    assert len(touched) <= 2 + 5


def test_a_layer_that_goes_takes_its_line_along() -> None:
    text = CHAIN.replace("outputs = ", "h = layers.Dropout(0.5)(h)\noutputs = ")
    drop = architecture.make_layer("Dropout", "dropout", rate=0.5)
    before = recipe(dense("dense", 4, "sigmoid"), drop, dense("dense_1", 1))
    lines = {"dense": line_of(text, "4, "), "dropout": line_of(text, "Dropout"), "dense_1": line_of(text, r"Dense\(1")}
    after = replace(before, model=architecture.remove(before.model, "dropout"))
    assert edit_script(text, case(text, before, lines), after).text == CHAIN
