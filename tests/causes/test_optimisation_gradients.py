"""Gradients that vanish or explode, and losses that are no numbers."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.numerics import non_finite_loss as numerics
from lossclinic.causes.optimisation import exploding_gradients as exploding
from lossclinic.causes.optimisation import vanishing_gradients as vanishing
from lossclinic.core.lab import Baseline
from lossclinic.core.probe import Breakdown
from lossclinic.evidence.breakdown import FirstBreak, breakdown
from lossclinic.evidence.gradient_flow import GradientFlow, gradient_flow
from lossclinic.evidence.inputs import inputs
from lossclinic.evidence.loss_curve import LossCurve
from tests.causes.by_hand import (
    HandLab,
    References,
    baseline,
    case,
    curve,
    dense,
    failed,
    falling,
    layers_of,
    probe,
    recipe,
    sweep,
    trial,
)

HIGH = curve(falling(floor=0.6, speed=20))
FINE = curve(falling(floor=0.15, speed=20))
NAMES = ("a", "b", "c", "d", "out")
FADING = layers_of(*(probe(n, at, gradient_rms=10.0**i) for at in ("start", "end") for i, n in enumerate(NAMES)))
DEEP = recipe(*(dense(name, 16, "silu") for name in NAMES[:-1]))
RECURRENT = recipe({"class_name": "SimpleRNN", "config": {"name": "r", "units": 8}})
STEADY = baseline(lambda seed: trial(falling()))
BROKEN = Breakdown(2, 3, "loss", "", (7, 9), 0.5, 1.1, 2.0)
BLOWN = replace(BROKEN, growth=1e5)
NO_SWEEP = sweep(0.5, {})
ALL_FAIL = replace(NO_SWEEP, rates=tuple(replace(r, failed=1.0) for r in NO_SWEEP.rates))
NAN = LossCurve(failed=1.0, failures=("non-finite loss",))


def flow(layers=FADING, made=STEADY):
    return gradient_flow(layers, made)


def test_growth_shrinkage_and_leaps_are_measured():
    assert flow().shrinkage == flow().end_shrinkage == pytest.approx(1e4)
    assert flow().growth == 1.0
    growing = layers_of(probe("a", gradient_rms=500.0), probe("out", gradient_rms=1.0))
    assert (flow(growing).growth, flow(growing).largest) == (500.0, "a")
    leaping = falling()
    leaping[60] *= 50
    assert flow(made=baseline(lambda s: trial(leaping))).leap == pytest.approx(50, rel=0.05)
    assert flow().leap < 1.5


def test_a_gradient_that_fades_for_no_other_reason():
    found = vanishing.examine(DEEP, FADING, flow(), HIGH, References())
    assert found.status == "suspected"
    assert found.where.layer == "a"


def test_what_explains_a_fading_gradient_better_is_named():
    sigmoid = recipe(*(dense(name, 16, "sigmoid") for name in NAMES[:-1]))
    equal = layers_of(*(replace(p, identical_units=1.0) for p in (*FADING.start, *FADING.end)))
    dead = layers_of(*(replace(p, dead=0.9) for p in (*FADING.start, *FADING.end)))
    for kind, layers, name in ((sigmoid, FADING, "saturating"), (DEEP, equal, "constant"), (DEEP, dead, "dead-units")):
        found = vanishing.examine(kind, layers, flow(), HIGH, References())
        assert found.status == "clear"
        assert name in found.reason


def test_a_fading_gradient_that_does_no_harm():
    assert vanishing.examine(DEEP, FADING, flow(), FINE, References()).status == "clear"
    even = layers_of(*(probe(name) for name in NAMES))
    assert vanishing.examine(DEEP, even, flow(even), HIGH, References()).status == "clear"


def explode(kind=RECURRENT, shape=HIGH, broken=None, flown=None, rates=NO_SWEEP, where=None, layers=FADING):
    flown = flown or GradientFlow(leap=8.0)
    return exploding.examine(kind, where or case(), STEADY, shape, broken or FirstBreak(), flown, layers, rates)


def test_leaps_or_growth_in_a_network_that_can_explode():
    assert explode().status == "suspected"
    assert explode().remedies == ("clip-gradients", "orthogonal-initialisation", "warm-up")
    assert explode(flown=GradientFlow(growth=1e4, largest="a")).status == "suspected"
    assert explode(flown=GradientFlow(), broken=FirstBreak(0.5, BLOWN)).status == "suspected"


def test_a_first_update_that_throws_a_recurrent_layer_far_away():
    far = layers_of(replace(probe("r", update_ratio=2.0), class_name="SimpleRNN"))
    assert explode(flown=GradientFlow(), layers=far).status == "suspected"
    assert explode(DEEP, flown=GradientFlow(), layers=far).status == "clear"


@pytest.mark.parametrize(("per_step", "status"), [(1.3, "suspected"), (1.05, "clear"), (1.0, "clear"), (0.9, "clear")])
def test_a_state_that_each_step_makes_larger(per_step, status):
    growing = layers_of(replace(probe("r"), class_name="SimpleRNN", per_step=per_step, steps=30))
    found = explode(flown=GradientFlow(), layers=growing)
    assert found.status == status
    assert any("multiplies the state" in f.text for f in found.evidence) == (status == "suspected")


def test_a_state_that_grows_beyond_all_numbers_is_still_told():
    growing = layers_of(replace(probe("r"), class_name="SimpleRNN", per_step=50.0, steps=1e4))
    assert explode(flown=GradientFlow(), layers=growing).status == "suspected"


def test_leaps_that_something_else_explains():
    assert "too few factors" in explode(recipe()).reason
    assert "unscaled-inputs" in explode(where=case(scale=1000)).reason
    assert "learning-rate-too-high" in explode(DEEP, rates=sweep(0.5, {0.1: 0.1})).reason
    assert explode(flown=GradientFlow(leap=1.5)).status == "clear"


def not_finite(found=BROKEN, rates=ALL_FAIL, where=None, share=1.0):
    here = where or case()
    return numerics.examine(FirstBreak(share, found), NAN, rates, here, recipe(), inputs(here))


def test_gaps_in_the_inputs_are_another_cause():
    here = case()
    here.data.x[3, 1] = np.nan
    assert not_finite(None, where=here).status == "clear"


def test_an_operation_that_breaks_among_ordinary_numbers():
    found = not_finite()
    assert found.status == "observed"
    assert found.is_fact
    assert "rows of the data" in found.evidence[3].text
    assert "7, 9" in found.evidence[3].text
    assert not_finite(found=None).status == "observed"
    assert not_finite(replace(BROKEN, tensor="activation", layer="b")).where.layer == "b"


@pytest.mark.parametrize(
    ("found", "rates", "where", "named"),
    [
        (replace(BROKEN, tensor="input"), ALL_FAIL, None, "missing-values"),
        (BROKEN, NO_SWEEP, None, "learning-rate-too-high"),
        (BLOWN, ALL_FAIL, None, "exploding-gradients"),
        (BLOWN, ALL_FAIL, case(scale=1000), "unscaled-inputs"),
    ],
)
def test_a_loss_that_something_else_breaks(found, rates, where, named):
    finding = not_finite(found, rates, where)
    assert finding.status == "clear"
    assert named in finding.reason
    assert not_finite(share=0.0).status == "clear"


def test_only_failed_trainings_are_gone_through():
    plain = {
        "epoch": 2,
        "step": 3,
        "tensor": "loss",
        "rows": [7, 9],
        "largest": 0.5,
        "growth": 1.1,
        "activation": "nan",
    }
    lab = HandLab(breakdown=plain)
    assert breakdown(lab, recipe(), STEADY) == FirstBreak()
    found = breakdown(lab, recipe(), Baseline((failed(), trial([1.0])), (4, 5)))
    assert found.failed == 0.5
    assert found.found.rows == (7, 9)
    assert np.isnan(found.found.activation)
