from __future__ import annotations

import math

import numpy as np
import pytest

from lossclinic.core import catalogue
from lossclinic.core.catalogue import Evidence
from lossclinic.evidence.history_curve import read_curve

EPOCHS = np.arange(40)
LEARNED = 0.2 + 0.8 * np.exp(-EPOCHS / 4)
"""A healthy curve: down and level."""


def says(cause, history, **known):
    evidence = Evidence({"history_curve": read_curve(history, **known)})
    return evidence.call(catalogue.causes()[cause].glance).status


def test_nothing_is_measured_without_a_history():
    assert not read_curve({}).measured


def test_a_healthy_curve_raises_no_suspicion():
    history = {"loss": LEARNED, "val_loss": LEARNED + 0.02}
    for cause in catalogue.causes().values():
        evidence = Evidence({"history_curve": read_curve(history)})
        if cause.glance is not None and evidence.suffices(cause.glance):
            assert evidence.call(cause.glance).status == "clear", cause.id


def test_a_curve_that_is_cut_off():
    assert says("too-few-epochs", {"loss": LEARNED[:8], "val_loss": LEARNED[:8]}) == "suspected"
    assert says("too-few-epochs", {"loss": LEARNED[:8], "val_loss": LEARNED[:8]}, planned=100) == "clear"


def test_noise_is_no_late_fall():
    rng = np.random.default_rng(0)
    for _ in range(20):
        noisy = 0.5 + 0.2 * rng.random(24)
        assert says("too-few-epochs", {"loss": noisy, "val_loss": noisy}) == "clear"


def test_a_curve_that_creeps():
    creeping = {"loss": 1 - 0.002 * EPOCHS, "val_loss": 1 - 0.002 * EPOCHS}
    assert says("learning-rate-too-low", creeping) == "suspected"
    assert says("too-few-epochs", creeping) == "clear"
    assert says("learning-rate-too-low", {"loss": np.full(40, 0.7)}) == "clear"


@pytest.mark.parametrize("keeps_best", [False, True])
def test_validation_that_rises_again(keeps_best):
    history = {"loss": LEARNED, "val_loss": LEARNED + 0.02 * EPOCHS}
    wanted = "clear" if keeps_best else "suspected"
    assert says("too-many-epochs", history, keeps_best=keeps_best) == wanted


def test_a_gap_from_the_start():
    assert says("overfitting", {"loss": LEARNED / 10, "val_loss": LEARNED}) == "suspected"
    assert says("overfitting", {"loss": LEARNED * 0.8, "val_loss": LEARNED}) == "clear"


def test_training_that_swings_climbs_or_breaks_off():
    swinging = 1 + 0.8 * np.random.default_rng(0).choice([-1, 1], 40)
    climbing = np.concatenate([LEARNED[:10], np.linspace(0.4, 1, 30)])
    broken = np.where(EPOCHS < 7, LEARNED, math.nan)
    for loss in (swinging, climbing, broken):
        assert says("learning-rate-too-high", {"loss": loss}) == "suspected"
    assert read_curve({"loss": broken}).broken_at == 8


def test_one_validation_for_several_epochs():
    curve = read_curve({"loss": LEARNED, "val_loss": (LEARNED + 0.02 * EPOCHS)[4::5]})
    assert curve.validated
    assert curve.best_epoch % 5 == 0
    assert curve.gap == pytest.approx(0.02 * 39 / (LEARNED[-1] + 0.02 * 39), rel=0.05)


def test_a_log_without_validation():
    assert says("no-validation-set", {"loss": LEARNED}) == "observed"
    assert says("no-validation-set", {"loss": LEARNED, "val_loss": LEARNED}) == "clear"
