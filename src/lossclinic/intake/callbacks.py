"""What the user's callbacks mean for a recipe: the stop rule, and remarks on what is left out."""

from __future__ import annotations

from typing import Any

from lossclinic.core.recipe import Stop

SILENT = {"History", "ProgbarLogger", "TensorBoard", "CSVLogger", "BackupAndRestore", "TerminateOnNaN", "RemoteMonitor"}
"""Callbacks of Keras that only watch: they change nothing about the training."""


def as_list(callbacks: Any) -> list[Any]:
    """The callbacks one by one, from None, one callback, a list, a tuple or a `CallbackList`."""
    if callbacks is None:
        return []
    if isinstance(callbacks, (list, tuple)):
        return [callback for item in callbacks for callback in as_list(item)]
    inner = getattr(callbacks, "callbacks", None)
    return list(inner) if isinstance(inner, (list, tuple)) else [callbacks]


def read_callbacks(callbacks: Any) -> tuple[Stop | None, tuple[str, ...]]:
    """The stop rule of `EarlyStopping` and `ModelCheckpoint`, and remarks on all others.

    Args:
        callbacks: the argument of fit, in any form.

    Returns:
        The rule (None: train all epochs, keep the last weights) and sentences for people.
    """
    notes: list[str] = []
    stop: Stop | None = None
    keeps_best = False
    for callback in as_list(callbacks):
        name = type(callback).__name__
        ours = type(callback).__module__.startswith("keras.")
        if ours and name == "EarlyStopping":
            stop = _early_stopping(callback, notes)
        elif ours and name == "ModelCheckpoint":
            keeps_best = keeps_best or bool(callback.save_best_only)
        elif ours and name in ("ReduceLROnPlateau", "LearningRateScheduler"):
            notes.append(f"{name} changes the learning rate while the script trains; the experiments keep it constant.")
        elif not (ours and name in SILENT):
            notes.append(f"The callback {name} takes no part in the experiments.")
    if keeps_best:
        stop = Stop() if stop is None else Stop(stop.patience, stop.min_delta, True, stop.monitor)
    return stop, tuple(notes)


def _early_stopping(callback: Any, notes: list[str]) -> Stop:
    monitor = str(callback.monitor)
    if monitor not in ("val_loss", "loss"):
        other = "val_loss" if monitor.startswith("val_") else "loss"
        notes.append(f"EarlyStopping watches {monitor}; the experiments watch {other} instead.")
        monitor = other
    return Stop(
        patience=int(callback.patience),
        min_delta=abs(float(callback.min_delta)),
        restore_best=bool(callback.restore_best_weights),
        monitor="loss" if monitor == "loss" else "val_loss",
    )
