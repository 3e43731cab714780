"""Saturating activations and dead units: planted faults and what looks like them."""

import pytest

from lossclinic.causes.architecture import dead_units as dead
from lossclinic.causes.architecture import saturating_activations as saturating
from tests.causes.by_hand import HEALTHY, References, curve, dense, falling, layers_of, probe, recipe

STUCK = curve(falling(floor=0.95, speed=20))
MIDDLING = curve(falling(floor=0.5, speed=20))
GOOD = curve(falling(floor=0.15, speed=20))
SOLVED = curve(falling(floor=0.005))
SIGMOIDS = tuple(dense(name, 16, "sigmoid") for name in "abcd")
TANHS = tuple(dense(name, 16, "tanh") for name in "abcd")
GRADIENTS = {"a": 1e-6, "b": 1e-5, "c": 1e-4, "out": 1e-2}
FADING = layers_of(*(probe(name, gradient_rms=size) for name, size in GRADIENTS.items()))
EVEN = layers_of(*(probe(n) for n in ("a", "b", "c", "out")))
FLAT_ENDS = layers_of(probe("a", saturated=0.9), probe("out"), probe("a", "end", saturated=0.95), probe("out", "end"))


@pytest.mark.parametrize(
    ("hidden", "layers", "shape"),
    [
        (SIGMOIDS, FADING, STUCK),
        (SIGMOIDS, EVEN, MIDDLING),
        (TANHS, FADING, MIDDLING),
        ((dense("a", 16, "tanh"),), FLAT_ENDS, MIDDLING),
        (SIGMOIDS[:2], EVEN, STUCK),
    ],
)
def test_flat_activations_in_depth_or_on_their_ends_are_suspected(hidden, layers, shape):
    found = saturating.examine(recipe(*hidden), layers, shape, References())
    assert found.status == "suspected"
    assert found.where.layer == "a"
    assert found.remedies[0] == "relu-activations"


@pytest.mark.parametrize(
    ("hidden", "layers", "shape"),
    [
        ((dense("a", 16), dense("b", 16)), FADING, STUCK),
        ((dense("a", 16, "tanh"),), EVEN, MIDDLING),
        (SIGMOIDS[:1], EVEN, STUCK),
        (TANHS, EVEN, MIDDLING),
        (SIGMOIDS, FADING, SOLVED),
        ((dense("a", 16, "tanh"),), FLAT_ENDS, GOOD),
        (({"class_name": "LSTM", "config": {"name": "a", "units": 8, "activation": "tanh"}},), FLAT_ENDS, GOOD),
    ],
)
def test_a_few_flat_activations_that_pass_the_gradient_are_not(hidden, layers, shape):
    assert saturating.examine(recipe(*hidden), layers, shape, References()).status == "clear"


def test_fading_gradients_raise_the_confidence():
    fading = saturating.examine(recipe(*SIGMOIDS), FADING, STUCK, References())
    assert fading.confidence > saturating.examine(recipe(*SIGMOIDS), EVEN, STUCK, References()).confidence


@pytest.mark.parametrize(
    ("probes", "shape"),
    [
        ((probe("a", dead=1.0), probe("b"), probe("a", "end", dead=1.0)), STUCK),
        ((probe("a"), probe("b"), probe("b", "end", dead=0.98)), MIDDLING),
        ((probe("a", dead=0.6), probe("a", "end", dead=0.6)), MIDDLING),
    ],
)
def test_a_layer_of_mostly_dead_units_is_suspected(probes, shape):
    found = dead.examine(layers_of(*probes), shape, References())
    assert found.status == "suspected"
    assert found.where.layer in ("a", "b")
    assert found.evidence[0].value > 0.5


@pytest.mark.parametrize(
    ("probes", "shape"),
    [
        (HEALTHY, STUCK),
        ((probe("a", dead=0.3), probe("a", "end", dead=0.4)), STUCK),
        ((probe("a"), probe("a", "end", dead=0.7)), SOLVED),
        ((probe("a"), probe("out", dead=1.0), probe("out", "end", dead=1.0)), STUCK),
    ],
)
def test_few_silent_units_or_a_loss_next_to_nothing_are_not(probes, shape):
    assert dead.examine(layers_of(*probes), shape, References()).status == "clear"


def test_silent_units_of_a_network_that_predicts_well_are_suspected_half_as_much():
    layers = layers_of(probe("a"), probe("a", "end", dead=0.7))
    harmed, quiet = (dead.examine(layers, shape, References()) for shape in (MIDDLING, GOOD))
    assert quiet.status == "suspected"
    assert quiet.confidence == pytest.approx(harmed.confidence / 2, abs=0.01)


def test_units_that_died_in_training_are_told_apart():
    found = dead.examine(layers_of(probe("a"), probe("a", "end", dead=1.0)), STUCK, References())
    assert "died during training" in found.reason


def test_units_that_are_dead_from_weights_of_the_wrong_size_are_suspected_less():
    drawn = {"dead": 0.7, "fan_in": 100.0, "fan_out": 100.0}
    usual, tiny = (layers_of(probe("a", weight_rms=rms, **drawn), probe("b")) for rms in (0.1, 0.0001))
    found, less = (dead.examine(layers, MIDDLING, References()) for layers in (usual, tiny))
    assert less.status == found.status == "suspected"
    assert less.confidence < found.confidence
    assert any("first weights" in fact.text for fact in less.evidence)


def test_without_a_probe_dead_units_cannot_be_told():
    assert dead.examine(layers_of(), STUCK, References()).status == "untestable"


def test_units_that_are_all_equal_ail_from_their_start():
    zeros = layers_of(probe("a", dead=1.0, identical_units=1.0))
    other = layers_of(probe("a", dead=1.0))
    assert dead.examine(zeros, STUCK, References()).confidence < dead.examine(other, STUCK, References()).confidence
