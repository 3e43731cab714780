"""What a fresh network predicts before its first update."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import NO_TIME, Run


@dataclass(frozen=True)
class Untrained:
    """How a fresh network scores, on the case's yardstick.

    Attributes:
        score: on training rows; infinite where the answers are no numbers; None where there was no
            time.
        trivial: score of the best constant answer: what an untrained network should come close to (ln K for K even
            classes).
    """

    score: float | None = None
    trivial: float = 1.0

    @property
    def excess(self) -> float:
        """How many times the trivial score the fresh one is; 1 where it was not measured."""
        return 1.0 if self.score is None else self.score / max(self.trivial, 1e-12)


def untrained(lab: Lab, recipe: Recipe, baseline: Baseline) -> Untrained:
    """Score networks after one epoch at a learning rate of 0, which leaves every weight as it was drawn.

    Args:
        lab: trains; the same compiled program serves, so this costs an epoch.
        recipe: what is trained.
        baseline: its seeds.
    """
    trivial = lab.yardstick.trivial
    still = replace(recipe.with_learning_rate(0.0), epochs=1, stop=None, pace=None)
    trials = [t for t in lab.train([Run(still, seed) for seed in baseline.seeds[:1]]) if t.failed != NO_TIME]
    scores = [trial.train if not trial.failed and math.isfinite(trial.train) else math.inf for trial in trials]
    return Untrained(scores[0] if scores else None, trivial)
