"""What helps most is kept, unless something underneath it does about as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lossclinic.core.finding import Finding
from lossclinic.core.trial import Arm
from lossclinic.experiments.pick import has_a_price, pick
from lossclinic.experiments.screen import Screened
from tests.experiments.recipes import recipe

BASE = recipe()


def tried(remedy: str, cause: str, *gains: float) -> Screened:
    return Screened(Arm(BASE, (remedy,), (cause,), (0,)), gains)


RATE = tried("learning-rate", "learning-rate-too-low", 1.0, 0.9, 1.1)


@pytest.mark.parametrize(
    ("other", "confidence", "is_fact", "chosen"),
    [
        # The scale of the targets explains the slow training as well as the rate does.
        (tried("standardise-targets", "unscaled-targets", 0.8, 1.0, 0.9), 0.6, False, "unscaled-targets"),
        (tried("matching-loss", "wrong-loss", 0.95, 0.9, 1.0), 0.3, True, "wrong-loss"),
        # Clearly less, hardly seen, or no fault of what the training is given.
        (tried("standardise-targets", "unscaled-targets", 0.5, 0.4, 0.6), 0.6, False, "learning-rate-too-low"),
        (tried("matching-loss", "wrong-loss", 0.95, 0.9, 1.0), 0.3, False, "learning-rate-too-low"),
        (tried("widen", "too-little-capacity", 0.95, 0.9, 1.0), 0.5, False, "learning-rate-too-low"),
    ],
)
def test_a_rate_that_only_makes_up_for_a_fault_is_not_picked(other, confidence, is_fact, chosen):
    findings = {
        "learning-rate-too-low": Finding("learning-rate-too-low", "suspected", confidence=0.5),
        other.arm.causes[0]: Finding(other.arm.causes[0], "suspected", confidence=confidence, is_fact=is_fact),
    }
    best = pick((RATE, other), findings, least=0.05)
    assert best is not None
    assert best.arm.causes == (chosen,)


@pytest.mark.parametrize(
    ("normalised", "confidence", "chosen"),
    [(0.9, 0.6, "missing-normalisation"), (0.5, 0.6, "overfitting"), (0.9, 0.3, "overfitting")],
)
def test_a_penalty_that_only_makes_up_for_a_fault_of_the_architecture_is_not_picked(normalised, confidence, chosen):
    findings = {
        "overfitting": Finding("overfitting", "suspected", confidence=0.8),
        "missing-normalisation": Finding("missing-normalisation", "suspected", confidence=confidence),
    }
    penalty = tried("l2", "overfitting", 0.9, 1.0, 0.95)
    norm = tried("batch-norm", "missing-normalisation", normalised, normalised + 0.05, normalised + 0.1)
    best = pick((penalty, norm), findings, least=0.05)
    assert best is not None
    assert best.arm.causes == (chosen,)


@pytest.mark.parametrize(("stopped", "chosen"), [(0.85, "too-many-epochs"), (0.7, "overfitting")])
def test_stopping_earlier_comes_before_a_penalty_that_does_little_more(stopped, chosen):
    findings = {name: Finding(name, "suspected", confidence=0.6) for name in ("overfitting", "too-many-epochs")}
    penalty = tried("l2", "overfitting", 1.0, 1.01, 0.99)
    early = tried("early-stopping", "too-many-epochs", stopped, stopped + 0.01, stopped - 0.01)
    best = pick((penalty, early), findings, least=0.05)
    assert best is not None
    assert best.arm.causes == (chosen,)


@pytest.mark.parametrize(("rescued", "picked"), [(3, True), (1, False)])
def test_an_arm_that_rescues_some_seeds_need_not_be_better_on_the_others(rescued, picked):
    gains = [3.0] * rescued + [0.05, -0.05] * 6
    arm = replace(tried("batch-norm", "missing-normalisation", *gains[:12]), rescued=rescued)
    findings = {"missing-normalisation": Finding("missing-normalisation", "suspected", confidence=0.6)}
    assert (pick((arm,), findings, least=0.05) is not None) == picked


@pytest.mark.parametrize(
    ("adam", "confidence", "chosen"),
    [(0.6, 0.45, "weak-optimizer"), (0.4, 0.45, "too-few-epochs"), (0.6, 0.3, "too-few-epochs")],
)
def test_what_does_half_as_well_in_the_epochs_given_comes_before_more_of_them(adam, confidence, chosen):
    findings = {
        "too-few-epochs": Finding("too-few-epochs", "suspected", confidence=0.5),
        "weak-optimizer": Finding("weak-optimizer", "suspected", confidence=confidence),
    }
    longer = tried("more-epochs", "too-few-epochs", 1.0, 1.01, 0.99)
    best = pick((longer, tried("adam", "weak-optimizer", adam, adam + 0.01, adam - 0.01)), findings, least=0.05)
    assert best is not None
    assert best.arm.causes == (chosen,)


@pytest.mark.parametrize(
    ("remedy", "beside", "priced"),
    [
        ("more-epochs", (), True),
        ("l2", ("early-stopping",), True),
        ("dropout", ("standardise-inputs", "keep-best-weights"), True),
        ("l2", ("standardise-inputs",), False),
        ("early-stopping", ("l2",), False),
        ("adam", ("early-stopping",), False),
    ],
)
def test_more_epochs_have_a_price_and_a_penalty_beside_stopping_earlier(remedy, beside, priced):
    assert has_a_price(remedy, beside) == priced
