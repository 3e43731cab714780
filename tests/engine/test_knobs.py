"""Penalties and dropout rates are arguments: a sweep compiles once, and each point trains as Keras would."""

from __future__ import annotations

import numpy as np
import pytest

from lossclinic.engine import program
from lossclinic.engine.backend import use_jax
from lossclinic.engine.knobs import knob_values, turned
from lossclinic.engine.structure import structure_key
from tests.engine.as_fit import assert_trains_as_fit
from tests.engine.made import recipe_of

keras = use_jax()
layers, regularizers = keras.layers, keras.regularizers
RNG = np.random.default_rng(4)
X = RNG.normal(size=(60, 3)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5]).astype("float32")


def network(penalty=None, rate=None, bias=None, activity=None):
    middle = [layers.Dropout(rate, name="drop")] if rate is not None else []
    dense = layers.Dense(
        8, "tanh", name="hidden", kernel_regularizer=penalty, bias_regularizer=bias, activity_regularizer=activity
    )
    return recipe_of(
        keras.Sequential([keras.Input((3,), name="x"), dense, *middle, layers.Dense(1, name="out")], name="small"),
        "MeanSquaredError",
        keras.optimizers.Adam(name="adam"),
        batch_size=16,
        shuffle=False,
    )


SWEEPS = {
    "l2": [lambda v=v: network(regularizers.L2(v)) for v in (1e-3, 0.3)],
    "l1": [lambda v=v: network(regularizers.L1(v)) for v in (1e-3, 0.3)],
    "one of both": [lambda v=v: network(regularizers.L1L2(l2=v)) for v in (1e-3, 0.3)],
    "kernel and bias": [lambda v=v: network(regularizers.L2(v), bias=regularizers.L1(2 * v)) for v in (0.1, 0.3)],
    "dropout": [lambda v=v: network(rate=v) for v in (0.2, 0.5)],
    "all": [lambda v=v: network(regularizers.L2(v), v) for v in (0.2, 0.5)],
}


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_compiles_once_and_trains_as_fit_at_every_point(name, monkeypatch):
    monkeypatch.setattr(program, "_programs", {})
    for make in SWEEPS[name]:
        assert_trains_as_fit(X, Y, make())
    assert len(program._programs) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (network(), network(regularizers.L2(0.1))),
        (network(regularizers.L1(0.1)), network(regularizers.L2(0.1))),
        (network(regularizers.L1L2(0.1, 0.1)), network(regularizers.L1L2(0.1, 0.2))),
        (network(regularizers.L2(0.0)), network(regularizers.L2(0.1))),
        (network(rate=0.0), network(rate=0.1)),
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
    before = model.layers[0].kernel.regularizer, model.layers[1].rate
    with turned(model, np.array([1.0, 0.1])):
        assert model.layers[0].kernel.regularizer is not before[0]
    assert (model.layers[0].kernel.regularizer, model.layers[1].rate) == before
    np.testing.assert_allclose(knob_values(model), [0.25, 0.5])
