"""A process with Keras on JAX, for what is done with a model after its training: saving it, running it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from lossclinic.engine.backend import use_jax
from lossclinic.engine.worker import ENVIRONMENT

T = TypeVar("T")


class Aside:
    """One process, used as a context manager; it imports Keras in the background while other work goes on."""

    def __init__(self) -> None:
        """Start it."""
        from loky import ProcessPoolExecutor

        self._executor = ProcessPoolExecutor(1, env=ENVIRONMENT, initializer=_warm)

    def __enter__(self) -> Aside:
        self._executor.submit(_warm)  # the first task is what makes the process start
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=False, kill_workers=True)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Call a function of a module in the process, after what was submitted before."""
        return self._executor.submit(function, *arguments)


def _warm() -> None:
    use_jax()
