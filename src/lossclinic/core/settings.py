"""What the user decides about a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lossclinic.core.catalogue import Remedy, look_up
from lossclinic.core.duration import parse_duration
from lossclinic.core.errors import UsageError
from lossclinic.core.size import parse_size
from lossclinic.core.threat import Threat

LEAST_MEMORY = 768 * 2**20
"""A training process takes 400 MiB before it sees a row, and the process that directs it 320 MiB."""


@dataclass(frozen=True)
class Settings:
    """What the user decides about a run.

    Attributes:
        budget: seconds for everything; a script that needs more than half of them is ended then.
        seed: decides the locked rows and all redraws.
        workers: trainings at the same time; 0: in this process.
        min_gain: smallest relative gain that is called a fault, in [0, 1).
        memory: bytes that all processes together may take; None: half of what is free. Where the rows are too many for
            it, the experiments use fewer, and then fewer workers.
        max_trials: how many trainings there may be in all, instead of a budget in time: the same case and seed then
            give the same report on any machine that has memory for the same rows; None: the budget decides.
        tries: ids of remedies to put to the test whether or not anything points at them.
        robust: how far inputs may be moved against the network, to see how it stands up to that; None: not asked.
        ray: address of a Ray cluster to train on; None: train on this machine.
    """

    budget: float = 120.0
    seed: int = 0
    workers: int = 2
    min_gain: float = 0.05
    tries: tuple[str, ...] = ()
    max_trials: int | None = None
    memory: int | None = None
    ray: str | None = None
    robust: Threat | None = None

    @classmethod
    def read(
        cls, budget: float | str, seed: int, workers: int, *, memory: int | str | None = None, **more: Any
    ) -> Settings:
        """Settings whose budget and memory may be given as text, such as "2m" and "2g".

        Raises:
            UsageError: a setting is off.
        """
        seconds = parse_duration(budget) if isinstance(budget, str) else float(budget)
        return cls(seconds, seed, workers, memory=None if memory is None else parse_size(memory), **more)

    @property
    def seconds(self) -> float:
        """Seconds for everything; infinite where trainings are counted instead."""
        return self.budget if self.max_trials is None else math.inf

    def __post_init__(self) -> None:
        if self.budget <= 0:
            raise UsageError(f"The budget is {self.budget:g} s.", expected="a time above 0, such as 90s or 2m")
        if not 0 <= self.min_gain < 1:
            raise UsageError(
                f"--min-gain is {self.min_gain:g}.", expected="a share of at least 0 and below 1, such as 0.05"
            )
        if self.workers < 0:
            raise UsageError(f"--workers is {self.workers}.", expected="0 or more")
        if self.memory is not None and self.memory < LEAST_MEMORY:
            raise UsageError(
                f"--memory is {self.memory / 2**20:,.0f} MiB.",
                expected=f"at least {LEAST_MEMORY / 2**20:,.0f} MiB, what one training process and its parent need",
                do="give more, or free some.",
            )
        if self.max_trials is not None and self.max_trials < 1:
            raise UsageError(f"--max-trials is {self.max_trials}.", expected="1 or more, such as 200")
        if self.workers == 0 and self.ray is not None:
            raise UsageError("No workers, and --ray is given.", expected="1 or more, or none named for all CPUs")
        for remedy in self.tries:
            if not isinstance(look_up(remedy), Remedy):
                raise UsageError(f"--try {remedy}: that is a cause.", expected="the id of a remedy")
