"""One case from capture to prescription: experiments, files, and the repaired script's own run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lossclinic.core.case import Case, Data
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.progress import Progress
from lossclinic.core.report import FitReport, Prescription, Rerun
from lossclinic.core.rows import Plan, Rows, others
from lossclinic.core.settings import Settings
from lossclinic.core.yardstick import choose_yardstick
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
LEAST_FOR_RERUN = 4.0
"""Seconds to start a process and import Keras."""
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
    from lossclinic.engine.pool import Pool
    from lossclinic.engine.store import NAME, Store, scope_of

    now = time.monotonic()
    late = end + OVER_SECONDS + OVER_SHARE * (end - now) if end < math.inf else None
    stop = end - _spare(case, place, end - now)
    machines = 1 if cluster is None or case.native else cluster.machines
    locked = Plan(settings.seed).locked(case.data, case.task)
    yardstick = choose_yardstick(case.task, case.task.encode(case.data.y[others(len(case.data), locked)]))
    store = Store(place / NAME, scope_of(case, settings.seed, yardstick)) if place is not None else None
    plan = _plan(case, settings, store, stop - now, machines)
    rows = plan.deal(case.data, case.task, case.recipe.split, 0, "screen")
    latest: list[Investigated] = [Investigated(case, yardstick, rows)]
    keep: Callable[[Investigated], None] = latest.append
    interrupted = False
    workers = _workers(case, plan, settings, machines)
    pool = Pool(
        case, plan, yardstick, workers=workers, deadline=stop, most_trials=settings.max_trials or math.inf,
        progress=progress, store=store, cluster=cluster,
    )  # fmt: skip
    clock: Clock = WallClock(now, stop, 1 if case.native else max(workers, 1))
    if settings.max_trials is not None:
        clock = Count(settings.max_trials, lambda: pool.spent)
    try:
        with pool:
            investigate(
                case,
                pool,
                plan,
                clock,
                rows,
                min_gain=settings.min_gain,
                tries=settings.tries,
                progress=progress,
                keep=keep,
            )
    except KeyboardInterrupt:
        interrupted = True
    except CannotRebuild as error:
        return unexamined(case, f"Not examined: {error.came}.", "failed", error.do), False
    state = latest[-1]
    if interrupted:
        state = replace(state, cut=(*state.cut, INTERRUPTED))
    answer = fit_report(state, settings.min_gain)
    answer = replace(answer, notes=(*answer.notes, *_spared(case, plan, settings, workers)))
    if cluster is not None:
        answer = replace(answer, notes=(*answer.notes, STAYED if case.native else _spread(cluster, workers)))
    if pool.reused:
        answer = replace(answer, notes=(*answer.notes, f"{pool.reused} trainings of an earlier run were used again"))
    if store is not None and store.trouble:
        answer = replace(answer, notes=(*answer.notes, store.trouble))
    if answer.prescription is not None and not interrupted:
        try:
            filled = _fill(answer.prescription, state, plan, place, end, late, progress)
            answer = replace(answer, prescription=filled)
        except KeyboardInterrupt:
            interrupted = True
    return answer, interrupted


def _plan(case: Case, settings: Settings, store: Store | None, seconds: float, machines: int) -> Plan:
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


def _workers(case: Case, plan: Plan, settings: Settings, machines: int) -> int:
    """As many workers as the memory allows with the rows that are dealt; all machines are taken to be like this one."""
    for count in range(math.ceil(settings.workers / machines), 1, -1):
        rows = rows_within(case, _cap(settings), count)
        if rows is None or rows >= (plan.limit or len(case.data)):
            return min(count * machines, settings.workers)
    return min(settings.workers, machines)


def _spare(case: Case, place: Path | None, left: float) -> float:
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


def _fill(
    prescription: Prescription,
    state: Investigated,
    plan: Plan,
    place: Path | None,
    end: float,
    late: float | None,
    progress: Progress,
) -> Prescription:
    """Add words, diff, script, model and the repaired script's own run; what is not done when it is `late` is left."""
    from lossclinic.prescribe.words import describe

    assert state.treated is not None
    case, treated = state.case, state.treated.recipe
    progress.stage("Writing the repair")
    prescription = replace(
        prescription,
        changes=tuple(describe(change) for change in case.recipe.diff(treated)),
    )
    if place is None:
        return prescription
    prescription = replace(prescription, model=_save_model(state, plan, place / "model.keras", late))
    if case.source.script is None or not Path(case.source.script).is_file():
        return prescription
    from lossclinic.prescribe.script import edit_script
    from lossclinic.prescribe.write import write_edit

    edited = edit_script(Path(case.source.script).read_text(encoding="utf-8"), case, treated)
    written = write_edit(edited, case.source.script, str(place))
    prescription = replace(prescription, to_paste=edited.unwritten)
    if written is None:
        return prescription
    prescription = replace(prescription, diff=written.diff, script=written.script)
    left = end - time.monotonic()
    if edited.unwritten:
        return replace(prescription, rerun=_not_run(prescription, "it lacks what must be pasted by hand"))
    if case.observed.cut_short:
        return replace(prescription, rerun=_not_run(prescription, "your own script did not come to its end either"))
    if left < case.observed.seconds + LEAST_FOR_RERUN:
        return replace(prescription, rerun=_not_run(prescription, "the budget was used up"))
    from lossclinic.prescribe.rerun import rerun_script

    progress.stage("Running the repaired script")
    rerun = rerun_script(
        written.script,
        case,
        treated,
        state.yardstick,
        state.rows.locked,
        prescription.treated,
        str(place),
        number=_number(case),
        timeout=left if left < math.inf else None,
    )
    return replace(prescription, rerun=rerun)


def _number(case: Case) -> int:
    """Which of the script's fits it is, from 0; its folder carries the number."""
    digits = Path(case.folder).name.rpartition("-")[2]
    return int(digits) - 1 if digits.isdigit() else 0


def _not_run(prescription: Prescription, why: str) -> Rerun:
    return Rerun(False, prescription.treated, None, False, f"The repaired script was not run: {why}.")


def _save_model(state: Investigated, plan: Plan, path: Path, until: float | None) -> str | None:
    """Save the repaired model, which needs Keras and so a process of its own; None where there is none, or no time."""
    if state.treated is None or state.final is None or not state.final.weights or state.case.native:
        return None
    from loky import ProcessPoolExecutor

    from lossclinic.engine.worker import ENVIRONMENT
    from lossclinic.prescribe.model import save_repaired

    recipe, case = state.treated.recipe, state.case
    train = plan.deal(case.data, case.task, recipe.split, 0, "final").train
    # The other rows need not travel.
    data, none = Data(case.data.x[train], case.data.y[train], len(train)), train[:0]
    rows = Rows(np.arange(len(train)), none, none, none)
    executor = ProcessPoolExecutor(1, env=ENVIRONMENT)
    try:
        saved = executor.submit(save_repaired, recipe, data, rows, state.final.weights, str(path))
        saved.result(None if until is None else max(until - time.monotonic(), 0.0))
    except TimeoutError:
        path.unlink(missing_ok=True)
        return None
    finally:
        executor.shutdown(wait=False, kill_workers=True)
    return str(path)
