"""Trains what is compared on the same draws of rows and seeds."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lossclinic.core import architecture
from lossclinic.core.canonical import content_hash
from lossclinic.core.errors import UsageError
from lossclinic.core.progress import Progress
from lossclinic.core.rows import Plan, Rows
from lossclinic.core.settings import LEAST_MEMORY, Settings
from lossclinic.core.trial import Run, Trial
from lossclinic.core.yardstick import Yardstick, yardstick_of
from lossclinic.experiments.memory import free_cap
from lossclinic.selection.entries import Entry
from lossclinic.selection.question import Question
from lossclinic.treat import plan_of, workers_of

if TYPE_CHECKING:
    from lossclinic.engine.pool import Pool
    from lossclinic.engine.store import Store

BLOCK = 5
"""Repeats that all are trained on before the next: what an interruption cuts off is never more than these."""


@dataclass(frozen=True, eq=False)
class Trained:
    """What the trainings gave.

    Attributes:
        trials: one series for each entry, paired by position over the repeats that all were trained on.
        rows: of one draw.
        yardstick: the score.
        used: rows that were used of all there are; None: all.
        trainings: how many there were.
        reused: how many of them an earlier run had made.
        interrupted: whether Ctrl-C came.
        troubles: what kept trainings from being kept.
    """

    trials: tuple[tuple[Trial, ...], ...]
    rows: Rows
    yardstick: Yardstick
    used: int | None
    trainings: int
    reused: int
    interrupted: bool
    troubles: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Lab:
    """What trains some of the entries.

    Attributes:
        entries: those that share its processes.
        pool: the processes.
        store: where their finished trainings are kept; None keeps none.
    """

    entries: Sequence[Entry]
    pool: Pool
    store: Store | None


class Across:
    """Progress over several calls that train: the bar goes through once."""

    def __init__(self, progress: Progress, total: int) -> None:
        """Pass on to `progress`, out of `total` trainings."""
        self._progress, self._total, self._before, self._now = progress, total, 0, 0

    def stage(self, title: str) -> None:
        """As it is."""
        self._progress.stage(title)

    def step(self, what: str, done: int, total: int) -> None:
        """Counted from the first training."""
        del total  # of this call
        if done <= self._now:
            self._before += self._now
        self._now = done
        self._progress.step(what, min(self._before + done, self._total), self._total)

    def best(self, text: str) -> None:
        """As it is."""
        self._progress.best(text)

    def say(self, text: str) -> None:
        """As it is."""
        self._progress.say(text)


def train_all(
    entries: Sequence[Entry],
    question: Question,
    settings: Settings,
    folder: Path | None,
    end: float,
    progress: Progress,
    *,
    interrupted: bool = False,
) -> Trained:
    """Train every entry on the same draws of rows and seeds, as many as the time allows.

    Args:
        entries: what is compared, on the same rows.
        question: how many draws, and of what kind.
        settings: seed, workers, memory.
        folder: where finished trainings are kept; None keeps none.
        end: `time.monotonic()` when it must be over.
        progress: told how the work goes.
        interrupted: whether Ctrl-C came before: then nothing is trained.

    Raises:
        UsageError: there are too few rows for so many folds.
    """
    data, task = entries[0].case.data, entries[0].case.task
    groups = _groups(entries, settings.seed)
    plan = _plan(entries, question, settings, len(groups), end)
    rows = plan.deal(data, task, entries[0].case.recipe.split, 0, "screen")
    if not len(rows.held_out):
        raise UsageError(
            f"{len(data)} rows cannot be divided into {question.folds} folds.", do="Take a smaller --kfold."
        )
    told = Across(progress, len(entries) * question.draws)
    share = _share(settings, len(groups))
    labs: list[Lab] = []
    with ExitStack() as stack:
        try:
            if not interrupted:
                labs += [_lab(stack, key, group, plan, share, folder, end, told) for key, group in groups.items()]
                _train(labs, question.draws, told, end)
        except KeyboardInterrupt:
            interrupted = True
        return Trained(
            _paired(entries, labs, question.draws),
            rows,
            yardstick_of(entries[0].case, plan),
            plan.limit,
            sum(lab.pool.spent for lab in labs),
            sum(lab.pool.reused for lab in labs),
            interrupted,
            tuple(dict.fromkeys(lab.store.trouble for lab in labs if lab.store and lab.store.trouble)),
        )


def _groups(entries: Sequence[Entry], seed: int) -> dict[str, list[Entry]]:
    """Entries that one set of worker processes can train: same arrays, and labels that are read in the same way."""
    from lossclinic.engine.store import scope_of

    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        case = entry.case
        yardstick = yardstick_of(case, Plan(seed, lock=False))
        read = (case.recipe.loss.get("class_name"), architecture.output_layer(case.recipe.model).units)
        own = case.folder if case.native is not None else ""
        groups.setdefault(content_hash((scope_of(case, seed, yardstick), read, own)), []).append(entry)
    return groups


def _plan(entries: Sequence[Entry], question: Question, settings: Settings, groups: int, end: float) -> Plan:
    """How rows are dealt: for all in the same way, so the costliest training decides how many there are."""
    left = max(end - time.monotonic(), 1.0)
    shared = _share(settings, groups)
    limits = [plan_of(entry.case, shared, None, left, 1).limit for entry in entries]
    limit = min((rows for rows in limits if rows is not None), default=None)
    return Plan(settings.seed, limit, question.folds, lock=False)


def _share(settings: Settings, groups: int) -> Settings:
    """Each group's share of the memory."""
    cap = free_cap() if settings.memory is None else settings.memory
    return replace(settings, memory=max(cap // groups, LEAST_MEMORY))


def _lab(
    stack: ExitStack,
    key: str,
    entries: Sequence[Entry],
    plan: Plan,
    settings: Settings,
    folder: Path | None,
    end: float,
    progress: Progress,
) -> Lab:
    from lossclinic.engine.pool import Pool
    from lossclinic.engine.store import NAME, Store

    case = entries[0].case
    store = None
    if folder is not None:
        scope = content_hash((key, plan.folds, plan.lock, plan.limit))
        store = stack.enter_context(closing(Store(folder / NAME, scope)))
    workers = settings.workers and workers_of(case, plan, settings, 1)
    pool = Pool(case, plan, yardstick_of(case, plan), workers=workers, deadline=end, progress=progress, store=store)
    return Lab(entries, stack.enter_context(pool), store)


def _train(labs: Sequence[Lab], draws: int, progress: Progress, end: float) -> None:
    for first in range(0, draws, BLOCK):
        seeds = range(first, min(first + BLOCK, draws))
        for lab in labs:
            lab.pool.train([_run(entry, seed) for seed in seeds for entry in lab.entries])
        if time.monotonic() >= end:
            return
        progress.best(f"{seeds.stop} of {draws} repeats are through")


def _run(entry: Entry, seed: int) -> Run:
    return Run(entry.case.recipe, seed, "screen")


def _paired(entries: Sequence[Entry], labs: Sequence[Lab], draws: int) -> tuple[tuple[Trial, ...], ...]:
    """The trials on the seeds that every entry was trained on."""
    trials = {entry.name: lab.pool.trials for lab in labs for entry in lab.entries}
    kept: list[list[Trial]] = []
    for seed in range(draws if len(trials) == len(entries) else 0):
        row = [trials[entry.name].get(_run(entry, seed).key) for entry in entries]
        done = [trial for trial in row if trial is not None]
        kept += [done] if len(done) == len(entries) else []
    return tuple(tuple(row[at] for row in kept) for at in range(len(entries)))


def seconds_of(trials: Sequence[Trial]) -> float:
    """Median wall time of the trainings that did not fail; NaN where all did."""
    times = sorted(trial.seconds for trial in trials if not trial.failed)
    return times[len(times) // 2] if times else math.nan
