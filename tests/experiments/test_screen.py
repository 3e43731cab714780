"""Screening spends seeds where they tell arms apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lossclinic.core.finding import Finding
from lossclinic.core.trial import Arm
from lossclinic.experiments.pick import pick
from lossclinic.experiments.screen import (
    FEWEST_KEPT,
    MOST_FIRST_SEEDS,
    STEADY_SEEDS,
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
