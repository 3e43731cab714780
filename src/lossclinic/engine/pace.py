"""The learning rate from epoch to epoch, where a callback of the script changes it."""

from __future__ import annotations

import numpy as np

from lossclinic.core.recipe import Cosine, Plateau, Recipe, Scheduled
from lossclinic.core.trial import improves


class Pace:
    """The rates of one training: those of the epochs so far and of the next one."""

    def __init__(self, recipe: Recipe) -> None:
        """Start before the first epoch.

        Raises:
            ValueError: the optimizer has a schedule, which Keras lets no callback change.
        """
        base = recipe.learning_rate
        if recipe.pace is not None and base is None:
            raise ValueError("a callback cannot set the learning rate of an optimizer that follows a schedule")
        self._rule = recipe.pace
        self._epochs = recipe.epochs
        self._base = float(base or 0.0)
        self._rates = [self._base]
        self._best: float | None = None
        self._waited = self._resting = 0

    def rate(self, epoch: int) -> float | None:
        """The rate of an epoch (0 is the first); None: the optimizer keeps its own."""
        if self._rule is None:
            return None
        if isinstance(self._rule, Cosine):
            return self._base * self._rule.factor(epoch, self._epochs)
        if isinstance(self._rule, Scheduled):
            factors = self._rule.factors
            return self._base * factors[min(epoch, len(factors) - 1)]
        return self._rates[epoch]

    def steady(self, epoch: int, most: int) -> int:
        """For how many epochs from this one on the rate is known to stay: between 1 and `most`."""
        if self._rule is None:
            return most
        if isinstance(self._rule, Plateau):
            return 1
        return next((n for n in range(1, most) if self.rate(epoch + n) != self.rate(epoch)), most)

    def after(self, train_loss: float, val_loss: float) -> None:
        """Take note of what the epoch gave, as Keras' `ReduceLROnPlateau` does."""
        rule = self._rule
        if not isinstance(rule, Plateau):
            return
        rate = self._rates[-1]
        value = train_loss if rule.monitor == "loss" else val_loss
        if not np.isnan(value) or rule.monitor == "loss":
            rate = self._reduced(rule, rate, value)
        self._rates.append(rate)

    def _reduced(self, rule: Plateau, rate: float, value: float) -> float:
        if self._resting:
            self._resting -= 1
            self._waited = 0
        if improves(rule, value, self._best):
            self._best, self._waited = value, 0
        elif not self._resting:
            self._waited += 1
            if self._waited >= rule.patience and np.float32(rate) > np.float32(rule.min_rate):
                self._resting, self._waited = rule.cooldown, 0
                return max(float(np.float32(rate)) * rule.factor, rule.min_rate)
        return rate
