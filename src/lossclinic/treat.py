"""One case from capture to prescription: experiments, files, and the repaired script's own run."""

from __future__ import annotations

import math
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lossclinic.core.case import Case
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.progress import Progress
from lossclinic.core.report import FitReport
from lossclinic.core.rows import Plan
from lossclinic.core.settings import Settings
from lossclinic.core.yardstick import Yardstick, yardstick_of
from lossclinic.experiments.answer import INTERRUPTED, fit_report
from lossclinic.experiments.at_once import answer_at_once, unexamined
from lossclinic.experiments.budget import row_limit
from lossclinic.experiments.clock import Clock, Count, WallClock
from lossclinic.experiments.investigate import Investigated, investigate
from lossclinic.experiments.memory import free_cap, room, rows_within

if TYPE_CHECKING:
    from lossclinic.engine.cluster import Cluster
    from lossclinic.engine.store import Store

RERUN_MARGIN = 1.5
MOST_FOR_RERUN = 0.3
SAVING_SECONDS = 5.0
"""Seconds to start a process, import Keras and save the repaired model."""
SAVING_SHARE = 0.05
"""The same where the budget is short."""
STAYED = "the experiments stayed on this machine: this training can only run inside its script's own process"
OVER_SHARE = 0.05
"""Share of the time by which the last steps may be late before they are given up, beside a few seconds."""
OVER_SECONDS = 3.0


def treat(
    case: Case, place: Path | None, settings: Settings, end: float, progress: Progress, cluster: Cluster | None = None
) -> tuple[FitReport, bool]:
    """Diagnose one case, and write its repair where there is one.

    Args:
        case: the training, saved in `case.folder`.
        place: folder for fix.diff, the repaired script and the repaired model; None: they are not written.
        settings: what the user decided.
        end: `time.monotonic()` when everything must be over; infinite where trainings are counted instead.
        progress: told how the work goes.
        cluster: where to train; None: on this machine.

    Returns:
        The answer, and whether Ctrl-C cut it short.
    """
    at_once = answer_at_once(case)
    if at_once is not None:
        return at_once, False
    if time.monotonic() >= end:
        nothing = "The budget was too small to tell: the script itself used it up."
        return unexamined(case, nothing, "budget-too-small", "give it a larger --budget"), False
    from lossclinic.engine.store import NAME, Store, scope_of

    yardstick = yardstick_of(case, Plan(settings.seed))
    if place is None:
        return _treat(case, None, settings, end, progress, cluster, yardstick, None)
    with closing(Store(place / NAME, scope_of(case, settings.seed, yardstick))) as store:
        return _treat(case, place, settings, end, progress, cluster, yardstick, store)


def _treat(
    case: Case,
    place: Path | None,
    settings: Settings,
    end: float,
    progress: Progress,
    cluster: Cluster | None,
    yardstick: Yardstick,
    store: Store | None,
) -> tuple[FitReport, bool]:
    from lossclinic.engine.pool import Pool

    now = time.monotonic()
    late = end + OVER_SECONDS + OVER_SHARE * (end - now) if end < math.inf else None
    stop = end - spare_for(case, place, end - now)
    machines = 1 if cluster is None or case.native else cluster.machines
    plan = plan_of(case, settings, store, stop - now, machines)
    rows = plan.deal(case.data, case.task, case.recipe.split, 0, "screen")
    latest: list[Investigated] = [Investigated(case, yardstick, rows)]
    interrupted = False
    workers = workers_of(case, plan, settings, machines)
    pool = Pool(
        case, plan, yardstick, workers=workers, deadline=stop, most_trials=settings.max_trials or math.inf,
        progress=progress, store=store, cluster=cluster,
    )  # fmt: skip
    span = _span(stop - now, settings, store)
    clock: Clock = WallClock(now, stop, 1 if case.native else max(workers, 1), settings.seconds, span)
    if settings.max_trials is not None:
        clock = Count(settings.max_trials, lambda: pool.spent)
    wanted = {
        "min_gain": settings.min_gain,
        "tries": settings.tries,
        "progress": progress,
        "keep": latest.append,
        "threat": settings.robust,
    }
    try:
        with pool:
            investigate(case, pool, plan, clock, rows, **wanted)
    except KeyboardInterrupt:
        interrupted = True
    except CannotRebuild as error:
        return unexamined(case, f"Not examined: {error.came}.", "failed", error.do), False
    state = latest[-1]
    if interrupted:
        state = replace(state, cut=(*state.cut, INTERRUPTED))
    answer = fit_report(state, settings.min_gain)
    notes = [*answer.notes, *_spared(case, plan, settings, workers)]
    if cluster is not None:
        notes.append(STAYED if case.native else _spread(cluster, workers))
    if pool.reused:
        notes.append(f"{pool.reused} trainings of an earlier run were used again")
    if store is not None and store.trouble:
        notes.append(store.trouble)
    answer = replace(answer, notes=tuple(notes), trainings=pool.spent, updates=pool.updates)
    if answer.prescription is not None and not interrupted:
        from lossclinic.prescribe.repair import write_repair

        try:
            filled = write_repair(answer.prescription, state, plan, place, end, late, progress, store)
            answer = replace(answer, prescription=filled)
        except KeyboardInterrupt:
            interrupted = True
    if answer.asked and not interrupted:
        from lossclinic.prescribe.repair import write_asked

        try:
            answer = replace(answer, asked=write_asked(answer.asked, state, plan, place, late))
        except KeyboardInterrupt:
            interrupted = True
    return answer, interrupted


def _span(seconds: float, settings: Settings, store: Store | None) -> float | None:
    """The time for experiments that the first run of this command had."""
    if store is None or seconds == math.inf:
        return None
    what = f"span of {settings.seconds:g} s with {settings.workers} workers"
    store.remember(what, seconds)
    return store.recall(what) or seconds


def plan_of(case: Case, settings: Settings, store: Store | None, seconds: float, machines: int) -> Plan:
    """How rows are dealt; the same command on the same rows gets the same answer, however busy the machine is."""

    def decide() -> int | None:
        on_each = math.ceil(settings.workers / machines)
        within = (row_limit(case, seconds, max(settings.workers, 1)), room(case, _cap(settings), on_each).rows)
        return min((rows for rows in within if rows is not None), default=None)

    if store is None:
        return Plan(settings.seed, decide())
    return store.plan(settings.seed, (settings.seconds, settings.workers, settings.memory), decide)


def _cap(settings: Settings) -> int:
    return free_cap() if settings.memory is None else settings.memory


def workers_of(case: Case, plan: Plan, settings: Settings, machines: int) -> int:
    """As many workers as the memory allows with the rows that are dealt; all machines are taken to be like this one."""
    for count in range(math.ceil(settings.workers / machines), 1, -1):
        rows = rows_within(case, _cap(settings), count)
        if rows is None or rows >= (plan.limit or len(case.data)):
            return min(count * machines, settings.workers)
    return min(settings.workers, machines)


def spare_for(case: Case, place: Path | None, left: float) -> float:
    """Seconds to keep for what follows the experiments: saving the repaired model, running the repaired script."""
    saving = min(SAVING_SECONDS, SAVING_SHARE * left) if place is not None else 0.0
    if not case.source.script:
        return saving
    return min(RERUN_MARGIN * case.observed.seconds + SAVING_SECONDS, MOST_FOR_RERUN * left) + saving


def _spared(case: Case, plan: Plan, settings: Settings, workers: int) -> list[str]:
    """What was done with less than there is, and why."""
    told: list[str] = []
    if plan.limit is not None:
        used = f"the experiments used {plan.limit} of {len(case.data)} rows, and at most as many of the locked ones"
        slow = row_limit(case, settings.seconds, max(settings.workers, 1)) is not None
        taken = case.observed.seconds_for(case.recipe.epochs)
        why = f"your own training takes {taken:.0f} s and must be repeated many times within the budget"
        told.append(f"{used}, because {why if slow else 'more would not fit into the memory they may take (--memory)'}")
    if workers < settings.workers:
        told.append(f"{workers} of {settings.workers} workers trained: more would not fit into the memory (--memory)")
    if not room(case, _cap(settings), workers).kept:
        told.append("the memory is less than one training process needs, so more than that was taken (--memory)")
    return told


def _spread(cluster: Cluster, workers: int) -> str:
    machines = "one machine" if cluster.machines == 1 else f"{cluster.machines} machines"
    return f"the experiments ran on a Ray cluster of {machines} with {cluster.cpus} CPUs, {workers} at a time at most"
