"""Deep stacks, drifting signals and flattened pictures: planted faults and what looks like them."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.architecture import missing_normalisation as missing
from lossclinic.causes.architecture import too_deep as deep
from lossclinic.causes.architecture import too_little_capacity as capacity
from lossclinic.causes.architecture import unstructured_inputs as unstructured
from lossclinic.core.architecture import insert_after, make_layer, with_skip
from lossclinic.core.finding import LATENT
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.order import Order, order
from tests.causes.by_hand import References, case, curve, dense, falling, layers_of, probe, recipe, sweep

STUCK = curve(falling(floor=0.95, speed=20))
MIDDLING = curve(falling(floor=0.5, speed=20))
GOOD = curve(falling(floor=0.15, speed=20))
FITTED = curve(falling(floor=0.1, speed=20), falling(floor=0.6, speed=20))
NAMES = "abcdefgh"
EIGHT = recipe(*(dense(name, 16) for name in NAMES))
EVEN = layers_of(*(probe(name) for name in (*NAMES, "out")))
FADING = layers_of(*(probe(name, output_std=10.0**-at) for at, name in enumerate((*NAMES, "out"))))
WIDE = layers_of(probe("a", weight_rms=10.0, fan_in=16, fan_out=16), probe("b", output_std=1e4), probe("out"))


def changed(given, layer, behind="a"):
    return replace(given, model=insert_after(given.model, behind, layer))


@pytest.mark.parametrize(("layers", "shape"), [(FADING, STUCK), (EVEN, STUCK), (EVEN, MIDDLING)])
def test_a_deep_plain_stack_that_does_not_fit_is_suspected(layers, shape):
    found = deep.examine(EIGHT, layers, shape, References())
    assert found.status == "suspected"
    assert found.remedies[0] == "skip-connections"
    assert found.confidence <= deep.examine(EIGHT, FADING, STUCK, References()).confidence


@pytest.mark.parametrize(
    ("given", "layers", "shape", "named"),
    [
        (recipe(), FADING, STUCK, ""),
        (changed(EIGHT, make_layer("BatchNormalization", "bn")), FADING, STUCK, ""),
        (replace(EIGHT, model=with_skip(EIGHT.model, "a", "c", "skip")), FADING, STUCK, ""),
        (recipe(*(dense(n, 16, "sigmoid") for n in NAMES)), FADING, STUCK, "saturating-activations"),
        (EIGHT, WIDE, STUCK, "wrong-initialisation-scale"),
        (
            recipe(*(dense(n, 2 if n == "d" else 64) for n in NAMES[:-1]), dense("h", 64)),
            EVEN,
            STUCK,
            "bottleneck-layer",
        ),
    ],
)
def test_a_shallow_or_well_carried_stack_or_another_cause_is_not(given, layers, shape, named):
    found = deep.examine(given, layers, shape, References())
    assert found.status == "clear"
    assert named in found.reason


@pytest.mark.parametrize("shape", [GOOD, FITTED])
def test_a_stack_without_visible_harm_is_suspected_half_as_much(shape):
    harmed, quiet = (deep.examine(EIGHT, FADING, seen, References()) for seen in (MIDDLING, shape))
    assert quiet.status == "suspected"
    assert quiet.confidence == pytest.approx(harmed.confidence / 2, abs=0.01)


def test_outputs_that_drift_without_visible_harm_are_suspected_half_as_much():
    harmed, quiet = (examine(RESIDUAL, GROWN, shape) for shape in (MIDDLING, GOOD))
    assert quiet.status == "suspected"
    assert quiet.confidence == pytest.approx(harmed.confidence / 2, abs=0.01)


def test_a_deep_network_of_many_units_is_not_short_of_capacity():
    assert "too-deep" in capacity.examine(EIGHT, STUCK, sweep(0.9, {}), References()).reason


RESIDUAL = replace(EIGHT, model=with_skip(EIGHT.model, "a", "c", "skip"))
GROWN = layers_of(*(probe(name, output_std=4.0**at) for at, name in enumerate((*NAMES, "out"))))


def examine(given=RESIDUAL, layers=GROWN, shape=MIDDLING, data=None):
    return missing.examine(given, layers, inputs(data or case()), shape, References())


def test_outputs_that_grow_from_block_to_block_are_suspected():
    found = examine()
    assert found.status == "suspected"
    assert found.where.layer == "h"
    assert found.remedies == ("batch-norm", "layer-norm")


def test_what_shortcuts_add_up_counts_from_tenfold_on_and_chance_in_a_plain_stack_does_not():
    thirteenfold = layers_of(*(probe(name, output_std=1.45**at) for at, name in enumerate(NAMES)), probe("out"))
    assert examine(layers=thirteenfold).status == "suspected"
    assert "13.5-fold" in examine(EIGHT, layers=thirteenfold).reason


@pytest.mark.parametrize(
    ("given", "layers", "shape", "data", "named"),
    [
        (RESIDUAL, EVEN, MIDDLING, None, ""),
        (recipe(), GROWN, MIDDLING, None, ""),
        (changed(RESIDUAL, make_layer("LayerNormalization", "ln")), GROWN, MIDDLING, None, ""),
        (RESIDUAL, GROWN, MIDDLING, case(scale=100), "unscaled-inputs"),
        (RESIDUAL, WIDE, MIDDLING, None, "wrong-initialisation-scale"),
        (EIGHT, GROWN, MIDDLING, None, "too-deep"),
    ],
)
def test_even_outputs_or_another_cause_are_not(given, layers, shape, data, named):
    found = examine(given, layers, shape, data)
    assert found.status == "clear"
    assert named in found.reason


ORDERED = Order(3, (8, 8), 0.5, 0.1)
FLAT = changed(recipe(), make_layer("Flatten", "flat"), None)


def test_flattened_pictures_are_a_fact_of_low_severity():
    found = unstructured.examine(FLAT, ORDERED, GOOD, References())
    assert found.status == "observed"
    assert found.severity == LATENT
    assert found.where.layer == "flat"
    assert unstructured.examine(FLAT, ORDERED, STUCK, References()).severity <= 2 * LATENT


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (FLAT, Order(1)),
        (FLAT, Order(2, (13,), 0.34, 0.31)),
        (FLAT, Order(2, (3,), 0.9, 0.1)),
        (changed(FLAT, make_layer("Conv2D", "conv", filters=4), None), ORDERED),
        (recipe(), ORDERED),
    ],
)
def test_columns_or_positions_that_are_worked_on_are_not(given, seen):
    assert unstructured.examine(given, seen, MIDDLING, References()).status == "clear"


def test_neighbours_of_a_smooth_series_are_alike_and_of_mixed_columns_are_not():
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(200, 40)), axis=1)[:, :, None]
    noise = rng.normal(size=(200, 40, 1))
    given = case()
    seen = [order(replace(given, data=replace(given.data, x=x, n_train=200))) for x in (walk, noise, noise[:, :, 0])]
    assert seen[0].gap > 0.1
    assert abs(seen[1].gap) < 0.05
    assert (seen[0].rank, seen[0].positions, seen[2].rank) == (2, (40,), 1)
