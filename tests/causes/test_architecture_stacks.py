"""Frozen layers, bottlenecks and misplaced dropout: planted faults and what looks like them."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.architecture import bottleneck_layer as bottleneck
from lossclinic.causes.architecture import frozen_layers as frozen
from lossclinic.causes.architecture import misplaced_dropout as dropout
from lossclinic.causes.architecture import too_little_capacity as capacity
from lossclinic.core.architecture import insert_after, make_layer
from tests.causes.by_hand import References, case, curve, dense, falling, recipe, sweep

MIDDLING = curve(falling(floor=0.5, speed=20))
GOOD = curve(falling(floor=0.15, speed=20))
SOLVED = curve(falling(floor=0.005))
HOURGLASS = recipe(dense("a", 32), dense("b", 2), dense("c", 32))
MATRIX = {"class_name": "Constant", "config": {"value": [[1.0]]}}


def test_layers_frozen_at_their_random_start_are_suspected():
    found = frozen.examine(recipe(dense("a", 32, trainable=False), dense("b", 32)), MIDDLING, References())
    assert found.status == "suspected"
    assert found.where.layer == "a"
    assert found.remedies == ("unfreeze",)


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (recipe(), MIDDLING),
        (recipe(dense("a", 32, trainable=False), initial="given"), MIDDLING),
        (recipe(dense("a", 32, trainable=False)), SOLVED),
        (recipe(dense("a", 32, trainable=False, kernel_initializer=MATRIX)), MIDDLING),
    ],
)
def test_a_taught_base_or_a_loss_next_to_nothing_are_not(given, shape):
    assert frozen.examine(given, shape, References()).status == "clear"


def test_random_features_that_do_are_suspected_half_as_much():
    harmed, quiet = (
        frozen.examine(recipe(dense("a", 32, trainable=False)), shape, References()) for shape in (MIDDLING, GOOD)
    )
    assert quiet.status == "suspected"
    assert quiet.confidence == pytest.approx(harmed.confidence / 2, abs=0.01)


@pytest.mark.parametrize(
    "given",
    [HOURGLASS, recipe(dense("a", 2), dense("b", 32), dense("c", 32)), recipe(dense("a", 64), dense("b", 1, "tanh"))],
)
def test_one_narrow_layer_between_wide_ones_is_suspected(given):
    made = replace(given, model=_outputs(given.model, 10))
    found = bottleneck.examine(_wide_case(), made, MIDDLING, References())
    assert found.status == "suspected"
    assert found.where.layer in ("a", "b")
    other = capacity.examine(made, MIDDLING, sweep(0.5, {}), References())
    assert other.status == "clear"
    assert "bottleneck-layer" in other.reason


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (recipe(), MIDDLING),
        (recipe(dense("a", 2)), MIDDLING),
        (recipe(dense("a", 32), dense("b", 16), dense("c", 8)), MIDDLING),
        (HOURGLASS, SOLVED),
    ],
)
def test_a_small_or_tapering_network_or_one_that_predicts_well_is_not(given, shape):
    assert bottleneck.examine(_wide_case(), given, shape, References()).status == "clear"


def test_the_shape_alone_says_little_where_no_reference_does_better():
    seen = bottleneck.examine(_wide_case(), HOURGLASS, MIDDLING, References())
    unseen = bottleneck.examine(_wide_case(), HOURGLASS, GOOD, References())
    assert unseen.status == "suspected"
    assert unseen.confidence < seen.confidence / 2


def test_the_code_of_an_autoencoder_is_narrow_on_purpose():
    given = case()
    mirrored = replace(given, data=replace(given.data, y=given.data.x))
    assert "autoencoder" in bottleneck.examine(mirrored, HOURGLASS, MIDDLING, References()).reason


def _with(*steps: tuple[str, dict]) -> dict:
    model = recipe().model
    for behind, layer in steps:
        model = insert_after(model, behind, layer)
    return model


DROP = make_layer("Dropout", "drop", rate=0.4)
NORM = make_layer("BatchNormalization", "bn")
POOL = make_layer("MaxPooling1D", "pool")


@pytest.mark.parametrize(
    ("model", "place"),
    [
        (_with(("out", DROP)), "behind the output"),
        (_with(("a", NORM), ("a", DROP)), "batch normalisation"),
        (_with(("b", NORM), ("a", DROP)), "batch normalisation"),
        (_with(("a", POOL), ("a", DROP)), "pooling"),
    ],
)
def test_dropout_in_a_harmful_place_is_suspected(model, place):
    found = dropout.examine(replace(recipe(), model=model), MIDDLING, References())
    assert found.status == "suspected"
    assert found.where.layer == "drop"
    assert place in found.reason


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (_with(), MIDDLING),
        (_with(("b", DROP)), MIDDLING),
        (_with(("a", DROP), ("a", NORM)), MIDDLING),
        (_with(("a", NORM), ("a", DROP)), GOOD),
        (_with(("out", DROP)), SOLVED),
        (_with(("out", make_layer("Dropout", "drop", rate=0.01))), MIDDLING),
    ],
)
def test_dropout_in_its_place_or_without_effect_is_not(model, shape):
    assert dropout.examine(replace(recipe(), model=model), shape, References()).status == "clear"


def _outputs(model: dict, units: int) -> dict:
    from lossclinic.core.architecture import with_config

    return with_config(model, "out", units=units)


def _wide_case():
    given = case()
    rng = np.random.default_rng(1)
    return replace(given, data=replace(given.data, x=rng.normal(size=(50, 16))))
