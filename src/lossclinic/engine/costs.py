"""What trainings have taken so far, and so what others will take."""

from __future__ import annotations

import math
from statistics import median

from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run, Trial
from lossclinic.engine.structure import group_key

PATIENCE = 10.0
"""A training that takes so many times what is known of its kind hangs."""
LEAST_PATIENCE = 60.0
"""Seconds that any training is granted, for machines have other things to do as well."""
PATIENCE_SHARE = 1 / 3
"""The same as a share of the time that is left, where that is short."""


class Costs:
    """Seconds of the trainings of one case, by structure."""

    def __init__(self, case: Case) -> None:
        """Begin with what the user's own fit took.

        Args:
            case: the training.
        """
        self._case = case
        self._seconds: dict[str, list[float]] = {}
        self._compiling = 0.0

    def note(self, recipe: Recipe, seconds: float, compiling: float) -> None:
        """Take note of one training that did not fail: its seconds without compiling, and those of compiling."""
        self._compiling = max(self._compiling, compiling)
        self._seconds.setdefault(group_key(recipe), []).append(seconds / (recipe.epochs * recipe.gradients))

    def expected(self, recipe: Recipe) -> float | None:
        """Seconds of one training without compiling: the median of those measured; None before the first."""
        measured = self._seconds.get(group_key(recipe))
        return median(measured) * recipe.epochs * recipe.gradients if measured else None

    def longest(self, recipe: Recipe, left: float, *, compiled: bool) -> float:
        """Seconds after which a training is taken to hang; infinite where nothing is known of such trainings.

        Args:
            recipe: what is trained.
            left: seconds that are left of the budget.
            compiled: whether its structure was trained in the same process before.
        """
        expected = self.expected(recipe)
        if expected is None:
            epochs = [median(seconds) for seconds in self._seconds.values()] or [self._users_own()]
            expected = max(epochs) * recipe.epochs * recipe.gradients
        if not expected:
            return float("inf")
        if not compiled:
            expected += self._compiling or self._users_own() * self._case.recipe.epochs
        return max(PATIENCE * expected, min(LEAST_PATIENCE, PATIENCE_SHARE * left))

    def _users_own(self) -> float:
        """Seconds that an epoch of the user's own fit took, starting included; 0 where it was skipped."""
        epochs = self._case.recipe.epochs
        return self._case.observed.seconds_for(epochs) / epochs


class Tally:
    """Which trainings there were, those of earlier runs and failed ones included, and what they took."""

    def __init__(self, case: Case, plan: Plan) -> None:
        """Begin with none."""
        self._case, self._plan = case, plan
        self._counted: set[str] = set()
        self._noted: set[str] = set()
        self._rows: dict[Split, int] = {}
        self.updates = 0
        """Updates of weights, up to the last epoch of each training; one that takes two gradients counts twice."""

    @property
    def trainings(self) -> int:
        """How many there were."""
        return len(self._counted)

    def allows(self, run: Run, most: float) -> bool:
        """Whether there may be such a training, which then counts, whether or not it was stored: counts never vary."""
        if run.key not in self._counted and self.trainings < most:
            self._counted.add(run.key)
        return run.key in self._counted

    def note(self, run: Run, trial: Trial) -> None:
        """Add up a training that has ended, once: one that is repeated for its weights is no further one."""
        if run.key in self._noted:
            return
        self._noted.add(run.key)
        split = run.recipe.split
        if split not in self._rows:  # their number is the same for every seed
            dealt = self._plan.deal(self._case.data, self._case.task, split, run.seed, run.purpose)
            self._rows[split] = len(dealt.train)
        batches = math.ceil(self._rows[split] / run.recipe.batch_size)
        self.updates += max(trial.epochs, default=0) * batches * run.recipe.gradients
