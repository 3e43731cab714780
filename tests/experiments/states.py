"""What an investigation may come to, made with a lab by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case, Data
from lossclinic.core.finding import Finding
from lossclinic.core.progress import Silent
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Rows
from lossclinic.core.task import Task
from lossclinic.core.trial import Arm
from lossclinic.experiments.compose import Composition
from lossclinic.experiments.confirm import Comparison, confirm
from lossclinic.experiments.investigate import Investigated
from lossclinic.experiments.screen import screen, train_baseline
from tests.experiments.recipes import recipe
from tests.experiments.trials import YARDSTICK, HandLab

BASE = recipe()
SCALED = replace(BASE, inputs=("standardise",))
LONGER = replace(BASE, epochs=40)
SCALING = Arm(SCALED, ("standardise-inputs",), ("unscaled-inputs",), (0,))
LENGTH = Arm(LONGER, ("more-epochs",), ("too-few-epochs",), (0,), "epochs 40")
CASE = Case("train.py:3", BASE, Task("regression", 1), Data(np.zeros((50, 4)), np.zeros(50), 50))
ROWS = Rows(np.arange(30), np.arange(0), np.arange(30, 40), np.arange(40, 50))
MIN_GAIN = 0.05


def suspicion(arm: Arm, **changes: object) -> Finding:
    found = Finding(arm.causes[0], "suspected", 0.5, 0.5, remedies=arm.remedies, reason="it looks like it")
    return replace(found, **changes)


def noisy(*factors: tuple[Recipe, float]) -> Callable[[Recipe, int], float]:
    """Scores near 1, times the recipe's factor, with a spread of their own for each recipe and seed."""
    by_key = {r.key: factor for r, factor in factors}

    def score(recipe: Recipe, seed: int) -> float:
        noise = np.random.default_rng([seed, int(recipe.key[:8], 16)]).normal(0, 0.005)
        return by_key.get(recipe.key, 1.0) * float(np.exp(noise))

    return score


def begun(lab: HandLab, *findings: Finding) -> Investigated:
    """The baseline is trained and the causes are asked."""
    state = Investigated(CASE, YARDSTICK, ROWS, train_baseline(lab, BASE, (0, 1, 2)))
    return replace(state, findings={f.cause: f for f in findings})


def screened(lab: HandLab, *arms: Arm, findings: tuple[Finding, ...] | None = None) -> Investigated:
    """The arms were tried and none was kept."""
    state = begun(lab, *(findings or map(suspicion, arms)))
    assert state.baseline is not None
    return replace(state, composition=Composition(Arm(BASE), state.findings, screen(lab, state.baseline, arms)))


def confirmed(lab: HandLab, kept: Arm, *others: Arm, findings: tuple[Finding, ...] | None = None) -> Investigated:
    """One arm was kept and put to the test on fresh seeds."""
    state = screened(lab, kept, *others, findings=findings)
    assert state.composition is not None
    comparison = Comparison(kept.name, BASE, kept.recipe, arm=kept)
    outcome = confirm(lab, (comparison,), min_gain=MIN_GAIN, overlap=0.0, progress=Silent(), fits=lambda runs: True)
    return replace(state, composition=replace(state.composition, arm=kept), confirmation=outcome)
