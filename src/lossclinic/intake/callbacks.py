"""What the user's callbacks mean for a recipe: the stop rule, the learning rates, and remarks on what is left out."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.recipe import Mode, Monitor, Plateau, Scheduled, Stop

SILENT = {"History", "ProgbarLogger", "TensorBoard", "CSVLogger", "BackupAndRestore", "TerminateOnNaN", "RemoteMonitor"}
"""Callbacks of Keras that only watch, or end what has failed anyway: they change nothing about the training."""
FEW_EPOCHS = 10
LONGER = {True: 30, False: 4}
"""How many times the epochs a remedy may ask for, where they are few and where they are not (`more-epochs`)."""


@dataclass(frozen=True)
class Callbacks:
    """What the callbacks of one fit come to.

    Attributes:
        stop: the rule of `EarlyStopping` and `ModelCheckpoint`; None: train all epochs, keep the last weights.
        pace: how `ReduceLROnPlateau` or `LearningRateScheduler` change the learning rate; None: they do not.
        notes: remarks on all others, in sentences for people.
    """

    stop: Stop | None = None
    pace: Plateau | Scheduled | None = None
    notes: tuple[str, ...] = ()


def as_list(callbacks: Any) -> list[Any]:
    """The callbacks one by one, from None, one callback, a list, a tuple or a `CallbackList`."""
    if callbacks is None:
        return []
    if isinstance(callbacks, (list, tuple)):
        return [callback for item in callbacks for callback in as_list(item)]
    inner = getattr(callbacks, "callbacks", None)
    return list(inner) if isinstance(inner, (list, tuple)) else [callbacks]


def is_watch(callback: Any) -> bool:
    """Whether it is our own `Watch`, told by its home: to import it would mean to import Keras."""
    return type(callback).__module__ == "lossclinic.watch.callback"


def read_callbacks(
    callbacks: Any, *, rate: float | None = None, epochs: int = 1, first_epoch: int = 0, validated: bool = True
) -> Callbacks:
    """Read the callbacks of one fit.

    A `LearningRateScheduler` is asked for the rate of every epoch, and of those that a longer training would have.

    Args:
        callbacks: the argument of fit, in any form.
        rate: the learning rate that the optimizer was compiled with; None where it follows a schedule.
        epochs: how many the fit trains.
        first_epoch: the number that fit gives the first of them.
        validated: whether fit has validation rows.
    """
    notes: list[str] = []
    stop: Stop | None = None
    pace: Plateau | Scheduled | None = None
    keeps_best: Any = None
    for callback in as_list(callbacks):
        name = type(callback).__name__
        ours = type(callback).__module__.startswith("keras.")
        if ours and name == "EarlyStopping":
            stop = _early_stopping(callback, notes, validated)
        elif ours and name == "ModelCheckpoint":
            keeps_best = callback if callback.save_best_only else keeps_best
        elif ours and name == "ReduceLROnPlateau":
            pace = pace if isinstance(pace, Scheduled) else _plateau(callback, notes, validated)
        elif ours and name == "LearningRateScheduler":
            pace = _scheduled(callback, rate, range(first_epoch, first_epoch + epochs), notes) or pace
        elif not (ours and name in SILENT) and not is_watch(callback):
            notes.append(f"The callback {name} takes no part in the experiments.")
    names = [type(callback).__name__ for callback in as_list(callbacks)]
    if isinstance(pace, Scheduled) and "ReduceLROnPlateau" in names:
        notes.append("Beside a LearningRateScheduler, ReduceLROnPlateau takes no part in the experiments.")
    if keeps_best is not None:
        stop = _keeping_best(stop, keeps_best, notes, validated)
    return Callbacks(stop, pace, tuple(notes))


def _early_stopping(callback: Any, notes: list[str], validated: bool) -> Stop:
    monitor, mode = _watched(callback, notes, validated)
    return Stop(
        patience=int(callback.patience),
        min_delta=abs(float(callback.min_delta)),
        restore_best=bool(callback.restore_best_weights),
        monitor=monitor,
        mode=mode,
        baseline=None if callback.baseline is None else float(callback.baseline),
        start_from=int(callback.start_from_epoch),
    )


def _keeping_best(stop: Stop | None, callback: Any, notes: list[str], validated: bool) -> Stop:
    monitor, mode = _watched(callback, notes, validated)
    if stop is None:
        return Stop(monitor=monitor, mode=mode)
    if stop.min_delta or stop.start_from or (stop.monitor, stop.mode) != (monitor, mode):
        notes.append("The best weights are those that EarlyStopping calls best, not those that ModelCheckpoint saves.")
    return Stop(stop.patience, stop.min_delta, True, stop.monitor, stop.mode, stop.baseline, stop.start_from)


def _plateau(callback: Any, notes: list[str], validated: bool) -> Plateau:
    monitor, mode = _watched(callback, notes, validated)
    return Plateau(
        factor=float(callback.factor),
        patience=int(callback.patience),
        min_delta=abs(float(callback.min_delta)),
        cooldown=int(callback.cooldown),
        min_rate=float(callback.min_lr),
        monitor=monitor,
        mode=mode,
    )


def _watched(callback: Any, notes: list[str], validated: bool) -> tuple[Monitor, Mode]:
    """The loss that a callback watches, or that stands in for its metric, and which way is better."""
    name, monitor = type(callback).__name__, str(callback.monitor)
    mode: Mode = "max" if getattr(callback, "mode", "auto") == "max" else "min"
    if monitor not in ("val_loss", "loss"):
        other: Monitor = "val_loss" if monitor.startswith("val_") else "loss"
        notes.append(f"{name} watches {monitor}; the experiments watch {other} instead.")
        return other, "min"
    if monitor == "val_loss" and not validated:
        notes.append(f"{name} watches val_loss, but fit has no validation rows: it never acts.")
    return ("loss" if monitor == "loss" else "val_loss"), mode


def _scheduled(callback: Any, rate: float | None, epochs: range, notes: list[str]) -> Scheduled | None:
    """What the function of a `LearningRateScheduler` says, epoch by epoch."""
    if not rate:
        notes.append("LearningRateScheduler beside a schedule takes no part in the experiments.")
        return None
    ask, arguments = _asked(callback.schedule)
    compiled = float(np.float32(rate))
    rates = _rates(ask, compiled, range(epochs.start, epochs.start + len(epochs) * LONGER[len(epochs) <= FEW_EPOCHS]))
    if len(rates) < len(epochs):
        notes.append(
            "LearningRateScheduler could not be asked for every epoch; the experiments keep the rate of the optimizer."
        )
        return None
    other = _rates(ask, compiled / 2, epochs)
    factors = [each / compiled for each in rates]
    while len(factors) > 1 and factors[-1] == factors[-2]:
        factors.pop()
    return Scheduled(
        tuple(factors), own=not np.allclose(np.multiply(other, 2), rates[: len(other)]), arguments=arguments
    )


def _asked(schedule: Callable[..., Any]) -> tuple[Callable[[int, float], float], int]:
    """A function of epoch and rate, and how many arguments the script's own takes, found out as Keras does."""
    taken = 2

    def ask(epoch: int, rate: float) -> float:
        nonlocal taken
        try:
            return float(schedule(epoch, rate))
        except TypeError:
            taken = 1
            return float(schedule(epoch))

    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        ask(0, 0.01)
    return ask, taken


def _rates(ask: Callable[[int, float], float], rate: float, epochs: range) -> list[float]:
    """One rate for each epoch; fewer where the function gives up, each passed on as the single precision it becomes."""
    rates: list[float] = []
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        for epoch in epochs:
            rates.append(ask(epoch, rate))
            rate = float(np.float32(rates[-1]))
    return rates
