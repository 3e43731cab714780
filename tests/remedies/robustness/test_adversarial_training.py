"""Training on rows that are moved against the network: when it applies, and what it sets."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.architecture import make_layer
from lossclinic.core.case import Data
from lossclinic.core.errors import NotApplicable
from lossclinic.core.steps import OneHot
from lossclinic.core.task import Task
from lossclinic.core.threat import Adversarial, Threat
from lossclinic.remedies.robustness.adversarial_training import REMEDY, apply
from tests.causes.by_hand import case, recipe

THREAT = Threat(0.1, "2")
CLASSES = replace(case(), task=Task("binary", 1, (0, 1)), data=Data(np.zeros((50, 4)), np.zeros(50), 50))


def test_one_step_first_and_then_more():
    fgsm, pgd = apply(recipe(), CLASSES, THREAT)
    assert fgsm.adversarial == Adversarial(THREAT, 1)
    assert pgd.adversarial == Adversarial(THREAT, 7)
    assert replace(pgd, adversarial=None) == recipe()


def test_it_is_judged_under_attack():
    assert REMEDY.under_attack


@pytest.mark.parametrize(
    ("changes", "threat", "why"),
    [
        ({}, None, "--robust"),
        ({"adversarial": Adversarial(THREAT)}, THREAT, "already"),
        ({"inputs": ("clip",)}, THREAT, "stretches"),
        ({"inputs": (OneHot(((0, (1.0, 2.0)),)),)}, THREAT, "stretches"),
    ],
)
def test_recipes_that_it_does_not_fit(changes, threat, why):
    with pytest.raises(NotApplicable, match=why):
        apply(replace(recipe(), **changes), CLASSES, threat)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"task": Task("regression", 1)}, "right or wrong"),
        ({"native": "its own class"}, "process"),
        ({"data": Data(np.zeros((50, 4), np.int64), np.zeros(50), 50)}, "whole numbers"),
    ],
)
def test_trainings_that_it_does_not_fit(changes, why):
    with pytest.raises(NotApplicable, match=why):
        apply(recipe(), replace(CLASSES, **changes), THREAT)


def test_tokens_are_not_moved():
    with pytest.raises(NotApplicable, match="whole numbers"):
        apply(recipe(make_layer("Embedding", "words", input_dim=9, output_dim=2)), CLASSES, THREAT)


def test_what_keeps_every_unit_equally_long_is_no_obstacle():
    assert apply(replace(recipe(), inputs=("impute", "standardise")), CLASSES, THREAT)
