"""Underfitting without a name, and networks that small steps fool."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.generalisation import not_robust, underfitting
from lossclinic.core.canonical import plain
from lossclinic.core.case import Data
from lossclinic.core.lab import Baseline
from lossclinic.core.probe import Attack, Strength
from lossclinic.core.task import Task
from lossclinic.core.threat import Threat
from lossclinic.evidence.loss_curve import LossCurve
from lossclinic.evidence.robustness import Robustness, robustness
from tests.causes.by_hand import HandLab, References, case, curve, falling, recipe, sweep, trial

HIGH = curve(falling(floor=0.6, speed=30))
CLASSES = replace(case(), task=Task("binary", 1, (0, 1)), data=Data(np.zeros((50, 4)), np.zeros(50), 50))
THREAT = Threat(0.1)


def attack(clean=0.95, moved=0.6, random=0.94) -> Attack:
    sweep = (Strength(0.0, clean, 0.1), Strength(1.0, moved, 0.9))
    return Attack(THREAT, 100, random, ((1, moved),), sweep, 0.0)


FOOLED = attack()


def test_both_losses_far_above_the_references():
    found = underfitting.examine(HIGH, sweep(0.6, {}), References(best=0.3))
    assert found.status == "observed"
    assert found.severity <= 0.3


@pytest.mark.parametrize(
    ("shape", "rates", "best"),
    [
        (HIGH, sweep(0.6, {}), 0.58),
        (curve(falling(floor=0.3, speed=1)), sweep(0.6, {}), 0.1),
        (curve(falling(floor=0.4, speed=30), falling(floor=0.7, speed=30)), sweep(0.6, {}), 0.2),
        (HIGH, sweep(0.6, {10.0: 0.2}), 0.3),
        (LossCurve(failed=0.5, epochs=9), sweep(0.6, {}), 0.3),
    ],
)
def test_a_high_loss_that_is_something_else(shape, rates, best):
    assert underfitting.examine(shape, rates, References(best=best)).status == "clear"


def test_answers_that_a_small_step_turns_round():
    found = not_robust.examine(CLASSES, Robustness(THREAT, (FOOLED,)))
    assert found.status == "observed"
    assert found.remedies == ("adversarial-training",)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (Robustness(), "clear"),
        (Robustness(THREAT), "untestable"),
        (Robustness(THREAT, (attack(moved=0.9),)), "clear"),
        (Robustness(THREAT, (attack(random=0.7),)), "clear"),
        (Robustness(THREAT, (attack(clean=0.55, moved=0.2),)), "clear"),
    ],
)
def test_answers_that_stand_or_that_nobody_asked_about(given, status):
    assert not_robust.examine(CLASSES, given).status == status


def test_numbers_are_not_right_or_wrong():
    assert not_robust.examine(case(), Robustness(THREAT, (FOOLED,))).status == "untestable"


def test_the_first_two_seeds_are_attacked():
    made = Baseline((trial([1.0]),) * 3, (1, 2, 3))
    assert robustness(HandLab(attack=plain(FOOLED)), recipe(), made, THREAT).attacks == (FOOLED, FOOLED)
    assert robustness(HandLab(), recipe(), made, THREAT).attacks == ()
    assert robustness(HandLab(attack=plain(FOOLED)), recipe(), made, None).attacks == ()
