"""Looks into one training: the gradient's noise, the first number that is not finite, and an attack."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.probe import Attack
from lossclinic.core.rows import Plan
from lossclinic.core.threat import Threat
from lossclinic.engine.attack import attack_one
from lossclinic.engine.backend import use_jax
from lossclinic.engine.breakdown import find_breakdown
from lossclinic.engine.pool import Pool
from lossclinic.engine.probe import PARTS, mean_gradient, probe_one
from tests.engine.made import case_of, line_case, mlp, recipe_of, yardstick_of

use_jax()
RNG = np.random.default_rng(3)


def test_noise_and_gradient_are_told_apart():
    rows = RNG.normal([2.0, 0.0], [1.0, 3.0], (PARTS * 64, 2))

    def gradient(_, x):
        return 0.0, [x.mean(axis=0)]

    found = mean_gradient(gradient, {}, (rows,))
    np.testing.assert_allclose(found.mean[0], rows.mean(axis=0))
    assert found.variance[0] == pytest.approx(10, rel=0.8)
    assert found.power[0] == pytest.approx(4, rel=0.3)


def test_a_single_row_tells_nothing_of_noise():
    found = mean_gradient(lambda _, x: (0.0, [x[0]]), {}, (np.ones((1, 3)),))
    assert np.isnan(found.variance[0])
    np.testing.assert_array_equal(found.mean[0], np.ones(3))


def test_the_mean_over_parts_is_the_gradient_of_all_rows_in_the_probe():
    case = line_case()
    with Pool(case, Plan(), yardstick_of(case), workers=0) as pool:
        probes = pool.probe(case.recipe, 0)
    assert all(np.isfinite(p.gradient_power) and p.gradient_variance >= 0 for p in probes)


def broken(case, **changes):
    recipe = replace(case.recipe, **changes)
    return find_breakdown(replace(case, recipe=recipe), Plan(), yardstick_of(case), recipe, 0)


@pytest.mark.parametrize(("activation", "per_step"), [("relu", 1.3), ("linear", 1.3), ("tanh", 0.0)])
def test_what_a_step_multiplies_an_unbounded_state_by_is_measured(activation, per_step):
    layers = use_jax().layers
    start = use_jax().initializers.Orthogonal(1.3)
    plain = layers.SimpleRNN(6, activation=activation, recurrent_initializer=start)
    model = use_jax().Sequential([layers.Input((7, 2)), plain, layers.Dense(1)])
    rows = RNG.normal(size=(60, 7, 2)).astype(np.float32)
    case = case_of(rows, rows.sum(axis=(1, 2)), recipe_of(model, "MeanSquaredError", "SGD"))
    recurrent, output = probe_one(case, Plan(), yardstick_of(case), case.recipe, 0)[:2]
    assert recurrent.per_step == pytest.approx(per_step, rel=1e-4)
    assert recurrent.steps == (7 if per_step else 0)
    assert (output.per_step, output.steps) == (0, 0)


def test_the_logarithm_of_a_negative_output_is_found_with_its_rows():
    x = RNG.normal(size=(120, 2)).astype(np.float32)
    y = RNG.poisson(2, 120).astype(np.float32)
    case = case_of(x, y, recipe_of(mlp(), "Poisson", "sgd"))
    found = broken(case)
    assert (found["tensor"], found["epoch"], found["step"]) == ("loss", 1, 1)
    assert 0 < len(found["rows"]) <= 5
    assert found["growth"] == pytest.approx(1.0)


def test_the_first_layer_that_overflows_is_named():
    x = RNG.normal(size=(120, 2)).astype(np.float32)
    case = case_of(x, x[:, 0], recipe_of(mlp(units=(8, 8, 8, 8), hidden="exponential"), "MeanSquaredError", "sgd"))
    found = broken(case)
    assert found["tensor"] == "activation"
    assert found["layer"] in {entry["config"]["name"] for entry in case.recipe.model["config"]["layers"][3:]}


def test_a_cell_that_is_no_number_is_named_before_all_else():
    x = RNG.normal(size=(120, 2)).astype(np.float32)
    x[7, 1] = np.nan
    case = case_of(x, x[:, 0], recipe_of(mlp(), "MeanSquaredError", "sgd"))
    found = [broken(case, epochs=1)]
    assert found[0] is None or (found[0]["tensor"], found[0]["rows"]) == ("input", [7])


def test_weights_that_grow_until_they_overflow():
    case = line_case(epochs=40)
    found = broken(case, optimizer={"class_name": "SGD", "config": {"learning_rate": 1e4}})
    assert found["growth"] > 100


def test_a_training_that_ends_well_has_no_breakdown():
    case = line_case()
    assert broken(case) is None
    assert attack_one(case, Plan(), yardstick_of(case), Threat(0.1), case.recipe, 0) is None


def test_faint_hints_are_taken_away_by_a_small_step_in_all_columns():
    y = np.arange(600) % 2
    x = (RNG.normal(size=(600, 150)) + 0.15 * (2 * y[:, None] - 1)).astype(np.float32)
    model = mlp(inputs=150, units=(), outputs=1, last="sigmoid")
    case = case_of(x, y, recipe_of(model, "BinaryCrossentropy", "adam", epochs=20))
    found = Attack.from_plain(attack_one(case, Plan(), yardstick_of(case), Threat(0.1, relative=True), case.recipe, 0))
    assert found.clean > 0.8
    assert found.moved < found.clean - 0.2
    assert abs(found.random - found.clean) < 0.1
