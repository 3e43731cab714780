"""Who trains: what the pool asks of a process, wherever it runs."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Protocol

from lossclinic.core.recipe import Recipe
from lossclinic.core.trial import Run
from lossclinic.engine.look import Look


class MachineLostError(Exception):
    """The machine that a training ran on is gone: that says nothing about the training."""


class Hand(Protocol):
    """Something that trains one thing at a time: a worker process, one on a cluster, or the script's own process."""

    @property
    def ready(self) -> bool:
        """Whether it takes work; False while a cluster has no room for it."""
        ...

    def train(self, run: Run, seconds_left: float) -> Future[Any]:
        """Start a training; the result is (trial, seconds without compiling)."""
        ...

    def look(self, what: Look, recipe: Recipe, seed: int, seconds_left: float) -> Future[Any]:
        """Take a look (`engine.look`); the result is None where this hand cannot."""
        ...

    @property
    def pids(self) -> tuple[int, ...]:
        """Ids of its processes."""
        ...

    def kill(self) -> None:
        """End it, whatever it is doing."""
        ...
