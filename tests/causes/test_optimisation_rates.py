"""Learning rate too high and too low: planted faults and what looks like them."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.optimisation import learning_rate_too_high as high
from lossclinic.causes.optimisation import learning_rate_too_low as low
from lossclinic.core.lab import Baseline
from lossclinic.evidence.learning_rates import LearningRates
from lossclinic.evidence.loss_curve import LossCurve, loss_curve
from tests.causes.by_hand import HEALTHY, HandLab, case, curve, failed, falling, layers_of, probe, recipe, sweep

CONVERGED = curve(falling(floor=0.5, speed=20))
SLOW = curve(falling(floor=0.1, speed=0.5))
SWINGING = curve(0.5 + 0.3 * (-1.0) ** np.arange(100))
NO_SWEEP = LearningRates(None, reason="a schedule decides the learning rate")
HEALTHY_LAYERS = layers_of(*HEALTHY)


@pytest.mark.parametrize(
    ("rates", "shape"),
    [
        (sweep(0.5, {1 / 3: 0.3, 0.1: 0.2}), SWINGING),
        (sweep(0.5, {0.1: 0.45, 3.0: 2.0, 10.0: "non-finite loss"}), CONVERGED),
        (sweep(0.5, {0.01: 0.2, 0.1: 0.3}), CONVERGED),
        (sweep(1.0, {0.01: 0.2}), curve(np.full(100, 1.0))),
    ],
)
def test_a_lower_rate_that_wins_makes_the_rate_too_high(rates, shape):
    found = high.examine(rates, shape, case(), recipe())
    assert found.status == "suspected"
    assert found.remedies == ("learning-rate",)
    assert found.evidence[0].value > 0


def test_trainings_that_explode_at_this_rate_only():
    made = Baseline((failed(), failed()), (1, 2))
    rates = sweep(0.5, {})
    exploding = replace(rates, rates=tuple(replace(r, failed=float(r.rate >= 0.001), gain=2.0) for r in rates.rates))
    found = high.examine(exploding, loss_curve(case(), made, HandLab()), case(), recipe())
    assert found.status == "suspected"
    assert found.confidence > 0.8


def test_swings_and_failures_strengthen_the_suspicion():
    rates = sweep(0.5, {0.1: 0.3})
    calm, swinging = (high.examine(rates, c, case(), recipe()).confidence for c in (CONVERGED, SWINGING))
    assert swinging > calm


def test_stopping_short_of_overfitting_is_not_a_lower_rate_that_wins():
    rates = sweep(0.5, {0.1: 0.3}, train={1.0: 0.05, 0.1: 0.25})
    assert high.examine(rates, CONVERGED, case(), recipe()).status == "clear"


def test_large_inputs_weaken_it_unless_they_are_standardised():
    rates = sweep(0.5, {0.1: 0.2})
    large = high.examine(rates, CONVERGED, case(scale=1000), recipe())
    scaled = high.examine(rates, CONVERGED, case(scale=1000), recipe(inputs=("standardise",)))
    targets = high.examine(rates, CONVERGED, case(target_scale=1000), recipe())
    assert large.confidence < scaled.confidence
    assert targets.confidence < scaled.confidence


@pytest.mark.parametrize("rates", [sweep(0.5, {0.1: 0.6}), sweep(0.5, {1 / 3: 0.495}), sweep(0.5, {3.0: 0.2})])
def test_no_lower_rate_wins(rates):
    assert high.examine(rates, CONVERGED, case(), recipe()).status == "clear"


def test_a_solved_problem_needs_no_other_rate():
    assert high.examine(sweep(0.01, {0.1: 0.001}), curve(falling(floor=0.01)), case(), recipe()).status == "clear"


def test_a_schedule_is_judged_by_the_curve_alone():
    exploding = LossCurve(failed=0.5, failures=("non-finite loss",), epochs=10)
    assert high.examine(NO_SWEEP, exploding, case(), recipe()).status == "suspected"
    assert high.examine(NO_SWEEP, CONVERGED, case(), recipe()).status == "untestable"
    assert low.examine(NO_SWEEP, CONVERGED, HEALTHY_LAYERS).status == "untestable"


@pytest.mark.parametrize(
    ("rates", "shape"),
    [
        (sweep(0.9, {3.0: 0.7, 10.0: 0.4, 100.0: 0.1}), SLOW),
        (sweep(0.5, {10.0: 0.3, 100.0: "non-finite loss"}), SLOW),
        (sweep(1.0, {100.0: 0.2}), curve(np.full(100, 1.0))),
    ],
)
def test_a_higher_rate_that_wins_makes_the_rate_too_low(rates, shape):
    found = low.examine(rates, shape, HEALTHY_LAYERS)
    assert found.status == "suspected"
    assert found.remedies == ("learning-rate",)


def test_tiny_updates_strengthen_it():
    rates = sweep(0.9, {100.0: 0.2})
    tiny = layers_of(probe("a", update_ratio=1e-7), probe("out", update_ratio=1e-7))
    assert low.examine(rates, SLOW, tiny).confidence > low.examine(rates, SLOW, HEALTHY_LAYERS).confidence


@pytest.mark.parametrize(
    "rates",
    [
        sweep(0.5, {3.0: 0.5, 10.0: 0.6, 100.0: "non-finite loss"}),
        sweep(0.5, {10.0: 0.3}, train={1.0: 0.05, 10.0: 0.1}),
        sweep(0.5, {0.1: 0.3}),
    ],
)
def test_no_higher_rate_wins_on_training_rows_too(rates):
    assert low.examine(rates, SLOW, HEALTHY_LAYERS).status == "clear"


def test_updates_of_the_usual_size_point_at_the_epochs_instead():
    rates = sweep(0.9, {10.0: 0.2})
    usual, small = (layers_of(probe("a", update_ratio=r), probe("out", update_ratio=r)) for r in (1e-2, 1e-4))
    assert low.examine(rates, SLOW, usual).confidence < low.examine(rates, SLOW, small).confidence


def test_a_loss_long_past_its_best_epoch_blurs_the_sweep():
    rates = sweep(0.5, {0.1: 0.3, 10.0: 0.3})
    past = curve(falling(floor=0.05), np.concatenate([np.linspace(1, 0.3, 10), np.linspace(0.3, 0.6, 90)]))
    blurred, sharp = (high.examine(rates, shape, case(), recipe()).confidence for shape in (past, CONVERGED))
    assert blurred < sharp
    usual = low.examine(rates, CONVERGED, HEALTHY_LAYERS).confidence
    assert low.examine(rates, past, HEALTHY_LAYERS).confidence < usual
