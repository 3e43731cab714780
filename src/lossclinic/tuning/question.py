"""What the user asks of a tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from lossclinic.core.errors import UsageError
from lossclinic.tuning.sampling import METHODS, Method
from lossclinic.tuning.space import known

GiveUp = Literal["none", "halving", "hyperband"]
MOST_FOLDS = 20


@dataclass(frozen=True)
class Question:
    """What is searched, how, and how it is scored.

    Attributes:
        method: how points are chosen.
        trials: how many points there shall be; None: as many as fit into the budget.
        repeats: draws of held-out rows and seeds that a point is scored on; with folds, divisions into folds.
        folds: k of k-fold cross-validation; 0: repeated hold-out.
        give_up: whether points that do badly after few epochs are given up.
        fixed: names of what stays as it is.
        compare: the scientific parameter: all others are tuned anew for each of its values; "" for none.
        ranges: name → smallest and largest setting.
        storage: database URL; None: a file in the folder of the report.
    """

    method: Method = "tpe"
    trials: int | None = None
    repeats: int = 2
    folds: int = 0
    give_up: GiveUp = "none"
    fixed: tuple[str, ...] = ()
    compare: str = ""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    storage: str | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"There is no method {self.method}.", expected=f"one of {', '.join(METHODS)}")
        if self.give_up not in get_args(GiveUp):
            raise UsageError(f"--give-up {self.give_up}.", expected=f"one of {', '.join(get_args(GiveUp))}")
        if self.trials is not None and self.trials < 1:
            raise UsageError(f"--trials is {self.trials}.", expected="1 or more")
        if self.repeats < 1:
            raise UsageError(f"--repeats is {self.repeats}.", expected="1 or more")
        if self.folds and not 2 <= self.folds <= MOST_FOLDS:
            raise UsageError(f"--folds is {self.folds}.", expected=f"2 to {MOST_FOLDS}, or 0 for repeated hold-out")
        for name in (*self.fixed, *self.ranges, *((self.compare,) if self.compare else ())):
            known(name)

    @property
    def draws(self) -> int:
        """Trainings for each point."""
        return self.repeats * max(self.folds, 1)

    @property
    def scoring(self) -> str:
        """How a point is scored, for people."""
        if self.folds:
            return f"{self.folds}-fold cross-validation" + (f", {self.repeats} times" if self.repeats > 1 else "")
        return "one hold-out" if self.repeats == 1 else f"{self.repeats} hold-outs, each drawn anew"
