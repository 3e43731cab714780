"""Layers that are let learn, widened and moved, in scripts that freeze and build in different ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lossclinic.core import architecture
from lossclinic.core.architecture import make_layer
from lossclinic.core.recipe import Change
from lossclinic.prescribe.script import edit_script
from lossclinic.prescribe.words import describe
from lossclinic.remedies.architecture import convolution, skip_connections, unfreeze, widen_bottleneck
from lossclinic.remedies.initialisation import orthogonal_initialisation, output_prior
from lossclinic.remedies.regularisation import move_dropout
from tests.prescribe.cases import case, dense, line_of, recipe
from tests.prescribe.test_runs import BEGIN, run

REST = (
    "model.compile('adam', 'mse')\nmodel.fit(x, y, epochs=3, verbose=0)\n"
    "print(sum(layer.count_params() for layer in model.layers if layer.trainable), len(model.layers))\n"
)
ROWS = "x = np.random.rand(90, 2)\ny = x[:, 0] * 3\n"
PLAIN = 'model = keras.Sequential([keras.Input((2,)), Dense(8, activation="relu"), Dense(1)])\n'


def frozen():
    hidden = {**dense("dense", 8, "relu")}
    hidden["config"] = {**hidden["config"], "trainable": False}
    return recipe(hidden, dense("dense_1", 1))


@pytest.mark.parametrize(
    ("build", "line"),
    [
        (PLAIN.replace('"relu")', '"relu", trainable=False)'), 'Dense(8, activation="relu"), Dense(1)'),
        (PLAIN + "model.layers[0].trainable = False\n", "model.layers[0].trainable = True\n"),
        (PLAIN + "for layer in model.layers[:1]:\n    layer.trainable = False\n", "    layer.trainable = True\n"),
        (
            PLAIN + "other = Dense(3)\nother.trainable = False\nmodel.layers[0].trainable = False\n",
            "model.trainable = True\nmodel.compile",
        ),
    ],
)
def test_a_layer_is_let_learn_where_the_script_freezes_it(build, line):
    text = BEGIN + ROWS + build + REST
    before = frozen()
    lines = {"dense": line_of(text, r"Dense\(8"), "dense_1": line_of(text, r"Dense\(1")}
    (after,) = unfreeze.apply(before)
    result = edit_script(text, case(text, before, lines), after)
    assert not result.unwritten
    assert line in result.text


def test_learning_widening_and_moving_run(tmp_path: Path):
    build = (
        'model = keras.Sequential([keras.Input((2,)), Dense(16, activation="relu"), Dense(1, "relu", name="slim"), '
        'Dense(16, activation="relu"), Dense(1), keras.layers.Dropout(0.4)])\n'
        'model.get_layer("slim").trainable = False\n'
    )
    text = BEGIN + ROWS + build + REST
    stack = [dense("wide", 16, "relu"), dense("slim", 1, "relu"), dense("wide_1", 16, "relu"), dense("last", 1)]
    stack[1]["config"]["trainable"] = False
    before = recipe(*stack, make_layer("Dropout", "drop", rate=0.4))
    after = move_dropout.apply(widen_bottleneck.apply(unfreeze.apply(before)[0])[-1])[0]
    lines = {name: line_of(text, r"Dense\(16") for name in ("wide", "slim", "wide_1", "last", "drop")}
    given = case(text, before, lines)
    result = edit_script(text, replace(given, source=replace(given.source, layers={})), after)
    assert not result.unwritten
    assert 'Dense(16, "relu", name="slim")' in result.text
    assert 'Dense(16, activation="relu"), keras.layers.Dropout(0.4), Dense(1)])' in result.text
    assert run(tmp_path, result.text) == [48 + 272 + 272 + 17, 5]
    assert architecture.layers(after.model)[-1].name == "last"


def test_learning_is_said_in_words():
    assert describe(Change("layer-argument", "a", "trainable", False, True)) == "Let layer `a` learn."


def test_a_skip_connection_is_handed_back_with_its_code():
    text = BEGIN + ROWS + PLAIN.replace("Dense(1)", "Dense(8), Dense(8), Dense(1)") + REST
    before = recipe(*(dense(name, 8) for name in "abc"), dense("last", 1))
    given = case(text, before, {name: line_of(text, r"Dense\(8") for name in (*"abc", "last")})
    (after, _) = skip_connections.apply(before)
    (handed,) = edit_script(text, replace(given, source=replace(given.source, layers={})), after).unwritten
    assert handed.words == "Bypass the layers behind `a` up to `c` with a skip connection (Add)."
    assert "Add()([c, a])" in handed.code


def test_the_start_of_the_output_is_written():
    text = BEGIN + ROWS + PLAIN + REST
    before = recipe(dense("dense", 8, "relu"), dense("dense_1", 1))
    lines = {"dense": line_of(text, r"Dense\(8"), "dense_1": line_of(text, r"Dense\(1")}
    given = case(text, before, lines)
    (after,) = output_prior.apply(before, given)
    result = edit_script(text, given, after)
    assert not result.unwritten
    assert "bias_initializer=keras.initializers.Constant(value=" in result.text
    assert "kernel_initializer=keras.initializers.RandomNormal(stddev=0.01)" in result.text


@pytest.mark.parametrize(
    "build",
    [
        "model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), Dense(1)])\n",
        "model = keras.Sequential()\nmodel.add(keras.layers.Flatten(input_shape=(8, 8, 1)))\nmodel.add(Dense(1))\n",
    ],
)
def test_a_convolution_is_written_before_the_layer_that_flattens(build, tmp_path: Path):
    text = BEGIN + "x = np.random.rand(90, 8, 8, 1)\ny = x[:, 0, 0, 0]\n" + build + REST
    flat = make_layer("Flatten", "flatten")
    before = recipe(flat, dense("dense", 1))
    before.model["config"]["layers"][0]["config"]["batch_shape"] = [None, 8, 8, 1]
    lines = {"flatten": line_of(text, r"Flatten\("), "dense": line_of(text, r"Dense\(1")}
    after = convolution.apply(before)[0]
    result = edit_script(text, case(text, before, lines), after)
    assert not result.unwritten
    assert 'keras.layers.Conv2D(filters=16, kernel_size=[3, 3], padding="same", activation="relu")' in result.text
    assert run(tmp_path, result.text) == [160 + 257, 4]


def test_the_start_of_a_recurrent_kernel_is_written(tmp_path: Path):
    build = (
        "from keras.layers import SimpleRNN\n"
        "start = keras.initializers.Orthogonal(gain=1.4)\n"
        "rnn = SimpleRNN(8, activation='relu', recurrent_initializer=start)\n"
        "model = keras.Sequential([keras.Input((2, 1)), rnn, Dense(1)])\n"
    )
    text = BEGIN + ROWS + build + REST
    growing = {"class_name": "Orthogonal", "config": {"gain": 1.4, "seed": None}}
    layer = make_layer("SimpleRNN", "simple_rnn", units=8, activation="relu", recurrent_initializer=growing)
    before = recipe(layer, dense("dense", 1))
    lines = {"simple_rnn": line_of(text, r"SimpleRNN\(8"), "dense": line_of(text, r"Dense\(1")}
    (after,) = orthogonal_initialisation.apply(before)
    result = edit_script(text, case(text, before, lines), after)
    assert not result.unwritten
    assert "SimpleRNN(8, activation='relu', recurrent_initializer=\"orthogonal\")" in result.text
    words = [describe(change) for change in before.diff(after)]
    assert words == ["In layer `simple_rnn` use recurrent_initializer orthogonal instead of Orthogonal(gain=1.4)."]
    assert run(tmp_path, result.text)
