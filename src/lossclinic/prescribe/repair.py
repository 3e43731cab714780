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
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import Asked, Prescription, Rerun
from lossclinic.core.rows import Plan, Rows
from lossclinic.core.trial import Trial
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
    prescription = replace(prescription, changes=_words(state.case, state.treated.recipe))
    if place is None:
        return prescription
    with Aside() as aside:
        recipe = state.treated.recipe
        saved = _save_model(state.case, recipe, state.final, plan, place / "model.keras", late, aside)
        prescription = _with_script(prescription, state, place, end, progress, aside, store)
        return replace(prescription, model=saved())


def write_asked(
    asked: tuple[Asked, ...], state: Investigated, plan: Plan, place: Path | None, late: float | None
) -> tuple[Asked, ...]:
    """Add to each remedy that was asked about and applies: words, a diff and a script of its own, and its model."""
    recipes = {apart.remedy: apart.recipe for apart in state.apart}
    if state.confirmation is not None:
        recipes |= {c.name: c.after for c, _ in state.confirmation.judged if c.role == "asked"}
    known = [replace(a, changes=_words(state.case, recipes[a.remedy])) if a.remedy in recipes else a for a in asked]
    if place is None or not recipes:
        return tuple(known)
    source = state.case.source.script
    text = Path(source).read_text(encoding="utf-8") if source is not None and Path(source).is_file() else None
    result: list[Asked] = []
    with Aside() as aside:
        for answer in known:
            if answer.remedy not in recipes:
                result.append(answer)
                continue
            recipe, name = recipes[answer.remedy], f"try-{answer.remedy}"
            model = place / f"{name}.keras"
            saved = _save_model(state.case, recipe, state.finals.get(recipe.key), plan, model, late, aside)
            if text is not None and source is not None:
                edited = edit_script(text, state.case, recipe)
                written = write_edit(edited, source, str(place), name=name)
                answer = replace(answer, to_paste=edited.unwritten)
                if written is not None:
                    answer = replace(answer, diff=written.diff, script=written.script)
            result.append(replace(answer, model=saved()))
    return tuple(result)


def _words(case: Case, recipe: Recipe) -> tuple[str, ...]:
    return tuple(describe(change) for change in case.recipe.diff(recipe))


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
    what = f"rerun {content_hash((text, case.source.arguments, prescription.as_they_are))}"
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
        prescription.as_they_are,
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
    return Rerun(False, prescription.as_they_are, None, False, f"The repaired script was not run: {why}.")


def _save_model(
    case: Case, recipe: Recipe, final: Trial | None, plan: Plan, path: Path, until: float | None, aside: Aside
) -> Callable[[], str | None]:
    """Begin to save a trained model; the result waits for it: its path, or None where none came in time."""
    if final is None or not final.weights or case.native:
        return lambda: None
    train = plan.deal(case.data, case.task, recipe.split, 0, "final").train
    # The other rows need not travel.
    data, none = Data(case.data.x[train], case.data.y[train], len(train)), train[:0]
    rows = Rows(np.arange(len(train)), none, none, none)
    saving = aside.submit(save_repaired, recipe, data, rows, final.weights, str(path))

    def saved() -> str | None:
        try:
            saving.result(None if until is None else max(until - time.monotonic(), 0.0))
        except TimeoutError:
            path.unlink(missing_ok=True)
            return None
        return str(path)

    return saved
