"""What the user asks of a comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lossclinic.core.errors import UsageError

REPEATS = 20
"""As many as a confirmation has at most."""
FEWEST_REPEATS = 5
"""As many as a confirmation has at least."""
MOST_FOLDS = 20


@dataclass(frozen=True)
class Question:
    """How trainings are compared.

    Attributes:
        folds: K of K-fold cross-validation; 0: repeated hold-out.
        repeats: hold-outs, or divisions into folds; None: as many as make twenty trainings of each.
        min_gain: smallest relative difference that matters, in [0, 1).
    """

    folds: int = 0
    repeats: int | None = None
    min_gain: float = 0.05

    def __post_init__(self) -> None:
        if self.folds and not 2 <= self.folds <= MOST_FOLDS:
            raise UsageError(f"--kfold is {self.folds}.", expected=f"2 to {MOST_FOLDS}, or 0 for repeated hold-out")
        if self.repeats is not None and self.repeats < 1:
            raise UsageError(f"--repeats is {self.repeats}.", expected="1 or more")
        if self.draws < FEWEST_REPEATS:
            raise UsageError(
                f"--repeats {self.repeats} makes {self.draws} trainings of each.",
                expected=f"at least {FEWEST_REPEATS}, since fewer say nothing",
            )

    @property
    def draws(self) -> int:
        """Trainings of each candidate."""
        if self.repeats is None:
            return max(self.folds, 1) * math.ceil(REPEATS / max(self.folds, 1))
        return self.repeats * max(self.folds, 1)

    @property
    def scoring(self) -> str:
        """How rows are held out, for people."""
        if not self.folds:
            return f"{self.draws} hold-outs, each drawn anew"
        rounds = self.draws // self.folds
        return f"{self.folds}-fold cross-validation" + (f", {rounds} times" if rounds > 1 else "")
