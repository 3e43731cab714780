"""How the budget is counted: in time, or in trainings where every run must decide alike."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lossclinic.core.lab import Limit

SCREENING_UNTIL = 0.55
LATE_SHARE = 0.5
CONFIRMATION_UNTIL = 0.97


class Clock(Protocol):
    """A stretch of the budget, in units of its own: worker-seconds or trainings."""

    @property
    def granted(self) -> float:
        """What the user grants for everything, in the clock's unit: the same when the command is repeated."""
        ...

    @property
    def end(self) -> Limit:
        """When everything must be over."""
        ...

    def cost(self, seconds: float, trainings: float) -> float:
        """What some trainings cost that take so many seconds on one worker, compiling included."""
        ...

    def left(self, until: Limit) -> float:
        """What may still be spent until then; never below 0."""
        ...

    def share(self, seconds: float) -> float:
        """The share of the stretch that one training of that length takes, over all workers."""
        ...

    def screening_end(self) -> Limit:
        """When screening must end: after its share of the stretch, or of what is left where it begins late."""
        ...

    def confirmation_end(self, spare: float, share: float = 1.0) -> Limit:
        """When the last pairs must be through.

        Args:
            spare: seconds wanted for what comes after them.
            share: of the time until then, where further experiments follow.
        """
        ...


@dataclass(frozen=True)
class WallClock:
    """The budget as time; what is affordable depends on the machine and its load.

    Attributes:
        start: `time.monotonic()` at its begin.
        stop: when everything must be over.
        workers: trainings that run at the same time.
        granted: seconds that the user grants for everything, the script's own included.
        span: seconds that shares are taken of: those that an earlier run of the same command had, for a script takes a
            little more or less each time, and nothing may be decided otherwise for that; None: its own.
    """

    start: float
    stop: float
    workers: int
    granted: float = math.inf
    span: float | None = None

    @property
    def end(self) -> Limit:
        """The moment when everything must be over."""
        return Limit(self.stop)

    def cost(self, seconds: float, trainings: float) -> float:
        """Worker-seconds."""
        return max(seconds, 1e-4 * trainings)

    def left(self, until: Limit) -> float:
        """Worker-seconds."""
        return max(0.0, until.moment - time.monotonic()) * self.workers

    def share(self, seconds: float) -> float:
        """Of the worker-seconds of the stretch."""
        return seconds / max(self.workers * (self.span or self.stop - self.start), 1e-9)

    def screening_end(self) -> Limit:
        """A moment."""
        now = time.monotonic()
        return Limit(max(self._at(SCREENING_UNTIL), now + LATE_SHARE * (self.stop - now)))

    def confirmation_end(self, spare: float, share: float = 1.0) -> Limit:
        """A moment."""
        return Limit(self._at(CONFIRMATION_UNTIL * share) - spare)

    def _at(self, share: float) -> float:
        return self.start + share * (self.stop - self.start)


@dataclass(frozen=True)
class Count:
    """The budget as a number of trainings: the same case and seed give the same decisions on every machine.

    Attributes:
        total: trainings in all; those taken over from an earlier run count too.
        spent: how many there have been.
    """

    total: int
    spent: Callable[[], int]

    @property
    def granted(self) -> float:
        """All trainings."""
        return self.total

    @property
    def end(self) -> Limit:
        """The last training."""
        return Limit(trials=self.total)

    def cost(self, seconds: float, trainings: float) -> float:
        """Trainings, however long they take."""
        del seconds
        return trainings

    def left(self, until: Limit) -> float:
        """Trainings."""
        return max(0.0, until.trials - self.spent())

    def share(self, seconds: float) -> float:
        """One of all."""
        del seconds
        return 1 / self.total

    def screening_end(self) -> Limit:
        """A number of trainings."""
        spent = self.spent()
        return Limit(trials=math.floor(max(SCREENING_UNTIL * self.total, spent + LATE_SHARE * (self.total - spent))))

    def confirmation_end(self, spare: float, share: float = 1.0) -> Limit:
        """All but one, which becomes the repaired model."""
        del spare
        return Limit(trials=math.floor((self.total - 1) * share))
