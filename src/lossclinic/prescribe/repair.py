"""A repair written down: words, diff, repaired script and its own run, repaired model."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from lossclinic.core.canonical import content_hash
from lossclinic.core.case import Case, Data
from lossclinic.core.progress import Progress
from lossclinic.core.report import Prescription, Rerun
from lossclinic.core.rows import Plan, Rows
from lossclinic.engine.store import Store
from lossclinic.experiments.investigate import Investigated
from lossclinic.prescribe.aside import Aside
from lossclinic.prescribe.model import save_repaired
from lossclinic.prescribe.rerun import rerun_script
from lossclinic.prescribe.script import edit_script
from lossclinic.prescribe.words import describe
from lossclinic.prescribe.write import write_edit

LEAST_FOR_RERUN = 4.0
"""Seconds to start a process and import Keras."""


def write_repair(
    prescription: Prescription,
    state: Investigated,
    plan: Plan,
    place: Path | None,
    end: float,
    late: float | None,
    progress: Progress,
    store: Store | None,
) -> Prescription:
    """Add words, diff, script, model and the repaired script's own run; what is not done when it is `late` is left."""
    assert state.treated is not None
    progress.stage("Writing the repair")
    changes = tuple(describe(change) for change in state.case.recipe.diff(state.treated.recipe))
    prescription = replace(prescription, changes=changes)
    if place is None:
        return prescription
    with Aside() as aside:
        saved = _save_model(state, plan, place / "model.keras", late, aside)
        prescription = _with_script(prescription, state, place, end, progress, aside, store)
        return replace(prescription, model=saved())


def _with_script(
    prescription: Prescription,
    state: Investigated,
    place: Path,
    end: float,
    progress: Progress,
    aside: Aside,
    store: Store | None,
) -> Prescription:
    """Add the diff, the repaired script and its own run."""
    assert state.treated is not None
    case, treated = state.case, state.treated.recipe
    if case.source.script is None or not Path(case.source.script).is_file():
        return prescription
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
    text = Path(written.script).read_text(encoding="utf-8")
    what = f"rerun {content_hash((text, case.source.arguments, prescription.treated))}"
    earlier = store.recall(what) if store is not None else None
    if earlier is not None:
        return replace(prescription, rerun=Rerun.from_plain(earlier))
    if left < case.observed.seconds + LEAST_FOR_RERUN:
        return replace(prescription, rerun=_not_run(prescription, "the budget was used up"))
    progress.stage("Running the repaired script")
    rerun = rerun_script(
        written.script,
        case,
        treated,
        state.yardstick,
        state.rows.locked,
        prescription.treated,
        str(place),
        aside,
        number=_number(case),
        timeout=left if left < math.inf else None,
    )
    if store is not None and rerun.got is not None:
        store.remember(what, rerun)
    return replace(prescription, rerun=rerun)


def _number(case: Case) -> int:
    """Which of the script's fits it is, from 0; its folder carries the number."""
    digits = Path(case.folder).name.rpartition("-")[2]
    return int(digits) - 1 if digits.isdigit() else 0


def _not_run(prescription: Prescription, why: str) -> Rerun:
    return Rerun(False, prescription.treated, None, False, f"The repaired script was not run: {why}.")


def _save_model(
    state: Investigated, plan: Plan, path: Path, until: float | None, aside: Aside
) -> Callable[[], str | None]:
    """Begin to save the repaired model; the result waits for it: its path, or None where none came in time."""
    if state.treated is None or state.final is None or not state.final.weights or state.case.native:
        return lambda: None
    recipe, case = state.treated.recipe, state.case
    train = plan.deal(case.data, case.task, recipe.split, 0, "final").train
    # The other rows need not travel.
    data, none = Data(case.data.x[train], case.data.y[train], len(train)), train[:0]
    rows = Rows(np.arange(len(train)), none, none, none)
    saving = aside.submit(save_repaired, recipe, data, rows, state.final.weights, str(path))

    def saved() -> str | None:
        try:
            saving.result(None if until is None else max(until - time.monotonic(), 0.0))
        except TimeoutError:
            path.unlink(missing_ok=True)
            return None
        return str(path)

    return saved
