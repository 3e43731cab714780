"""The engine gives the numbers that `keras.Model.fit` gives on the same weights and batch order."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.shaped import shaped
from lossclinic.engine.backend import use_jax
from lossclinic.remedies.loss._contract import keras_loss
from tests.engine.as_fit import assert_trains_as_fit
from tests.engine.made import mlp, recipe_of

keras = use_jax()
layers = keras.layers


def numbers(rows=70):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, 3)).astype("float32")
    return x, (x @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=rows)).astype("float32")


def classes(count, rows=70):
    x, y = numbers(rows)
    return x, np.digitize(y, np.quantile(y, np.linspace(0, 1, count + 1)[1:-1])).astype("int64")


def images(rows=40):
    rng = np.random.default_rng(2)
    y = np.arange(rows) % 3
    return (rng.normal(size=(rows, 6, 6, 1)) + y[:, None, None, None]).astype("float32"), y


def cnn():
    return keras.Sequential([
        keras.Input((6, 6, 1)), layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ])  # fmt: skip


def batch_norm():
    return mlp(3, (8,), between=(layers.BatchNormalization,))


def l2():
    return keras.Sequential([keras.Input((3,)), layers.Dense(8, "tanh", kernel_regularizer="l2"), layers.Dense(1)])


def functional():
    start = keras.Input((3,))
    middle = layers.Dense(8, activation="relu")(start)
    end = layers.Dense(1)(layers.Add()([middle, layers.Dense(8)(start)]))
    return keras.Model(start, end)


def activity():
    return keras.Sequential([keras.Input((3,)), layers.Dense(8, "relu", activity_regularizer="l1"), layers.Dense(1)])


def schedule():
    return keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.05, 5, 0.5))


LOGITS = {"from_logits": True}
SPARSE = "SparseCategoricalCrossentropy"
CASES = {
    "adam": (numbers, lambda: mlp(3), "MeanSquaredError", "adam", {}),
    "sgd momentum": (numbers, lambda: mlp(3), "Huber", lambda: keras.optimizers.SGD(0.01, momentum=0.9), {}),
    "rmsprop": (numbers, lambda: mlp(3), "MeanAbsoluteError", "rmsprop", {}),
    "clipped": (numbers, lambda: mlp(3), "MeanSquaredError", lambda: keras.optimizers.Adam(0.01, clipnorm=0.1), {}),
    "average": (numbers, lambda: mlp(3), "MeanSquaredError",
                lambda: keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.8), {}),
    "schedule": (numbers, lambda: mlp(3), "MeanSquaredError", schedule, {}),
    "l2": (numbers, l2, "MeanSquaredError", "adam", {}),
    "activity": (numbers, activity, "MeanSquaredError", "adam", {}),
    "functional": (numbers, functional, "MeanSquaredError", "adam", {}),
    "batch norm, partial last batch": (numbers, batch_norm, "MeanSquaredError", "adam", {}),
    "sum": (numbers, lambda: mlp(3), "MeanSquaredError", "adam", {"loss_settings": {"reduction": "sum"}}),
    "standardised": (numbers, lambda: mlp(3), "MeanSquaredError", "adam",
                     {"inputs": ("standardise",), "standardise_targets": True}),
    "one batch": (numbers, lambda: mlp(3), "MeanSquaredError", "adam", {"batch_size": 500}),
    "binary": (lambda: classes(2), lambda: mlp(3, last="sigmoid"), "BinaryCrossentropy", "adam", {}),
    "binary logits": (lambda: classes(2), lambda: mlp(3), "BinaryCrossentropy", "adam", {"loss_settings": LOGITS}),
    "class weight": (lambda: classes(2), lambda: mlp(3, last="sigmoid"), "BinaryCrossentropy", "adam",
                     {"class_weight": {0: 1.0, 1: 5.0}}),
    "sparse": (lambda: classes(3), lambda: mlp(3, outputs=3, last="softmax"), SPARSE, "adam", {}),
    "sparse logits": (lambda: classes(3), lambda: mlp(3, outputs=3), SPARSE, "adam", {"loss_settings": LOGITS}),
    "categorical": (lambda: (classes(3)[0], np.eye(3)[classes(3)[1]]), lambda: mlp(3, outputs=3, last="softmax"),
                    "CategoricalCrossentropy", "adam", {}),
    "convolution": (images, cnn, SPARSE, "adam", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_same_history_as_fit(name):
    make_data, make_model, loss, optimizer, settings = CASES[name]
    x, y = make_data()
    optimizer = optimizer() if callable(optimizer) else optimizer
    assert_trains_as_fit(x, y, recipe_of(make_model(), loss, optimizer, **{"batch_size": 16, **settings}))


@pytest.mark.parametrize(
    ("primary", "reward", "outputs", "last"),
    [
        ("BinaryCrossentropy", "f1", 1, "sigmoid"),
        ("SparseCategoricalCrossentropy", "balanced-accuracy", 2, "softmax"),
        ("SparseCategoricalCrossentropy", [[0, 1], [5, 0]], 2, "softmax"),
    ],
)
def test_a_shaped_loss_trains_as_fit(primary, reward, outputs, last):
    x, y = classes(2)
    recipe = recipe_of(mlp(3, outputs=outputs, last=last), "ShapedLoss", "adam", batch_size=16)
    assert_trains_as_fit(x, y, replace(recipe, loss=shaped(keras_loss(primary), reward, 0.5)))


@pytest.mark.parametrize("loss", ["BinaryCrossentropy", "Dice"])
def test_masks_train_as_fit(loss):
    x = np.random.default_rng(1).normal(size=(50, 6, 6, 1)).astype("float32")
    inner = [layers.Conv2D(3, 3, padding="same", activation="relu"), layers.Conv2D(1, 1, activation="sigmoid")]
    recipe = recipe_of(keras.Sequential([keras.Input((6, 6, 1)), *inner]), loss, "adam", batch_size=8)
    assert_trains_as_fit(x, (x > 0).astype("float32"), recipe)
