"""Trials and a lab made by hand, for tests of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lossclinic.core.lab import Limit
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.core.trial import Run, Trial
from lossclinic.core.yardstick import Yardstick

YARDSTICK = Yardstick("mean squared error", Task("regression", 1), trivial=1.0)


def trial(score: float, locked: float | None = None, failed: str = "", key: str = "") -> Trial:
    return Trial(key, (1,), (score,), (float("nan"),), (score,), (score,), (float("nan"),), 0, locked, failed, 0.01)


def trials(scores: Sequence[float] | np.ndarray, locked: Sequence[float] | None = None) -> list[Trial]:
    return [trial(float(s), locked[i] if locked is not None else float(s)) for i, s in enumerate(scores)]


class HandLab:
    """A lab whose trainings are a function of the recipe and the seed."""

    def __init__(self, score: Callable[[Recipe, int], float | str]) -> None:
        self.score = score
        self.trained: list[Run] = []
        self.kept: dict[str, Any] = {}

    @property
    def yardstick(self) -> Yardstick:
        return YARDSTICK

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        results = []
        for run in runs:
            self.trained.append(run)
            value = self.score(run.recipe, run.seed)
            if isinstance(value, str):
                results.append(trial(float("inf"), failed=value, key=run.key))
            else:
                results.append(trial(value, value, key=run.key))
        return tuple(results)

    def limit(self, until: Limit) -> None:
        """A hand lab has all the time there is."""

    def recall(self, what: str) -> Any:
        return self.kept.get(what)

    def remember(self, what: str, value: Any) -> None:
        self.kept.setdefault(what, value)

    def measure(self, what: str, recipe: Recipe, seed: int) -> dict[str, Any] | None:
        return None

    def probe(self, recipe: Recipe, seed: int) -> tuple[LayerProbe, ...]:
        return ()
