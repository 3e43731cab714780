"""Train at a learning rate that suits the loss.

Too high a rate jumps across the valley or diverges; too low a rate is still under way when the epochs end. Where
short trainings at many rates have been made, their best rate is tried with its neighbours; otherwise rates around the
current one. A schedule gives way to a constant rate.

Does not apply where the current rate is the best one of those tried.

Reference: Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3 (the range test).
"""

from __future__ import annotations

import math
from typing import Any, Protocol, cast

from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe

FACTORS = (1 / 3, 3.0, 0.1, 10.0, 0.01, 100.0)
CLOSE = 1.5
"""Rates within this factor of each other train alike."""
FALLBACK_RATE = 0.001


class Sweep(Protocol):
    """What this needs to know of short trainings at many rates."""

    @property
    def best_rate(self) -> float | None:
        """The rate with the best loss; None where none trained."""
        ...


def apply(recipe: Recipe, learning_rates: Sweep) -> tuple[Recipe, ...]:
    """The best rate of the sweep and a third of it; without one, rates around the current one, nearest first.

    Raises:
        NotApplicable: the current rate is the best one already.
    """
    now = recipe.learning_rate
    best = learning_rates.best_rate
    if best is None:
        base = now or _initial_rate(recipe)
        return tuple(recipe.with_learning_rate(_rounded(base * factor)) for factor in FACTORS)
    if now is not None and _close(now, best):
        raise NotApplicable(f"the learning rate of {now:g} is the best one of those tried")
    # A third of it is there in case two seeds flattered the best; it comes second, as it asks for more epochs.
    rates = (_rounded(best), _rounded(best / 3))
    return tuple(recipe.with_learning_rate(rate) for rate in rates if now is None or not _close(rate, now))


def _initial_rate(recipe: Recipe) -> float:
    """What a schedule starts from."""
    schedule: Any = recipe.optimizer["config"].get("learning_rate")
    if not isinstance(schedule, dict):
        return FALLBACK_RATE
    settings = cast("Json", schedule).get("config", {})
    return float(settings.get("initial_learning_rate") or FALLBACK_RATE)


def _close(a: float, b: float) -> bool:
    return abs(math.log(max(a, 1e-12) / max(b, 1e-12))) < math.log(CLOSE)


def _rounded(rate: float) -> float:
    """Two digits: more would suggest a precision that no sweep has."""
    return float(f"{rate:.2g}")


REMEDY = Remedy(id="learning-rate", title="Change the learning rate", apply=apply)
