"""How gradients change from layer to layer, and how steady training is over time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lossclinic.core.lab import Baseline
from lossclinic.core.probe import LayerProbe
from lossclinic.core.trial import Trial
from lossclinic.evidence.layers import Layers

AROUND = 2
"""Epochs on either side whose median is the level around an epoch."""
FIRST = 3
"""The loss may do what it likes in the first epochs: there is no level yet."""


@dataclass(frozen=True)
class GradientFlow:
    """Gradients through the layers with fresh weights, and leaps of the loss over the epochs.

    Attributes:
        growth: how many times larger the gradient's root mean square is at an earlier layer than at the output layer;
            1 where it is nowhere larger.
        largest: name of that layer.
        shrinkage: how many times smaller it is at the first layer than at the largest later one; 1 where it is not.
        end_shrinkage: the same after training.
        leap: largest rise of the training loss above the epochs around it, as a multiple of them, median over seeds.
    """

    growth: float = 1.0
    largest: str = ""
    shrinkage: float = 1.0
    end_shrinkage: float = 1.0
    leap: float = 1.0


def gradient_flow(layers: Layers, baseline: Baseline) -> GradientFlow:
    """Compare gradients of layers, and each epoch's loss with its neighbours'.

    Args:
        layers: probes of the layers.
        baseline: trainings over several seeds.
    """
    known = [p for p in layers.start if math.isfinite(p.gradient_rms) and p.gradient_rms > 0]
    growth, largest = 1.0, ""
    if len(known) > 1:
        top = max(known[:-1], key=lambda p: p.gradient_rms)
        growth, largest = max(top.gradient_rms / known[-1].gradient_rms, 1.0), top.layer
    leaps = [_leap(trial) for trial in baseline.good if len(trial.train_loss) > FIRST + 2 * AROUND]
    return GradientFlow(
        growth,
        largest,
        layers.gradient_shrinkage,
        _shrinkage(layers.end),
        float(np.median(leaps)) if leaps else 1.0,
    )


def _shrinkage(probes: tuple[LayerProbe, ...]) -> float:
    return Layers(start=probes).gradient_shrinkage


def _leap(trial: Trial) -> float:
    loss = np.asarray(trial.train_loss, dtype=float)
    worst = 1.0
    for at in range(FIRST, len(loss)):
        near = np.concatenate([loss[max(at - AROUND, 0) : at], loss[at + 1 : at + 1 + AROUND]])
        level = float(np.median(near))
        if level > 0:
            worst = max(worst, float(loss[at]) / level)
    return worst
