"""Overfitting: planted gaps and what looks like them."""

import numpy as np
import pytest

from lossclinic.causes.generalisation.overfitting import examine
from lossclinic.causes.optimisation.too_many_epochs import examine as too_many
from lossclinic.core.lab import Baseline
from lossclinic.evidence.loss_curve import LossCurve, loss_curve
from tests.causes.by_hand import HandLab, References, baseline, case, curve, falling, trial

WIDE = curve(falling(floor=0.02), falling(floor=0.5))
TURNING = np.concatenate([np.linspace(1, 0.3, 30), np.linspace(0.3, 0.6, 70)])


@pytest.mark.parametrize(
    "shape",
    [
        WIDE,
        curve(falling(floor=0.3), falling(floor=0.45)),
        curve(falling(floor=0.01), TURNING),
        loss_curve(case(), baseline(lambda s: trial([1, 0.1], [1, (0.3, 3.0, 1.0)[s - 1]])), HandLab()),
        loss_curve(case(), Baseline((trial([1.0, 0.1], [1.0, 0.6]),), (1,)), HandLab()),
    ],
)
def test_a_wide_gap_that_seeds_agree_on_is_suspected(shape):
    found = examine(shape, References())
    assert found.status == "suspected"
    assert "l2" in found.remedies
    assert found.evidence[0].value >= 0.2


@pytest.mark.parametrize(
    "shape",
    [
        curve(falling(floor=0.4), falling(floor=0.42)),
        curve(falling(floor=0.4), falling(floor=0.3)),
        curve(falling(floor=0.0001), falling(floor=0.01)),
        loss_curve(case(), baseline(lambda s: trial([1, 0.4], [1, (0.2, 0.9, 0.5)[s - 1]])), HandLab()),
    ],
)
def test_a_small_or_doubtful_gap_is_not(shape):
    assert examine(shape, References()).status == "clear"


def test_a_gap_that_opens_late_points_at_the_epochs_first():
    early_gap = np.concatenate([np.linspace(1, 0.3, 30), np.linspace(0.3, 0.302, 70)])
    late = curve(np.concatenate([np.linspace(1, 0.29, 30), np.linspace(0.29, 0.1, 70)]), TURNING)
    wide = curve(falling(floor=0.01, speed=30), early_gap)
    assert too_many(late).confidence > examine(late, References(best=0.4)).confidence
    assert too_many(wide).status == "clear"
    assert examine(wide, References()).confidence > 0.6


def test_stopping_early_is_the_experiment_for_too_many_epochs_where_the_loss_turns():
    turned = curve(np.concatenate([np.linspace(1, 0.29, 30), np.linspace(0.29, 0.1, 70)]), TURNING)
    assert "early-stopping" in too_many(turned).remedies
    assert "early-stopping" not in examine(turned, References()).remedies
    assert "early-stopping" in examine(WIDE, References()).remedies


def test_without_any_training_it_cannot_be_told():
    assert examine(LossCurve(), References()).status == "untestable"
