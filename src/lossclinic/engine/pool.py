"""The lab: trains runs in worker processes, here or on a cluster, within the budget, and remembers every trial."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lossclinic.core.canonical import Json, content_hash
from lossclinic.core.case import Case
from lossclinic.core.lab import Limit
from lossclinic.core.probe import LayerProbe, Measurement
from lossclinic.core.progress import Progress, Silent
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import NO_TIME, Run, Trial, failed_trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.cluster import Cluster, RayWorker
from lossclinic.engine.costs import Costs, Tally
from lossclinic.engine.hand import Hand, MachineLostError
from lossclinic.engine.look import Look, look_one
from lossclinic.engine.outcome import reason
from lossclinic.engine.schedule import pick
from lossclinic.engine.store import Store
from lossclinic.engine.structure import group_key
from lossclinic.engine.worker import Worker, core_for

GRACE_SECONDS = 10.0
"""How long after the deadline a training may at most still answer before its process is ended."""
GRACE_SHARE = 0.05
"""The same as a share of the time there was, for short budgets; one second is always granted."""
UNKNOWN_SECONDS = 0.5
"""What a training of a structure never seen is taken to cost when work is shared out."""
LOOK_SECONDS = 0.1
"""How often to look whether a cluster has found room for another worker."""
ATTEMPTS = 2
DIED = "the training process died"
HUNG = "the training hung"


@dataclass
class Slot:
    """A place for one hand: the hand, the structures it has compiled, and what it is doing."""

    hand: Hand
    known: set[str] = field(default_factory=set)
    run: Run | None = None
    future: Future[Any] | None = None
    silent_until: float = math.inf
    """The moment after which the hand is taken to hang."""


class HungError(Exception):
    """A training gave no answer for far longer than such trainings take."""


class Pool:
    """A lab (`core.lab.Lab`) on worker processes; use it as a context manager.

    A training that fails, or whose process dies or hangs, becomes a failed trial; the others go on. After Ctrl-C the
    processes are gone, and what was finished stays in `trials`.
    """

    def __init__(
        self, case: Case, plan: Plan, yardstick: Yardstick, *, workers: int = 2, deadline: float = math.inf,
        most_trials: float = math.inf, progress: Progress | None = None, store: Store | None = None,
        cluster: Cluster | None = None,
    ) -> None:  # fmt: skip
        """Start the workers in the background; they import Keras while other work goes on.

        Args:
            case: the case; saved in `case.folder`, or small enough to be sent to the workers.
            plan: how rows are dealt.
            yardstick: the score.
            workers: number of processes; 0 trains in this process (which must run Keras on JAX).
            deadline: `time.monotonic()` after which no training goes on.
            most_trials: how many trainings there may be, those of earlier runs included.
            progress: told about finished trainings.
            store: where trials of earlier runs are, and new ones go; whoever opened it closes it.
            cluster: where the workers are; None: on this machine. A training that needs the script's own process
                stays on this machine all the same.
        """
        self._pinned = workers > 1  # a single one may go wherever there is room
        self._case, self._plan, self._yardstick = case, plan, yardstick
        self._whole = self._until = Limit(deadline, most_trials)
        self._progress = progress or Silent()
        self._grace = min(max(GRACE_SHARE * self.seconds_left, 1.0), GRACE_SECONDS)
        self._trials: dict[str, Trial] = {}
        self._probes: dict[tuple[str, int], tuple[LayerProbe, ...]] = {}
        self._costs = Costs(case)
        self._tally = Tally(case, plan)
        self._store = store
        self._stored = store.read() if store else {}
        self.reused = 0
        """Trials taken over from earlier runs."""
        self._shared = cluster.share(case, plan, yardstick) if cluster and not case.native else None
        self._slots = [Slot(self._hire(i)) for i in range(min(workers, 1) if case.native else workers)]

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all worker processes."""
        for slot in self._slots:
            slot.hand.kill()
        self._slots = []

    @property
    def yardstick(self) -> Yardstick:
        """The score that decides for this case."""
        return self._yardstick

    @property
    def pids(self) -> tuple[int, ...]:
        """Ids of all worker processes."""
        return tuple(pid for slot in self._slots for pid in slot.hand.pids)

    @property
    def trials(self) -> Mapping[str, Trial]:
        """All finished trials so far, by `Run.key`."""
        return MappingProxyType(self._trials)

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; 0 when it has passed."""
        return max(self._until.moment - time.monotonic(), 0.0)

    @property
    def spent(self) -> int:
        """Trainings so far, those of earlier runs and failed ones included."""
        return self._tally.trainings

    @property
    def updates(self) -> int:
        """Updates of weights that these trainings took, up to the last epoch of each."""
        return self._tally.updates

    def cost(self, recipe: Recipe) -> float | None:
        """Expected seconds of one training without compiling: the median of those measured; None before the first."""
        return self._costs.expected(recipe)

    def limit(self, until: Limit) -> None:
        """Let trainings go so far, or as far as the pool's own limit where that comes first."""
        self._until = Limit(min(until.moment, self._whole.moment), min(until.trials, self._whole.trials))

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        """Train the runs and return their trials in the same order; a run already trained costs nothing.

        A run that the budget does not allow comes back as failed with the reason `NO_TIME`.

        Raises:
            KeyboardInterrupt: after Ctrl-C, when the workers are ended; `trials` has what was finished.
        """
        allowed = [run for run in runs if self._tally.allows(run, self._until.trials)]
        self._take_over(allowed)
        wanted = {_slot_key(run): run for run in allowed if self._remembered(run) is None}
        keys = {run.key for run in allowed}
        missed = {_slot_key(run): failed_trial(run, NO_TIME) for run in runs if run.key not in keys}
        waiting = list(wanted.values())
        try:
            if self._slots:
                self._share_out(waiting, missed)
            else:
                self._train_here(waiting, missed)
        except KeyboardInterrupt:
            self.close()
            raise
        return tuple(self._remembered(run) or missed[_slot_key(run)] for run in runs)

    def probe(self, recipe: Recipe, seed: int) -> tuple[LayerProbe, ...]:
        """Measure every layer with weights, at the start and at the end of training; () where that cannot be done."""
        key = (recipe.key, seed)
        if key not in self._probes:
            what = f"probe {recipe.key} {seed}"
            known = self.recall(what)
            found = map(LayerProbe.from_plain, known) if known else self._look("layers", recipe, seed) or ()
            self._probes[key] = tuple(found)
            if self._probes[key]:
                self.remember(what, self._probes[key])
        return self._probes[key]

    def measure(self, what: Measurement, recipe: Recipe, seed: int) -> Json | None:
        """Another look into one training, as plain data; None where it cannot be had."""
        name = f"{what if isinstance(what, str) else content_hash(what)} {recipe.key} {seed}"
        known = self.recall(name) or self._look(what, recipe, seed)
        if known:
            self.remember(name, known)
        return known

    def recall(self, what: str) -> Any:
        """What an earlier run on the same rows kept under this name, as plain data; None where there is nothing."""
        return self._store.recall(what) if self._store is not None else None

    def remember(self, what: str, value: Any) -> None:
        """Keep something for later runs on the same rows."""
        if self._store is not None:
            self._store.remember(what, value)

    def _hire(self, index: int) -> Hand:
        if self._case.native:
            from lossclinic.engine.native import NativeWorker

            return NativeWorker(self._case, self._plan, self._yardstick)
        if self._shared is not None:
            return RayWorker(self._shared)
        return Worker(self._case, self._plan, self._yardstick, core_for(index) if self._pinned else None)

    def _remembered(self, run: Run) -> Trial | None:
        trial = self._trials.get(run.key)
        if trial is None or trial.failed:
            return trial
        lacks = (run.keep_weights and not trial.weights) or (run.keep_answers and trial.answers is None)
        return None if lacks else trial

    def _take_over(self, runs: Sequence[Run]) -> None:
        """Remember what an earlier run stored; one at a time, so that costs are known as they were then."""
        for run in runs:
            if run.key in self._stored and run.key not in self._trials:
                self._know(run, *self._stored[run.key])
                self.reused += 1

    def _keep(self, run: Run, trial: Trial, seconds: float, missed: dict[str, Trial]) -> None:
        if trial.failed == NO_TIME:
            missed[_slot_key(run)] = trial
            return
        self._know(run, trial, seconds)
        # A process that died or hung says something about the machine; the next run may have more luck.
        if self._store is not None and not trial.failed.startswith((DIED, HUNG)):
            self._store.keep(trial, seconds)

    def _know(self, run: Run, trial: Trial, seconds: float) -> None:
        self._trials[run.key] = trial
        self._tally.note(run, trial)
        if not trial.failed:
            self._costs.note(run.recipe, seconds, trial.seconds - seconds)

    def _train_here(self, waiting: list[Run], missed: dict[str, Trial]) -> None:
        from lossclinic.engine.train import train_timed

        for done, run in enumerate(waiting, start=1):
            self._keep(run, *train_timed(self._case, self._plan, self._yardstick, run, self._until.moment), missed)
            self._progress.step("training", done, len(waiting))

    def _share_out(self, waiting: list[Run], missed: dict[str, Trial]) -> None:
        total, done = len(waiting), 0
        attempts: dict[str, int] = {}
        groups = {_slot_key(run): group_key(run.recipe) for run in waiting}
        while waiting or any(slot.future for slot in self._slots):
            if not self.seconds_left:
                missed.update((_slot_key(run), failed_trial(run, NO_TIME)) for run in waiting)
                waiting.clear()
            self._hand_out(waiting, groups)
            for slot in self._finished():
                run, outcome = self._take_back(slot, attempts)
                if outcome is None:
                    waiting.insert(0, run)
                    continue
                self._keep(run, *outcome, missed)
                done += 1
                self._progress.step("training", done, total)

    def _hand_out(self, waiting: list[Run], groups: Mapping[str, str]) -> None:
        for slot in self._slots:
            if slot.future is not None or not waiting or not slot.hand.ready:
                continue
            elsewhere = {g for other in self._slots if other is not slot and other.future for g in other.known}
            names = [groups[_slot_key(run)] for run in waiting]
            index = pick(names, slot.known, elsewhere, lambda i: self.cost(waiting[i].recipe) or UNKNOWN_SECONDS)
            if index is None:
                continue
            slot.run = waiting.pop(index)
            slot.silent_until = time.monotonic() + self._costs.longest(
                slot.run.recipe, self.seconds_left, compiled=names[index] in slot.known
            )
            slot.known.add(names[index])
            try:
                slot.future = slot.hand.train(slot.run, self.seconds_left)
            except Exception as error:  # a process that died while it was idle refuses work
                slot.future = Future()
                slot.future.set_exception(error)

    def _finished(self) -> list[Slot]:
        """Wait for the next answers; gives up trainings that hang, and all that are silent long after the deadline."""
        busy = [slot for slot in self._slots if slot.future is not None]
        all_ready = all(slot.hand.ready for slot in self._slots)
        if not busy:
            time.sleep(0 if all_ready else LOOK_SECONDS)
            return []
        first = min(self._deadline, *(slot.silent_until for slot in busy))
        if not all_ready:
            first = min(first, time.monotonic() + LOOK_SECONDS)
        answered = wait([slot.future for slot in busy if slot.future], _seconds_to(first), FIRST_COMPLETED).done
        if answered:
            return [slot for slot in busy if slot.future in answered]
        now = time.monotonic()
        given_up = [slot for slot in busy if now >= min(self._deadline, slot.silent_until)]
        for slot in given_up:
            slot.future = Future()
            slot.future.set_exception(TimeoutError() if now >= self._deadline else HungError())
        return given_up

    @property
    def _deadline(self) -> float:
        """When a process that is still silent is ended."""
        return self._until.moment + self._grace

    def _take_back(self, slot: Slot, attempts: dict[str, int]) -> tuple[Run, tuple[Trial, float] | None]:
        """The run a slot was given and its outcome; None where the process died and the run gets another try."""
        run, future = slot.run, slot.future
        assert run is not None
        assert future is not None
        slot.run = slot.future = None
        error = future.exception()
        if error is None:
            return run, future.result()
        self._replace(slot)
        if isinstance(error, MachineLostError) and self.seconds_left:
            return run, None
        if isinstance(error, (TimeoutError, MachineLostError)):  # its time was up
            return run, (failed_trial(run, NO_TIME), 0.0)
        tried = attempts[_slot_key(run)] = attempts.get(_slot_key(run), 0) + 1
        if tried < ATTEMPTS and self.seconds_left:
            return run, None
        return run, (failed_trial(run, _why(error)), 0.0)

    def _replace(self, slot: Slot) -> None:
        slot.hand.kill()
        slot.known = set()
        if self.seconds_left:  # nobody will be given work any more: the dead may stay
            slot.hand = self._hire(self._slots.index(slot))

    def _look(self, what: Look, recipe: Recipe, seed: int) -> Any:
        if not self._slots:
            with suppress(Exception):  # as below
                return look_one(what, self._case, self._plan, self._yardstick, recipe, seed, self._until.moment)
            return None
        try:
            while self.seconds_left:
                ready = [slot for slot in self._slots if slot.hand.ready]
                if not ready:
                    time.sleep(LOOK_SECONDS)
                    continue
                slot = next((s for s in ready if group_key(recipe) in s.known), ready[0])
                try:
                    silent_until = time.monotonic() + self._costs.longest(recipe, self.seconds_left, compiled=False)
                    answer = slot.hand.look(what, recipe, seed, self.seconds_left)
                    return answer.result(_seconds_to(min(self._deadline, silent_until)))
                except MachineLostError:
                    self._replace(slot)
                except Exception:
                    # Looks are evidence, not verdicts: without one, the causes that need it say that they cannot tell.
                    self._replace(slot)
                    break
        except KeyboardInterrupt:
            self.close()
            raise
        return None


def _seconds_to(moment: float) -> float | None:
    """Seconds to wait, as `wait` and `result` take them."""
    return None if moment == math.inf else max(moment - time.monotonic(), 0.0)


def _why(error: BaseException) -> str:
    if isinstance(error, HungError):
        return f"{HUNG} (no answer for ten times as long as such trainings take)"
    if isinstance(error, BrokenExecutor):
        return f"{DIED} (out of memory?)"
    return reason(error)


def _slot_key(run: Run) -> str:
    return f"{run.key}{'w' if run.keep_weights else ''}{'a' if run.keep_answers else ''}"
