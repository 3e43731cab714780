"""Too few and too many epochs, and a weak optimizer: planted faults and what looks like them."""

import numpy as np
import pytest

from lossclinic.causes.optimisation import too_few_epochs as few
from lossclinic.causes.optimisation import too_many_epochs as many
from lossclinic.causes.optimisation import weak_optimizer as weak
from lossclinic.core.recipe import Stop
from lossclinic.evidence.loss_curve import LossCurve
from tests.causes.by_hand import HEALTHY, References, curve, falling, layers_of, recipe, sweep

NO_BETTER_RATE = sweep(0.5, {})
LAYERS = layers_of(*HEALTHY)
CONVERGED = curve(falling(floor=0.2, speed=20))
SLOW = curve(falling(floor=0.1, speed=1))
TURNING = np.concatenate([np.linspace(1, 0.3, 30), np.linspace(0.3, 0.6, 70)])


@pytest.mark.parametrize(
    ("shape", "epochs"),
    [
        (SLOW, 100),
        (curve(falling(epochs=5, speed=1)), 5),
        (curve([0.8]), 1),
        (curve(np.linspace(1, 0.97, 100)), 100),
        (curve(np.full(20, 1.0)), 20),
    ],
)
def test_a_curve_cut_off_had_too_few_epochs(shape, epochs):
    found = few.examine(recipe(epochs=epochs), shape, NO_BETTER_RATE, LAYERS, References())
    assert found.status == "suspected"
    assert found.remedies == ("more-epochs",)


@pytest.mark.parametrize(
    "shape",
    [
        CONVERGED,
        curve(falling(floor=0.01)),
        curve(falling(speed=1), TURNING),
        curve(falling(speed=1), falling(speed=30)),
    ],
)
def test_a_curve_that_has_settled_had_enough(shape):
    assert few.examine(recipe(), shape, NO_BETTER_RATE, LAYERS, References()).status == "clear"


def test_a_stop_rule_that_ended_training_says_it_was_enough():
    assert few.examine(recipe(epochs=500), SLOW, NO_BETTER_RATE, LAYERS, References()).status == "clear"


def test_a_faster_rate_makes_it_the_weaker_suspicion():
    faster = few.examine(recipe(), SLOW, sweep(0.5, {10.0: 0.2}), LAYERS, References())
    assert faster.confidence < few.examine(recipe(), SLOW, NO_BETTER_RATE, LAYERS, References()).confidence


@pytest.mark.parametrize(
    "held_out", [TURNING, TURNING[::2], np.concatenate([np.linspace(1, 0.5, 10), np.linspace(0.5, 0.6, 90)])]
)
def test_a_loss_that_turns_had_too_many_epochs(held_out):
    found = many.examine(curve(falling(epochs=len(held_out)), held_out))
    assert found.status == "suspected"
    assert found.remedies == ("early-stopping", "keep-best-weights")
    assert found.severity > 0


@pytest.mark.parametrize(
    "shape",
    [
        CONVERGED,
        SLOW,
        curve(falling(), TURNING, stop=Stop(patience=None)),
        curve(falling(), falling(floor=0.4)),
        curve(falling(), np.concatenate([np.linspace(1, 0.3, 90), np.linspace(0.3, 0.35, 10)])),
    ],
)
def test_weights_near_the_best_ones_are_no_fault(shape):
    assert many.examine(shape).status == "clear"


def test_without_any_training_there_is_no_curve_to_judge():
    assert many.examine(LossCurve()).status == "untestable"
    assert few.examine(recipe(), LossCurve(), NO_BETTER_RATE, LAYERS, References()).status == "untestable"


@pytest.mark.parametrize(
    ("optimizer", "rates", "shape"),
    [
        ("SGD", sweep(0.6, {10.0: 0.5, 100.0: "non-finite loss"}), curve(falling(floor=0.6, speed=20))),
        ("SGD", sweep(0.4, {}), SLOW),
        ("Adadelta", sweep(0.9, {100.0: 0.8}), curve(np.linspace(1, 0.9, 50))),
        ("Adagrad", sweep(0.5, {}), curve(falling(floor=0.5, speed=20))),
    ],
)
def test_a_plain_optimizer_that_stays_behind_is_weak(optimizer, rates, shape):
    found = weak.examine(recipe(optimizer=optimizer), rates, shape, References())
    assert found.status == "suspected"
    assert found.remedies[0] == "adam"


@pytest.mark.parametrize(
    ("optimizer", "rates", "shape"),
    [
        ("Adam", sweep(0.6, {}), SLOW),
        ("SGD", sweep(0.2, {}), CONVERGED),
        ("SGD", sweep(0.6, {10.0: 0.15}), curve(falling(floor=0.6, speed=20))),
        ("SGD", sweep(0.01, {}), curve(falling(floor=0.01, speed=5))),
    ],
)
def test_an_optimizer_that_gets_there_is_not(optimizer, rates, shape):
    assert weak.examine(recipe(optimizer=optimizer), rates, shape, References()).status == "clear"


def test_momentum_makes_it_less_likely():
    shape = curve(falling(floor=0.6, speed=20))
    plain, heavy = (
        weak.examine(recipe(optimizer="SGD", momentum=m), sweep(0.6, {}), shape, References()) for m in (0.0, 0.9)
    )
    assert heavy.confidence < plain.confidence
