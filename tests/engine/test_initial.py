"""Initial weights drawn from one built model are those of a model built with the seed."""

import numpy as np
import pytest

from lossclinic.engine import initial
from lossclinic.engine.backend import use_jax
from lossclinic.engine.model import build_model
from tests.engine.made import recipe_of

keras = use_jax()
layers = keras.layers
MODELS = {
    "dense and dropout": lambda: [keras.Input((5,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(2)],
    "initialisers": lambda: [
        keras.Input((5,)),
        layers.Dense(4, kernel_initializer="orthogonal", bias_initializer="random_normal"),
        layers.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=3)),
        layers.Dense(1, kernel_initializer=keras.initializers.Constant(0.1)),
    ],
    "images": lambda: [
        keras.Input((6, 6, 1)), layers.RandomFlip(), layers.Conv2D(3, 3), layers.BatchNormalization(),
        layers.Flatten(), layers.Dense(1),
    ],
    "sequences": lambda: [
        keras.Input((7,)), layers.Embedding(9, 4), layers.Bidirectional(layers.GRU(3)), layers.Dense(1),
    ],
    "random forget gates": lambda: [keras.Input((7, 2)), layers.LSTM(3, bias_initializer="random_normal")],
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_the_weights_are_those_of_a_built_model(name):
    model = keras.Sequential(MODELS[name]())
    recipe, shape = recipe_of(model, "MeanSquaredError", "adam"), model.input_shape[1:]
    for seed in (0, 1, 7, 7):
        made, drawn = initial.model_of_seed(recipe, seed, None, shape)
        ours = [np.asarray(drawn.get(id(v), v.value)) for v in made.variables]
        theirs = build_model(recipe, seed, row_shape=shape).variables
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(mine, np.asarray(other))


def test_a_model_is_built_once_for_many_seeds(monkeypatch):
    model = keras.Sequential(MODELS["dense and dropout"]())
    recipe = recipe_of(model, "MeanSquaredError", "adam")
    first, _ = initial.model_of_seed(recipe, 0, None, (5,))
    monkeypatch.delattr(initial, "build_model")
    assert all(initial.model_of_seed(recipe, seed, None, (5,))[0] is first for seed in range(20))


def test_given_weights_are_not_drawn():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    from dataclasses import replace

    recipe = replace(recipe_of(model, "MeanSquaredError", "adam"), initial="given")
    made, drawn = initial.model_of_seed(recipe, 0, [np.array([[3.0]]), np.array([4.0])], (1,))
    assert not drawn
    assert [float(w.sum()) for w in made.get_weights()] == [3.0, 4.0]


def test_few_models_are_kept(monkeypatch):
    monkeypatch.setattr(initial, "_templates", {})
    for units in range(1, initial.MOST_TEMPLATES + 3):
        model = keras.Sequential([keras.Input((1,)), layers.Dense(units)])
        initial.model_of_seed(recipe_of(model, "MeanSquaredError", "adam"), 0, None, (1,))
    assert len(initial._templates) == initial.MOST_TEMPLATES
