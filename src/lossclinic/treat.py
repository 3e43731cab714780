"""One case from capture to prescription: experiments, files, and the repaired script's own run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.progress import Progress
from lossclinic.core.report import Band, FitReport, Prescription, Rerun
from lossclinic.core.rows import FEWEST_ROWS, Plan
from lossclinic.core.settings import Settings
from lossclinic.core.yardstick import Yardstick, choose_yardstick
from lossclinic.experiments.answer import fit_report
from lossclinic.experiments.budget import Clock, row_limit
from lossclinic.experiments.investigate import Investigated, investigate

RERUN_MARGIN = 1.5
MOST_FOR_RERUN = 0.3
TOLERANCE = 2.0
"""The repaired script keeps its promise if its score lies within this many ranges of the confirmation runs' scores."""


def treat(case: Case, place: Path, settings: Settings, end: float, progress: Progress) -> tuple[FitReport, bool]:
    """Diagnose one case, and write its repair where there is one.

    Args:
        case: the training, saved in `case.folder`.
        place: folder for fix.diff, the repaired script and the repaired model.
        settings: what the user decided.
        end: `time.monotonic()` when everything must be over.
        progress: told how the work goes.

    Returns:
        The answer, and whether Ctrl-C cut it short.
    """
    if len(case.data) < FEWEST_ROWS:
        return _too_few(case), False
    from lossclinic.engine.pool import Pool

    now = time.monotonic()
    spare = min(RERUN_MARGIN * case.observed.seconds + 5.0, MOST_FOR_RERUN * (end - now)) if case.source.script else 0.0
    clock = Clock(now, end - spare, max(settings.workers, 1))
    plan = Plan(settings.seed, row_limit(case, clock.end - now, clock.workers))
    rows = plan.deal(case.data, case.task, case.recipe.split, 0, "screen")
    unlocked = np.setdiff1d(np.arange(len(case.data)), rows.locked)
    yardstick = choose_yardstick(case.task, case.task.encode(case.data.y[unlocked]))
    latest: list[Investigated] = [Investigated(case, yardstick, rows)]
    keep: Callable[[Investigated], None] = latest.append
    interrupted = False
    try:
        with Pool(case, plan, yardstick, workers=settings.workers, deadline=clock.end, progress=progress) as pool:
            investigate(case, pool, plan, clock, rows, min_gain=settings.min_gain, progress=progress, keep=keep)
    except KeyboardInterrupt:
        interrupted = True
    state = latest[-1]
    if interrupted:
        state = replace(state, cut=(*state.cut, "interrupted: what was finished until then counts"))
    answer = fit_report(state, settings.min_gain)
    if plan.limit is not None:
        answer = replace(answer, notes=(*answer.notes, _thinned(case, plan)))
    if answer.prescription is not None and state.treated is not None:
        answer = replace(answer, prescription=_fill(answer.prescription, state, place, end, progress, interrupted))
    return answer, interrupted


def _thinned(case: Case, plan: Plan) -> str:
    return (
        f"the experiments used {plan.limit} of {len(case.data)} rows, because your own training took "
        f"{case.observed.seconds:.0f} s and must be repeated many times within the budget"
    )


def _too_few(case: Case) -> FitReport:
    rows = len(case.data)
    return FitReport(
        name=case.name,
        line=case.source.fit.line if case.source.fit else None,
        task=case.task.kind,
        rows={"train": rows, "held_out": 0, "locked": 0},
        yardstick="",
        answer=f"The data must change, not the model: {rows} rows are too few to hold any out, so no gain can be told from luck.",
        ending="data-must-change",
        notes=(f"at least {FEWEST_ROWS} rows are needed", *case.notes),
        history={name: tuple(values) for name, values in case.observed.history.items()},
    )


def _fill(
    prescription: Prescription, state: Investigated, place: Path, end: float, progress: Progress, interrupted: bool
) -> Prescription:
    """Add words, diff, script and model to a prescription."""
    from lossclinic.prescribe.words import describe

    assert state.treated is not None
    case, treated = state.case, state.treated.recipe
    changes = tuple(describe(change) for change in case.recipe.diff(treated))
    prescription = replace(prescription, changes=changes)
    if state.final is not None and state.final.weights:
        from lossclinic.prescribe.model import save_repaired

        path = place / "model.keras"
        save_repaired(treated, case, Plan(), state.final.weights, path)
        prescription = replace(prescription, model=str(path))
    if case.source.script is None:
        return prescription
    from lossclinic.prescribe.script import edit_script
    from lossclinic.prescribe.write import write_fix

    source = Path(case.source.script).read_text(encoding="utf-8")
    edited = edit_script(source, case, treated)
    written = write_fix(edited, Path(case.source.script), place)
    prescription = replace(prescription, diff=str(written.diff), script=str(written.script), to_paste=edited.unwritten)
    if interrupted:
        return prescription
    return replace(prescription, rerun=_rerun(prescription, state, Path(written.script), place, end, progress))
