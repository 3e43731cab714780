"""Constant initial weights: planted faults and what looks like them."""

import pytest

from lossclinic.causes.initialisation.constant_initialisation import examine
from tests.causes.by_hand import HEALTHY, References, curve, dense, falling, layers_of, probe, recipe

STUCK = curve(falling(floor=0.95, speed=20))
GOOD = curve(falling(floor=0.15, speed=20))
ZEROS = {"class_name": "Zeros", "config": {}}
EQUAL = (probe("a", identical_units=1.0), probe("b"), probe("out"))


@pytest.mark.parametrize(
    ("hidden", "probes"),
    [
        ((dense("a", 16), dense("b", 16)), (*EQUAL, probe("a", "end", identical_units=1.0), probe("b", "end"))),
        ((dense("a", 16, kernel_initializer=ZEROS), dense("b", 16)), ()),
        ((dense("a", 16, kernel_initializer="ones"),), EQUAL),
        ((dense("a", 16, kernel_initializer={"class_name": "Constant", "config": {"value": 0.1}}),), ()),
    ],
)
def test_units_that_begin_equal_and_stay_so_are_suspected(hidden, probes):
    found = examine(recipe(*hidden), layers_of(*probes), STUCK, References())
    assert found.status == "suspected"
    assert found.confidence == 0.95
    assert found.where.layer == "a"
    assert found.remedies == ("glorot-initialisation", "he-initialisation")


@pytest.mark.parametrize(
    ("hidden", "probes", "shape"),
    [
        ((dense("a", 16, bias_initializer=ZEROS),), HEALTHY, STUCK),
        ((dense("a", 16),), (probe("a"), probe("out", identical_units=1.0)), STUCK),
        ((dense("a", 1, kernel_initializer=ZEROS),), HEALTHY, STUCK),
        ((dense("a", 16, kernel_initializer=ZEROS),), (*EQUAL, probe("a", "end")), GOOD),
    ],
)
def test_zero_biases_a_zero_output_or_units_that_come_apart_are_not(hidden, probes, shape):
    assert examine(recipe(*hidden), layers_of(*probes), shape, References()).status == "clear"


def test_weights_that_the_script_loaded_are_judged_by_the_probe():
    loaded = recipe(dense("a", 16, kernel_initializer=ZEROS), initial="given")
    assert examine(loaded, layers_of(*HEALTHY), STUCK, References()).status == "clear"


def test_units_that_come_apart_weaken_the_suspicion():
    found = examine(recipe(dense("a", 16)), layers_of(*EQUAL, probe("a", "end")), STUCK, References())
    assert found.confidence == 0.5
