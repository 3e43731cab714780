"""Run the repaired script for real and score the model it trains."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.errors import LossclinicError
from lossclinic.core.folder import FINAL
from lossclinic.core.preparation import fit_inputs, fit_targets, log_targets, prepare
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import Band, Rerun
from lossclinic.core.steps import InputStep
from lossclinic.core.task import Task
from lossclinic.core.yardstick import Yardstick, link_of, natural
from lossclinic.prescribe.aside import Aside
from lossclinic.prescribe.predict import predict

Array = np.ndarray[Any, Any]
SCORING_SECONDS = 6.0
"""Of the time, kept for starting a process that imports Keras and scores the model."""
SCORING_SHARE = 0.5
"""The same where the time is short."""
ENDING_SECONDS = 3.0
"""For a script that took too long to end."""


def rerun_script(
    edited_path: str,
    case: Case,
    treated: Recipe,
    yardstick: Yardstick,
    rows: Array,
    promised: Band | None,
    folder: str,
    aside: Aside,
    *,
    number: int = 0,
    timeout: float | None = None,
) -> Rerun:
    """Run the repaired script in the current working directory and score its model.

    The script trains on whatever rows it takes, so where it draws validation rows of its own these are scored,
    and `rows` (which it may have trained on) only where it draws none; the words say which.

    Args:
        edited_path: the repaired script.
        case: the case of the original script.
        treated: the recipe that the repair stands for.
        yardstick: the case's score.
        rows: row numbers of the locked rows in `case.data`.
        promised: what the experiment promised for held-out rows.
        folder: where the rerun's cases and its log (`rerun.log`) go.
        aside: runs the model that the script trains.
        number: which of the script's fits it is, from 0.
        timeout: seconds for the script and its scoring; None: as long as they take.
    """
    from lossclinic.intake.script import GRACE_S, capture_script

    started = time.monotonic()
    scoring = None if timeout is None else min(SCORING_SECONDS, SCORING_SHARE * timeout)

    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    log = home / "rerun.log"
    try:
        with log.open("w", encoding="utf-8") as stream, _importable(case.source.script):
            captured = capture_script(
                Path(edited_path),
                home / "rerun",
                arguments=case.source.arguments,
                timeout=None if timeout is None or scoring is None else timeout - scoring,
                grace=GRACE_S if timeout is None else ENDING_SECONDS,
                stream=stream,
            )
    except LossclinicError as error:
        return Rerun(False, promised, None, False, f"The repaired script did not run: {error.came} (see {log}).")
    if captured.timed_out:
        words = f"The repaired script was not run to its end: the budget was used up (see {log})."
        return Rerun(False, promised, None, False, words)
    if captured.exit_code != 0 or len(captured.cases) <= number:
        ended = captured.error or f"exit code {captured.exit_code}"
        return Rerun(False, promised, None, False, f"The repaired script did not end well: {ended} (see {log}).")
    again = captured.cases[number]
    models = [Path(made.folder) / FINAL for made in captured.cases[number : number + treated.members]]
    if not all(model.exists() for model in models):
        return Rerun(True, promised, None, False, "The repaired script ran, but its model was not saved.")
    left = None if timeout is None or scoring is None else max(started + timeout - time.monotonic(), scoring)
    saved = tuple(str(model) for model in models)
    return _judge(case, again, treated, yardstick, rows, promised, saved, left, aside)


@contextmanager
def _importable(script: str | None) -> Iterator[None]:
    """Let the repaired script, which lies elsewhere, import what lies beside the original one."""
    before = os.environ.get("PYTHONPATH")
    if script is not None:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(script).resolve().parent), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("PYTHONPATH", None)
        else:
            os.environ["PYTHONPATH"] = before


def _judge(
    case: Case,
    again: Case,
    treated: Recipe,
    yardstick: Yardstick,
    rows: Array,
    promised: Band | None,
    models: tuple[str, ...],
    timeout: float | None,
    aside: Aside,
) -> Rerun:
    own = np.arange(_first_unseen(again), len(again.data))
    if len(own):
        # The rerun's rows went through the script's own preparation already.
        x, y, which = again.data.x[own], again.data.y[own], "its own validation rows"
    else:
        x, y, which = case.data.x[rows], case.data.y[rows], "the locked rows, which it may have trained on"
        # Scaling is a layer of the rerun's model; every other step is the script's own.
        own_steps: tuple[InputStep, ...] = (*case.recipe.inputs, "standardise")
        steps: tuple[InputStep, ...] = tuple(s for s in treated.inputs if s not in own_steps)
        known = (part[: case.data.n_train] for part in (case.data.x, case.data.y))
        x = prepare(fit_inputs(steps, *known), x)
    mean, std = _target_units(case, again, treated)
    if len(own):
        y = _as_before(y, yardstick.task, treated)
    if len(own) and (treated.standardise_targets or treated.log_targets):
        y = y.reshape(len(y), -1) * std + mean
        y = np.expm1(y) if treated.log_targets else y
    try:
        got = score_model(aside, models, x, y, yardstick, treated, mean=mean, std=std, timeout=timeout)
    except LossclinicError as error:
        return Rerun(
            True, promised, None, False, f"The repaired script ran, but its model gave no figure: {error.came}"
        )
    if promised is None:
        return Rerun(True, None, got, True, f"The repaired script ran: {yardstick.name} {got:.4g} on {which}.")
    kept = bool(got <= promised.high + (promised.high - promised.low))
    verb = "keeps" if kept else "does not keep"
    words = f"The repaired script {verb} the promise: {yardstick.name} {got:.4g} on {which}"
    return Rerun(True, promised, got, kept, f"{words} (promised {promised.low:.4g} to {promised.high:.4g}).")


def _as_before(y: Array, task: Task, treated: Recipe) -> Array:
    """Labels that the repair counts from 0 or writes as one-hot rows, as the original script has them."""
    one_hot = task.is_classes and not task.one_hot and y.reshape(len(y), -1).shape[1] > 1
    if not one_hot and treated.labels != "counted":
        return y
    index = np.argmax(y, axis=-1) if one_hot else y.astype(int)
    return np.asarray(task.classes)[np.clip(index, 0, len(task.classes) - 1)]


def _first_unseen(again: Case) -> int:
    """Number of the first row that the rerun did not train on; Keras' `validation_split` takes the last rows."""
    n_train, split = again.data.n_train, again.recipe.split
    return int(n_train * (1 - split.fraction)) if split.kind == "tail" else n_train


def _target_units(case: Case, again: Case, treated: Recipe) -> tuple[Array | float, Array | float]:
    """Mean and deviation that the rerun's targets (or their logarithms) were standardised with.

    The rerun saw the same rows standardised, so the two sets' own means and deviations give the line between them.
    """
    if not treated.standardise_targets:
        return 0.0, 1.0
    raw_mean, raw_std = fit_targets(log_targets(case.data.y) if treated.log_targets else case.data.y)
    new_mean, new_std = fit_targets(again.data.y)
    std = raw_std / new_std
    return raw_mean - std * new_mean, std


def score_model(
    aside: Aside,
    model_paths: Sequence[str],
    x: Array,
    y: Array,
    yardstick: Yardstick,
    recipe: Recipe,
    *,
    mean: Array | float = 0.0,
    std: Array | float = 1.0,
    timeout: float | None = None,
) -> float:
    """Score a saved model, or the average of those of an ensemble, on rows with the case's yardstick.

    Args:
        aside: runs the model.
        model_paths: `.keras` files.
        x: inputs as the model takes them.
        y: targets in their own units.
        yardstick: the score.
        recipe: decides how the model's output is read (its loss and output layer).
        mean: mean that the model's targets were standardised with; 0 for a model in the target's own units.
        std: their deviation; 1 for a model in the target's own units.
        timeout: seconds; None: as long as it takes.

    Raises:
        LossclinicError: the model could not be loaded or run.
    """
    try:
        raw = np.mean([aside.submit(predict, path, np.asarray(x)).result(timeout) for path in model_paths], axis=0)
    except TimeoutError:
        raise LossclinicError("the budget was used up before the model could be scored") from None
    except Exception as error:
        last = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise LossclinicError(f"the model in {', '.join(model_paths)} could not be run: {last}") from None
    task = yardstick.task
    prediction = natural(np, task, link_of(recipe, task), raw, mean, std)
    return float(yardstick.score(np, task.encode(y), prediction))
