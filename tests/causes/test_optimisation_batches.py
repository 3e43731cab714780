"""Batches that do not go with the gradient's noise, and noise at the end."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.optimisation import batch_too_large as large
from lossclinic.causes.optimisation import batch_too_small as small
from lossclinic.causes.optimisation import no_learning_rate_decay as constant
from lossclinic.core.case import Data
from lossclinic.core.recipe import Cosine, Stop
from lossclinic.evidence.gradient_noise import GradientNoise, gradient_noise
from lossclinic.evidence.learning_rates import LearningRates
from tests.causes.by_hand import References, case, curve, falling, layers_of, probe, recipe, sweep

ROWS = replace(case(), data=Data(np.zeros((400, 4)), np.zeros(400), 400))
SLOW = curve(falling(floor=0.1, speed=1.5))
SETTLED = curve(falling(floor=0.2, speed=20))
NOISY = curve(0.4 + 0.15 * (-1.0) ** np.arange(100))
QUIET = GradientNoise(10.0, 50.0)
LOUD = GradientNoise(60.0, np.inf)


def test_the_noise_scale_is_variance_over_squared_length_of_all_layers():
    probes = [
        probe("a", gradient_power=1.0, gradient_variance=30.0),
        probe("out", gradient_power=2.0, gradient_variance=6.0),
    ]
    assert gradient_noise(layers_of(*probes)) == GradientNoise(12.0, None)
    nothing = probe("a", gradient_power=-0.1, gradient_variance=5.0)
    assert gradient_noise(layers_of(nothing)).scale == np.inf
    assert gradient_noise(layers_of(probe("a"))).scale is None


def test_one_update_an_epoch_that_is_still_on_its_way():
    found = large.examine(recipe(batch_size=400), ROWS, SLOW, QUIET, References())
    assert found.status == "suspected"
    assert found.remedies == ("batch-size",)
    assert found.confidence > 0.8
    assert found.evidence[0].value == 1


@pytest.mark.parametrize(
    ("batch", "shape", "noise"),
    [(32, SLOW, QUIET), (400, SETTLED, QUIET), (200, SLOW, LOUD), (400, curve([0.01] * 9), QUIET)],
)
def test_a_large_batch_that_does_no_harm(batch, shape, noise):
    marks = References(best=0.2)
    assert large.examine(recipe(batch_size=batch), ROWS, shape, noise, marks).status == "clear"


def test_single_rows_that_leave_swings():
    found = small.examine(recipe(batch_size=1), NOISY, QUIET)
    assert found.status == "suspected"
    assert found.confidence > small.examine(recipe(batch_size=4), NOISY, LOUD).confidence


@pytest.mark.parametrize(
    ("batch", "shape", "noise"),
    [
        (16, NOISY, LOUD),
        (2, SETTLED, LOUD),
        (8, NOISY, QUIET),
        (1, NOISY, GradientNoise()),
        (1, curve([0.01] * 9), LOUD),
    ],
)
def test_a_small_batch_that_does_no_harm(batch, shape, noise):
    assert small.examine(recipe(batch_size=batch), shape, noise).status == "clear"


def test_two_rows_are_too_few_to_normalise_with():
    norm = {"class_name": "BatchNormalization", "config": {"name": "norm"}}
    assert small.examine(recipe(norm, batch_size=2), SETTLED, GradientNoise()).status == "suspected"
    assert small.examine(recipe(norm, batch_size=32), SETTLED, GradientNoise()).status == "clear"


def test_swings_to_the_end_at_a_constant_rate():
    found = constant.examine(recipe(), NOISY, sweep(0.5, {}))
    assert found.status == "suspected"
    assert found.remedies[0] == "cosine-schedule"


@pytest.mark.parametrize(
    ("kind", "shape", "rates"),
    [
        (recipe(), SETTLED, sweep(0.5, {})),
        (recipe(), SLOW, sweep(0.5, {})),
        (recipe(), NOISY, sweep(0.5, {0.1: 0.2})),
        (recipe(stop=Stop(5)), curve(0.4 + 0.06 * (-1.0) ** np.arange(100)), sweep(0.5, {})),
        (recipe(pace=Cosine()), NOISY, sweep(0.5, {})),
        (recipe(rate={"class_name": "CosineDecay"}), NOISY, LearningRates(None)),
        (recipe(), curve([0.5, 0.4, 0.5, 0.3, 0.5]), sweep(0.5, {})),
    ],
)
def test_a_rate_that_falls_or_that_need_not(kind, shape, rates):
    assert constant.examine(kind, shape, rates).status == "clear"
