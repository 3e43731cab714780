"""One training process: starts, loads the case once, trains what it is sent."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np

from lossclinic.core.case import Case, Data
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.look import Look, look_one

ENVIRONMENT = {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""Small networks gain nothing from threads; two processes on two cores gain a factor of two."""

MOST_GROWTH = 4 * 2**30
"""Bytes by which a worker may grow."""

FOLLOW_SECONDS = 1.0
"""How often a worker looks whether its parent is still there."""
_here: dict[str, Any] = {}


class Worker:
    """A process of its own, as the parent sees it."""

    def __init__(self, case: Case, plan: Plan, yardstick: Yardstick, core: int | None) -> None:
        """Start the process in the background.

        Args:
            case: the case; its rows are read from `case.folder` where it has one, and sent otherwise.
            plan: how rows are dealt.
            yardstick: the score.
            core: the processor core to stay on; None for any.
        """
        from loky import ProcessPoolExecutor

        arguments = (without_rows(case) if case.folder else case, plan, yardstick, core)
        self._executor = ProcessPoolExecutor(1, env=ENVIRONMENT, initializer=_start, initargs=arguments)
        self._executor.submit(_warm)

    def train(self, run: Run, seconds_left: float) -> Future[Any]:
        """Train one run; the result is (trial, seconds without compiling)."""
        return self._executor.submit(_train, run, seconds_left)

    def look(self, what: Look, recipe: Any, seed: int, seconds_left: float) -> Future[Any]:
        """Take a look at one recipe."""
        return self._executor.submit(_look, what, recipe, seed, seconds_left)

    @property
    def ready(self) -> bool:
        """True: its processor is at hand."""
        return True

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids, for those who watch memory; empty before the process has started."""
        return tuple(self._executor._processes or ())

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._executor.shutdown(wait=False, kill_workers=True)


def without_rows(case: Case) -> Case:
    """The case without its data, small enough to send."""
    return replace(case, data=Data(np.zeros((0, 1)), np.zeros(0), 0))


def with_rows(case: Case) -> Case:
    """The case with its data from its folder, where they were left out."""
    if len(case.data) or not case.folder:
        return case
    from pathlib import Path

    from lossclinic.core.folder import load_case

    return replace(case, data=load_case(Path(case.folder)).data)


def core_for(index: int) -> int | None:
    """The core for worker `index`, spread over those this process may use."""
    allowed: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    if allowed is None:
        return None
    cores = sorted(allowed(0))
    return cores[index % len(cores)]


def stay_on(core: int | None) -> None:
    """Keep this process on one core where the system allows it."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})


def _start(case: Case, plan: Plan, yardstick: Yardstick, core: int | None) -> None:
    from loky import process_executor

    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Keras' remarks about the recipe belong into findings, not onto the user's terminal.
    warnings.simplefilter("ignore")
    # Compiled programs are kept on purpose; loky would take them for a leak and restart the process without them.
    process_executor._MAX_MEMORY_LEAK_SIZE = MOST_GROWTH
    stay_on(core)
    _here.update(case=case, plan=plan, yardstick=yardstick)


def _follow(parent: int) -> None:
    """End this process soon after its parent has gone, however that came about."""
    while os.getppid() == parent:
        time.sleep(FOLLOW_SECONDS)
    os._exit(1)


def _warm() -> str:
    from lossclinic.engine import train
    from lossclinic.engine.backend import keep_compiled, use_jax

    if not _here.get("warm"):
        use_jax()
        keep_compiled()
        _here.update(case=with_rows(_here["case"]), warm=True)
        gc.freeze()  # what was imported stays, so the garbage collector need not look at it again and again
    return f"{train.__name__} on Python {sys.version_info.major}.{sys.version_info.minor}"


def _train(run: Run, seconds_left: float) -> Any:
    from lossclinic.engine.train import train_timed

    _warm()
    return train_timed(_here["case"], _here["plan"], _here["yardstick"], run, time.monotonic() + seconds_left)


def _look(what: Look, recipe: Any, seed: int, seconds_left: float) -> Any:
    _warm()
    here = (_here["case"], _here["plan"], _here["yardstick"])
    return look_one(what, *here, recipe, seed, time.monotonic() + seconds_left)
