"""Continuous settings are arguments: a sweep compiles once, and each point trains as Keras would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.engine import program
from lossclinic.engine.backend import use_jax
from lossclinic.engine.knobs import knob_values, turned
from lossclinic.engine.structure import structure_key
from tests.engine.as_fit import assert_trains_as_fit
from tests.engine.made import recipe_of

keras = use_jax()
layers, regularizers, SGD = keras.layers, keras.regularizers, keras.optimizers.SGD
RNG = np.random.default_rng(4)
X = RNG.normal(size=(60, 3)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5]).astype("float32")


def network(penalty=None, rate=None, bias=None, activity=None, optimizer=None, loss="MeanSquaredError", **of_loss):
    middle = [layers.Dropout(rate, name="drop")] if rate is not None else []
    dense = layers.Dense(
        8, "tanh", name="hidden", kernel_regularizer=penalty, bias_regularizer=bias, activity_regularizer=activity
    )
    classes = {"BinaryCrossentropy": 1, "CategoricalCrossentropy": 3, "CategoricalFocalCrossentropy": 3}
    activation = {0: "linear", 1: "sigmoid", 3: "softmax"}[classes.get(loss, 0)]
    last = layers.Dense(classes.get(loss, 1), activation, name="out")
    return recipe_of(
        keras.Sequential([keras.Input((3,), name="x"), dense, *middle, last], name="small"),
        loss,
        optimizer or keras.optimizers.Adam(name="adam"),
        of_loss,
        batch_size=16,
        shuffle=False,
    )


SWEEPS = {
    "l2": [lambda v=v: network(regularizers.L2(v)) for v in (1e-3, 0.3)],
    "l1": [lambda v=v: network(regularizers.L1(v)) for v in (1e-3, 0.3)],
    "one of both": [lambda v=v: network(regularizers.L1L2(l2=v)) for v in (1e-3, 0.3)],
    "kernel and bias": [lambda v=v: network(regularizers.L2(v), bias=regularizers.L1(2 * v)) for v in (0.1, 0.3)],
    "dropout": [lambda v=v: network(rate=v) for v in (0.2, 0.5)],
    "momentum": [lambda v=v: network(optimizer=SGD(0.01, momentum=v)) for v in (0.5, 0.9)],
    "nesterov": [lambda v=v: network(optimizer=SGD(0.01, momentum=v, nesterov=True)) for v in (0.5, 0.9)],
    "rmsprop": [lambda v=v: network(optimizer=keras.optimizers.RMSprop(0.01, momentum=v)) for v in (0.5, 0.9)],
    "weight decay": [lambda v=v: network(optimizer=keras.optimizers.AdamW(0.01, v)) for v in (0.004, 0.5)],
    "average": [lambda v=v: network(optimizer=SGD(0.05, use_ema=True, ema_momentum=v)) for v in (0.5, 0.9)],
    "decay of sgd": [lambda v=v: network(optimizer=SGD(0.01, weight_decay=v)) for v in (0.004, 0.5)],
    "smoothing, 2": [lambda v=v: network(loss="BinaryCrossentropy", label_smoothing=v) for v in (0.1, 0.4)],
    "smoothing, 3": [lambda v=v: network(loss="CategoricalCrossentropy", label_smoothing=v) for v in (0.1, 0.4)],
    "focal": [lambda v=v: network(loss="CategoricalFocalCrossentropy", label_smoothing=v) for v in (0.1, 0.4)],
    "class weights": [
        lambda v=v: replace(network(loss="BinaryCrossentropy"), class_weight={0: 1.0, 1: v}) for v in (2.0, 5.0)
    ],
    "all": [
        lambda v=v: network(
            regularizers.L2(v), v, optimizer=SGD(0.01, momentum=v, weight_decay=v),
            loss="CategoricalCrossentropy", label_smoothing=v,
        ) for v in (0.2, 0.5)
    ],
}  # fmt: skip
TARGETS = {"MeanSquaredError": Y, "BinaryCrossentropy": (Y > 0).astype(int)}
THREE = np.eye(3)[np.digitize(Y, [-1, 1])]


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_compiles_once_and_trains_as_fit_at_every_point(name, monkeypatch):
    monkeypatch.setattr(program, "_programs", {})
    for make in SWEEPS[name]:
        recipe = make()
        assert_trains_as_fit(X, TARGETS.get(recipe.loss["class_name"], THREE), recipe)
    assert len(program._programs) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (network(), network(regularizers.L2(0.1))),
        (network(regularizers.L1(0.1)), network(regularizers.L2(0.1))),
        (network(regularizers.L1L2(0.1, 0.1)), network(regularizers.L1L2(0.1, 0.2))),
        (network(regularizers.L2(0.0)), network(regularizers.L2(0.1))),
        (network(rate=0.0), network(rate=0.1)),
        (network(optimizer=SGD()), network(optimizer=SGD(momentum=0.1))),
        (network(optimizer=SGD(momentum=1.0)), network(optimizer=SGD(momentum=0.1))),
        (network(optimizer=SGD()), network(optimizer=SGD(weight_decay=0.1))),
        (network(loss="BinaryCrossentropy"), network(loss="BinaryCrossentropy", label_smoothing=0.1)),
        (network(activity=regularizers.L2(0.1)), network(activity=regularizers.L2(0.2))),
        (network(regularizers.OrthogonalRegularizer(0.1)), network(regularizers.OrthogonalRegularizer(0.2))),
    ],
)
def test_what_changes_the_program_is_no_knob(a, b):
    assert structure_key(a) != structure_key(b)


@pytest.mark.parametrize("penalty", [regularizers.L1L2(0.1, 0.1), regularizers.OrthogonalRegularizer(0.1)])
def test_a_penalty_that_is_no_knob_trains_as_fit(penalty):
    assert_trains_as_fit(X, Y, network(penalty))


def test_a_model_is_left_as_it_was():
    model = keras.Sequential([
        keras.Input((3,)), layers.Dense(2, kernel_regularizer=regularizers.L2(0.25)), layers.Dropout(0.5),
    ])  # fmt: skip
    model.compile(SGD(momentum=0.9), keras.losses.BinaryCrossentropy(label_smoothing=0.1))
    before = model.layers[0].kernel.regularizer, model.layers[1].rate
    with turned(model, np.array([1.0, 0.1, 0.2, 0.3])):
        assert model.layers[0].kernel.regularizer is not before[0]
        assert not isinstance(model.optimizer.momentum, float)
    assert (model.layers[0].kernel.regularizer, model.layers[1].rate) == before
    assert model.optimizer.momentum == 0.9
    np.testing.assert_allclose(knob_values(model), [0.25, 0.5, 0.9, 0.1])
