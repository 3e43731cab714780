"""Linear networks and too little capacity: planted faults and what looks like them."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.architecture import linear_network as linear
from lossclinic.causes.architecture import too_little_capacity as capacity
from lossclinic.core import architecture
from tests.causes.by_hand import References, curve, dense, falling, recipe, sweep

STUCK = curve(falling(floor=0.5, speed=20))
FITTED = curve(falling(floor=0.15, speed=20))
SOLVED = curve(falling(floor=0.005))
NO_BETTER_RATE = sweep(0.5, {})
ACTIVATION = {"class_name": "Activation", "config": {"name": "act", "activation": "tanh"}}
RELU = {"class_name": "ReLU", "config": {"name": "act"}}
POOLING = {"class_name": "MaxPooling2D", "config": {"name": "pool"}}
DROPOUT = {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.1}}
HARD_DROPOUT = {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.6}}
PENALTY = {"class_name": "L2", "config": {"l2": 0.1}}


@pytest.mark.parametrize(
    "hidden",
    [
        (dense("a", 64, "linear"),),
        (dense("a", 64, None), dense("b", 64, None), dense("c", 8, None)),
        (dense("a", 16, "linear"), DROPOUT, dense("b", 4, "linear")),
    ],
)
def test_layers_without_activation_are_linear(hidden):
    found = linear.examine(recipe(*hidden), STUCK, References())
    assert found.status == "suspected"
    assert found.confidence >= 0.9
    assert found.where.layer == "a"
    assert found.remedies == ("relu-activations",)


@pytest.mark.parametrize(
    ("hidden", "shape"),
    [
        ((dense("a", 64), dense("b", 64, "linear")), STUCK),
        ((dense("a", 64, "linear"), ACTIVATION), STUCK),
        ((dense("a", 64, "linear"), RELU), STUCK),
        ((dense("a", 64, "linear"),), SOLVED),
    ],
)
def test_a_non_linearity_anywhere_or_a_solved_problem_clears_it(hidden, shape):
    assert linear.examine(recipe(*hidden), shape, References()).status == "clear"


def test_no_hidden_layer_is_another_fault():
    flat = {"class_name": "Flatten", "config": {"name": "flat"}}
    assert linear.examine(recipe(flat), STUCK, References()).status == "clear"


def test_where_the_linear_model_is_as_good_it_is_a_weak_suspicion():
    plain = linear.examine(recipe(dense("a", 64, "linear")), STUCK, References(best=0.5, linear=0.5))
    pooled = linear.examine(recipe(dense("a", 64, "linear"), POOLING), STUCK, References())
    assert plain.confidence <= 0.3
    assert pooled.confidence < 0.9


@pytest.mark.parametrize(
    ("hidden", "references"),
    [
        ((dense("a", 2, "tanh"),), References()),
        ((dense("a", 2), dense("b", 2)), References(best=0.6, linear=0.9)),
        (({"class_name": "Flatten", "config": {"name": "flat"}},), References()),
        ((dense("a", 8),), References(best=0.3)),
    ],
)
def test_a_small_network_that_settles_above_the_references_is_too_small(hidden, references):
    found = capacity.examine(recipe(*hidden), STUCK, NO_BETTER_RATE, references)
    assert found.status == "suspected"
    assert found.remedies == ("widen", "deepen")


@pytest.mark.parametrize(("units", "best", "status"), [(5, 0.3, "suspected"), (9, 0.3, "clear"), (5, 0.5, "clear")])
def test_fewer_units_than_ways_to_differ_are_too_few_however_well_the_rows_are_learnt(units, best, status):
    given = recipe(dense("a", units))
    ten = replace(given, model=architecture.with_config(given.model, "out", units=10))
    learnt = curve(falling(floor=0.1), falling(floor=0.5))
    found = capacity.examine(ten, learnt, NO_BETTER_RATE, References(best=best, linear=best))
    assert found.status == status


@pytest.mark.parametrize(
    ("hidden", "shape", "references"),
    [
        ((dense("a", 64),), FITTED, References()),
        ((dense("a", 2),), SOLVED, References()),
        (({"class_name": "Flatten", "config": {"name": "flat"}},), STUCK, References(best=0.55, linear=0.55)),
        ((dense("a", 64),), curve(falling(floor=0.01), falling(floor=0.8)), References()),
    ],
)
def test_a_network_that_fits_its_rows_or_the_noise_floor_is_large_enough(hidden, shape, references):
    assert capacity.examine(recipe(*hidden), shape, NO_BETTER_RATE, references).status == "clear"


@pytest.mark.parametrize(
    ("hidden", "shape", "rates"),
    [
        ((dense("a", 8), HARD_DROPOUT), STUCK, NO_BETTER_RATE),
        ((dense("a", 8, kernel_regularizer=PENALTY),), STUCK, NO_BETTER_RATE),
        ((dense("a", 8, "linear"),), STUCK, NO_BETTER_RATE),
        ((dense("a", 8),), curve(np.linspace(1, 0.5, 100)), NO_BETTER_RATE),
        ((dense("a", 8),), STUCK, sweep(0.5, {10.0: 0.2})),
    ],
)
def test_other_reasons_for_a_high_training_loss_weaken_it(hidden, shape, rates):
    plain = capacity.examine(recipe(dense("a", 8)), STUCK, NO_BETTER_RATE, References())
    assert capacity.examine(recipe(*hidden), shape, rates, References()).confidence < plain.confidence
