"""Screening spends seeds where they tell arms apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lossclinic.core.finding import Finding
from lossclinic.core.trial import Arm
from lossclinic.experiments.screen import (
    FEWEST_KEPT,
    MOST_FIRST_SEEDS,
    STEADY_SEEDS,
    Screened,
    pick,
    screen,
    steadied,
    train_baseline,
)
from tests.experiments.recipes import recipe
from tests.experiments.trials import HandLab

BASE = recipe()
TRIED = ("l1", "l2", "dropout", "narrow", "early-stopping", "keep-best-weights", "gaussian-noise", "augment-images")
ARMS = tuple(
    Arm(replace(BASE, epochs=100 + number), (remedy,), ("overfitting",), (0,)) for number, remedy in enumerate(TRIED)
)


def gain_by_number(luck: dict[int, float] | None = None) -> HandLab:
    """The arm numbered n lowers the score by n per cent; `luck` replaces it on the first five seeds."""

    def score(r, seed):
        number = r.epochs - 100 if r.epochs >= 100 else 0
        lucky = (luck or {}).get(number) if seed < MOST_FIRST_SEEDS else None
        return 1.0 - (lucky if lucky is not None else number / 100) + 0.001 * (seed % 3)

    return HandLab(score)


@pytest.mark.parametrize(("share", "first"), [(0.0005, 5), (0.01, 2), (0.05, 1)])
def test_the_better_half_goes_on_to_all_seeds(share, first):
    lab = gain_by_number()
    results = screen(lab, replace(train_baseline(lab, BASE, range(12)), share=share), ARMS)
    assert [len(r.gains) for r in results] == [first] * (len(ARMS) - FEWEST_KEPT) + [12] * FEWEST_KEPT


def test_an_arm_that_was_lucky_on_the_first_seeds_is_not_picked():
    lab = gain_by_number(luck={4: 0.12})
    results = screen(lab, replace(train_baseline(lab, BASE, range(30)), share=0.0005), ARMS)
    findings = {"overfitting": Finding("overfitting", "suspected", confidence=0.5)}
    lucky = next(r for r in results if r.arm.remedies == (TRIED[4],))
    best = pick(results, findings, least=0.05)
    assert max(results, key=lambda r: r.gains[0]) is lucky
    assert best is not None
    assert best.arm.remedies == (TRIED[7],)


@pytest.mark.parametrize(("swing", "share", "seeds"), [(0.8, 0.001, STEADY_SEEDS), (0.01, 0.001, 5), (0.8, 0.05, 5)])
def test_gains_that_vary_more_than_they_matter_are_measured_on_more_seeds(swing, share, seeds):
    lab = HandLab(lambda r, seed: 1.0 if r.epochs < 100 else 0.7 + swing * (seed % 2))
    current = replace(train_baseline(lab, BASE, range(5)), share=share)
    results = screen(lab, current, ARMS[:3])
    steady = steadied(lab, BASE, current, results, least=0.05)
    assert [r.arm for r in steady] == list(ARMS[:3])
    assert {len(r.gains) for r in steady} == {seeds}


def test_every_leading_cause_is_measured_on_more_seeds_not_only_the_one_with_most_strengths():
    arms = tuple(
        Arm(replace(BASE, epochs=100 + n), ("l2" if n < 5 else "batch-norm",), (cause,), (0,))
        for n, cause in enumerate(("overfitting",) * 5 + ("missing-normalisation",))
    )
    # The sixth arm gains a little less than the five before it.
    lab = HandLab(lambda r, seed: 1.0 if r.epochs < 100 else (0.66 if r.epochs == 105 else 0.65) + 0.8 * (seed % 2))
    current = replace(train_baseline(lab, BASE, range(5)), share=0.001)
    steady = steadied(lab, BASE, current, screen(lab, current, arms), least=0.05)
    assert len(steady[-1].gains) == STEADY_SEEDS


def test_nothing_is_tried_without_a_baseline():
    lab = gain_by_number()
    assert screen(lab, train_baseline(lab, BASE, ()), ARMS) == ()


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


@pytest.mark.parametrize(
    ("adam", "confidence", "chosen"),
    [(0.84, 0.45, "weak-optimizer"), (0.7, 0.45, "too-few-epochs"), (0.84, 0.3, "too-few-epochs")],
)
def test_what_does_nearly_as_well_in_the_epochs_given_comes_before_more_of_them(adam, confidence, chosen):
    findings = {
        "too-few-epochs": Finding("too-few-epochs", "suspected", confidence=0.5),
        "weak-optimizer": Finding("weak-optimizer", "suspected", confidence=confidence),
    }
    longer = tried("more-epochs", "too-few-epochs", 1.0, 1.01, 0.99)
    best = pick((longer, tried("adam", "weak-optimizer", adam, adam + 0.01, adam - 0.01)), findings, least=0.05)
    assert best is not None
    assert best.arm.causes == (chosen,)
