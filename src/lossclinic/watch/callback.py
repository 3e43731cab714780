"""`lossclinic.Watch`: the callback. It measures in `measure`, judges by `rules`, and says one line for each cause.

It looks closely at one update now and then, and chooses when by its own cost: all its work together may take a share of
the time that has passed. Between looks a step costs two calls of Python. What is done at the end of a step may be done
by another thread, so that fit need not wait for it on backends that run ahead.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import keras

from lossclinic.core.errors import UsageError
from lossclinic.core.finding import Finding
from lossclinic.watch.log import Log
from lossclinic.watch.measure import Eyes, Snapshot
from lossclinic.watch.record import Broken, Epoch, Look, Record, Stretch
from lossclinic.watch.rules import IDS, look_for
from lossclinic.watch.sample import Sample

SHARE = 0.01
RARER = 0.01
"""The next look is at least a hundredth of the steps so far away: the log of a long training stays short."""
CALLS = 2e-6
"""Seconds that the two calls of a step take (1.5 µs here); they are counted, as measuring them would cost as much."""
NOW, NEVER = -1, 2**63
LONG_STRETCH = 200
"""Steps after which a mean loss is taken within an epoch."""


class Watch(keras.callbacks.Callback):
    """Watches a training while it runs and says one line when something goes wrong.

    It reads and never writes: weights, statistics, random state and optimizer stay what they would have been.

    Attributes:
        findings: what was found in the latest fit, in order.
        lines: what was said about it, one line for each finding.
        async_safe: tells Keras that fit need not wait for `on_train_batch_end`.
    """

    async_safe = True

    def __init__(
        self,
        *,
        stop_on: Collection[str] = (),
        folder: Path | str | None = None,
        sample: Any = None,
        share: float = SHARE,
        say: Callable[[str], None] = print,
    ) -> None:
        """Prepare to watch.

        Args:
            stop_on: ids of causes that end the training when they show (`Watch.knows`).
            folder: where `watch.jsonl` is written; None: nowhere.
            sample: a few hundred input rows, as the model takes them. With them, dead and saturated units are counted
                at the ends of epochs; without them, only units whose weights no longer move are seen.
            share: the largest part of the training's time that watching may take, 0 < share < 1.
            say: called with each line.

        Raises:
            UsageError: an id that Watch does not know, or a share that is none.
        """
        super().__init__()
        unknown = sorted(set([stop_on] if isinstance(stop_on, str) else stop_on) - set(IDS))
        if unknown:
            raise UsageError(
                f"stop_on names {', '.join(map(repr, unknown))}.",
                expected=f"causes that show while a training runs: {', '.join(IDS)}",
                do='write for example stop_on={"non-finite-loss"}.',
            )
        if not 0 < share < 1:
            raise UsageError(f"share is {share}.", expected="a part of the time between 0 and 1, such as .02")
        self.findings: tuple[Finding, ...] = ()
        self.lines: tuple[str, ...] = ()
        self._stop_on = frozenset([stop_on] if isinstance(stop_on, str) else stop_on)
        self._folder, self._sample_rows, self._share, self._say = folder, sample, share, say
        self._watched: Any = None
        self._off = True

    @property
    def knows(self) -> tuple[str, ...]:
        """Ids of the causes that it can tell."""
        return IDS

    @property
    def record(self) -> Record:
        """What was seen of the latest fit."""
        return self._record

    def set_model(self, model: Any) -> None:
        """Keep the model; asking `self.model` for it would make JAX write its state back each time."""
        super().set_model(model)
        self._watched = model

    # What Keras calls, in the order of a fit.

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Start afresh."""
        self._began = time.perf_counter()
        self._spent = 0.0
        self._off = False
        self._record = Record()
        self.findings, self.lines = (), ()
        self._epoch, self._before, self._in_epoch = 0, 0, 0
        self._next, self._due = 0, 0  # steps of the fit, and of the epoch, that are done before the next look
        self._held: tuple[Snapshot, int] | None = None
        self._running: tuple[int, float] = (-1, 0.0)
        self._stretch: tuple[int, float] = (-1, 0.0)
        self._broken_step: int | None = None
        self._told_broken = False
        self._safely(self._prepare)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Count."""
        self._epoch = epoch + 1
        self._running = self._stretch = (-1, 0.0)
        self._due = self._next - self._before

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Look at the weights, where it is time to."""
        if batch >= self._due:
            self._safely(lambda: self._between_steps(batch))

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the running mean of the loss; may be called late, and by several threads."""
        loss = None if logs is None else logs.get("loss")
        if loss is None:
            return
        if batch > self._running[0]:
            self._running = (batch, loss)
        if not math.isfinite(loss) and not self._told_broken:
            self._broken_step = batch if self._broken_step is None else min(batch, self._broken_step)
            self._due = NOW

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Judge the epoch."""
        self._safely(lambda: self._end_epoch(epoch, logs or {}))

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Judge once more and close the log."""
        self._safely(self._judge)
        if not self._off and self._log is not None:
            self._safely(self._log.close)

    def summary(self) -> str:
        """What was seen of the latest fit, in a few lines."""
        if self._watched is None or not hasattr(self, "_record"):
            return "Nothing has been watched yet: pass it to fit as callbacks=[watch]."
        record = self._record
        first = self.lines or ("lossclinic saw nothing wrong.",)
        rows = [*first, f"{len(record.epochs)} epochs, {self._before} steps, {len(record.looks)} of them looked at."]
        if record.looks:
            now = record.looks[-1]
            sizes = ", ".join(f"'{layer}' {size:.1g}" for layer, size in now.updates.items())
            rows += [f"Step {now.step} changed the weights, as a part of their size, by: {sizes}."]
        return "\n".join(rows)

    # What is done with it.

    def _safely(self, work: Callable[[], None]) -> None:
        """Do something and count its time; the first failure of ours ends the watching, never the training."""
        if self._off:
            return
        started = time.perf_counter()
        try:
            work()
        except Exception as error:
            self._off, self._held, self._next, self._due = True, None, NEVER, NEVER
            _warn(f"lossclinic stopped watching ({_in_short(error)}); the training goes on.")
        self._spent += time.perf_counter() - started

    def _prepare(self) -> None:
        self._log = None if self._folder is None else Log(self._folder)
        self._eyes = Eyes(self._watched)
        self._record.activations = self._eyes.activations
        self._record.trainable = bool(self._watched.trainable_variables) or not self._watched.variables
        self._record.continued = self._eyes.steps_before() > 0
        self._settings = dict(self.params or {})
        steps, epochs = self._settings.get("steps"), self._settings.get("epochs")
        self._record.planned = steps * epochs if steps and epochs else None
        self._sample = None
        if self._log is not None:
            self._log.write("fit", {"epochs": epochs, "steps": steps})
        if self._sample_rows is not None:
            self._take_sample()
        self._judge()

    def _take_sample(self) -> None:
        started = time.perf_counter()
        try:
            sample = Sample(self._watched, self._sample_rows, self._eyes.activations)
            self._record.activity.append(sample.look(0))
            self._sample = sample
        except Exception as error:
            _warn(f"lossclinic watches without the sample ({_in_short(error)}).")
        # The first pass compiles; that happens once and says nothing about what the next one costs.
        self._spent -= time.perf_counter() - started

    def _between_steps(self, batch: int) -> None:
        """Before a step: its batch number says how many steps of the epoch are done."""
        self._in_epoch = batch
        if self._broken_step is not None:
            self._tell_broken()
            return
        self._end_look()
        self._end_stretch(batch - 1)
        if self._before + batch >= self._next:
            self._held, self._due = (self._eyes.snapshot(), batch), NOW
        else:
            self._due = self._next - self._before
            self._judge()

    def _end_look(self) -> None:
        if self._held is None:
            return
        before, batch = self._held
        self._held = None
        step = self._before + batch + 1
        seconds = time.perf_counter() - self._began
        look = self._eyes.compare(before, self._eyes.snapshot(), self._epoch, step, seconds, fresh=batch == 0)
        self._record.add(look)
        if self._log is not None:
            self._log.write("look", look)
        self._plan(look)

    def _plan(self, look: Look) -> None:
        """When to look next: when this look's cost, once more, will be within the share."""
        steps = max(look.step, 1)
        pace = look.seconds / steps
        mean = self._spent / (len(self._record.looks) or 1)
        allowed = (self._spent + mean + CALLS * steps) / self._share
        # Every further step is called for too.
        wait = math.ceil((allowed - look.seconds) / max(pace - CALLS / self._share, pace / 4)) if pace > 0 else 1
        self._next = look.step + max(1, wait, math.ceil(RARER * steps))

    def _end_stretch(self, last: int) -> None:
        """Take the mean loss since the last stretch, where the running mean is one of all steps of the epoch."""
        if last - self._stretch[0] < LONG_STRETCH or not _averages(self._watched):
            return
        batch, mean = self._running
        begun, before = self._stretch
        if batch - begun < LONG_STRETCH // 2:
            return
        loss = ((batch + 1) * mean - (begun + 1) * before) / (batch - begun)
        self._stretch = batch, mean
        self._record.stretches.append(Stretch(self._epoch, self._before + batch + 1, loss))

    def _end_epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        self._end_look()
        steps = self._running[0] + 1 or int(self._settings.get("steps") or 0)
        if self._broken_step is not None:
            self._tell_broken()
        self._before += steps
        loss, held_out = logs.get("loss"), logs.get("val_loss")
        if loss is not None and self._broken_step is None:
            loss = float(loss)
            self._record.epochs.append(
                Epoch(epoch + 1, self._before, loss, None if held_out is None else float(held_out))
            )
            self._record.stretches.append(Stretch(epoch + 1, self._before, loss))
            if self._log is not None:
                self._log.write("epoch", self._record.epochs[-1])
        self._in_epoch = 0
        if self._affordable():
            if self._sample is not None:
                self._record.activity.append(self._sample.look(epoch + 1))
                if self._log is not None:
                    self._log.write("activity", self._record.activity[-1])
            self._judge()
            if self._log is not None:
                self._log.flush()

    def _affordable(self) -> bool:
        return self._spent + CALLS * self._before <= self._share * (time.perf_counter() - self._began)

    def _tell_broken(self) -> None:
        if self._broken_step is None:
            return
        if self._told_broken:
            self._due = NEVER
            return
        self._told_broken = True
        layers, of = self._eyes.broken_layers()
        self._record.broken = Broken(self._epoch, self._before + self._broken_step + 1, layers, of)
        self._next, self._due, self._held = NEVER, NEVER, None
        self._judge()

    def _judge(self) -> None:
        for finding in look_for(self._record, [known.cause for known in self.findings]):
            self._tell(finding)

    def _tell(self, finding: Finding) -> None:
        place = f"epoch {max(self._epoch, 1)}, step {self._before + self._in_epoch}"
        line = f"lossclinic ({place}): {finding.reason}. More: lossclinic explain {finding.cause}"
        self.findings += (finding,)
        self.lines += (line,)
        # A progress bar leaves the cursor behind itself in the middle of an epoch.
        self._say(f"\n{line}" if self._in_epoch and self._settings.get("verbose") == 1 and self._say is print else line)
        if self._log is not None:
            self._log.write("finding", finding)
            self._log.flush()
        if finding.cause in self._stop_on:
            self._watched.stop_training = True


def _averages(model: Any) -> bool:
    """Whether the loss that fit reports is the mean over the epoch so far: so it is with Keras' own `train_step`."""
    return type(model).train_step.__module__.startswith("keras.")


def _in_short(error: Exception) -> str:
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:200]}"


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=3)
