"""From a script or a model to tuned settings: intake, search, comparison, prescription, files."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from lossclinic.core.case import Case
from lossclinic.core.errors import CannotRebuild, UsageError
from lossclinic.core.progress import Progress, Silent
from lossclinic.core.rows import Plan
from lossclinic.core.settings import Settings
from lossclinic.core.tuned import Tuned
from lossclinic.core.yardstick import yardstick_of
from lossclinic.experiments.at_once import answer_at_once
from lossclinic.session import cases_of, make_folder, most_bytes, one_of, places
from lossclinic.tuning.question import Question
from lossclinic.tuning.sampling import load_optuna
from lossclinic.tuning.work import Job, carry_out

STUDY = "tuning.db"
TUNED = "tuned.json"


def tune_script(
    target: Path,
    question: Question = Question(),  # noqa: B008  (frozen)
    *,
    budget: float = 120.0,
    out: Path | None = None,
    fit: int | None = None,
    skip_training: bool = False,
    seed: int = 0,
    workers: int = 2,
    memory: int | None = None,
    arguments: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Tuned:
    """Tune one training of a script, or of a folder captured earlier.

    Args:
        target: a Python script, or the output folder of an earlier run.
        question: what is searched, how, and how it is scored.
        budget: seconds for everything; infinite where `question.trials` ends the search.
        out: where the files go; default `lossclinic-report/<script>`.
        fit: the n-th training of the script (1-based); None: the first.
        skip_training: capture the training without running it to its end.
        seed: decides the locked rows, all redraws and the points.
        workers: trainings at the same time.
        memory: bytes that all processes together may take; None: half of what is free.
        arguments: for the script.
        progress: told how the work goes.

    Raises:
        UsageError: the target or a setting is off, Optuna is missing, or nothing can be tuned.
        ScriptError: the script could not be brought as far as a training.
    """
    started = time.monotonic()
    load_optuna(question.method)
    settings = _settings(budget, seed, workers, memory, question)
    progress = progress or Silent()
    folder = out or Path("lossclinic-report") / target.stem
    make_folder(folder)
    cases, notes, interrupted = cases_of(target, folder, settings, skip_training, arguments, progress)
    case, told = one_of(cases, fit, "tunes")
    return _tune(case, folder, settings, question, started, progress, (*notes, *told), interrupted=interrupted)


def tune(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    budget: float | str = "2m",
    method: str = "tpe",
    trials: int | None = None,
    repeats: int = 2,
    folds: int = 0,
    give_up: str = "none",
    fixed: Sequence[str] = (),
    compare: str = "",
    ranges: Mapping[str, tuple[float, float]] | None = None,
    storage: str | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    workers: int = 2,
    memory: int | str | None = None,
    progress: Progress | None = None,
    **as_for_fit: Any,
) -> Tuned:
    """Tune the training of a compiled Keras model, as `model.fit` would be called; the model itself is left alone.

    Args:
        model: a compiled Sequential or functional Keras model with one input and one output.
        x: inputs, as for `fit`.
        y: targets, as for `fit`.
        budget: seconds, or a text such as "90s" or "2m".
        method: "tpe", "gp", "random", "quasi-random" or "grid".
        trials: how many settings to try, instead of as many as fit into the budget.
        repeats: draws of held-out rows and seeds that settings are scored on.
        folds: k of k-fold cross-validation; 0: repeated hold-out.
        give_up: "none", "halving" or "hyperband": whether settings that do badly after few epochs are given up.
        fixed: parameters that stay: "learning-rate", "batch-size", "width", "depth", "dropout", "l2", "optimizer",
            "activation", "epochs".
        compare: the scientific parameter, for each of whose values all others are tuned anew.
        ranges: parameter → smallest and largest setting.
        storage: database URL that several machines can share; None: a file in `out`, if there is one.
        out: folder for the model and the report; None writes nothing.
        seed: decides the locked rows, all redraws and the points.
        workers: trainings at the same time; 0: in this process (needs the JAX backend).
        memory: bytes that all processes together may take (or a text such as "2g"); None: half of what is free.
        progress: told how the work goes.
        **as_for_fit: `validation_data`, `validation_split`, `batch_size`, `epochs`, `class_weight`, `sample_weight`,
            `shuffle`, `callbacks`, as for `fit`.

    Returns:
        The answer, the comparison on rows that chose nothing, and every setting that was tried.

    Raises:
        UsageError: an argument is off, Optuna is missing, or nothing can be tuned.
    """
    from lossclinic.intake.model import capture_model

    started = time.monotonic()
    question = Question(
        method, trials, repeats, folds, give_up, tuple(fixed), compare, dict(ranges or {}), storage  # type: ignore[arg-type]
    )  # fmt: skip
    load_optuna(question.method)
    settings = _settings(budget, seed, workers, memory, question)
    with places(out) as (folder, cases):
        case = capture_model(model, x, y, folder=cases / "1", max_bytes=most_bytes(settings), **as_for_fit)
        return _tune(case, folder, settings, question, started, progress or Silent(), ())


def _settings(budget: float | str, seed: int, workers: int, memory: int | str | None, question: Question) -> Settings:
    settings = Settings.read(budget, seed, workers, memory=memory)
    return settings if question.trials is None else replace(settings, budget=math.inf)


def _tune(
    case: Case,
    folder: Path | None,
    settings: Settings,
    question: Question,
    started: float,
    progress: Progress,
    notes: tuple[str, ...],
    *,
    interrupted: bool = False,
) -> Tuned:
    if case.native is not None:
        raise CannotRebuild(
            f"{case.name} cannot be tuned: {case.native}", do="tune trainings that Keras' own compile and fit describe."
        )
    nothing = answer_at_once(case)
    if nothing is not None:
        raise UsageError(f"{case.name} cannot be tuned. {nothing.answer}", do="; ".join(nothing.notes[:1]))
    from lossclinic.engine.store import NAME, Store, scope_of

    yardstick = yardstick_of(case, Plan(settings.seed))
    scope = f"{scope_of(case, settings.seed, yardstick)} {question.folds}"
    storage = question.storage
    if storage is None and folder is not None:
        storage = f"sqlite:///{folder / STUDY}"
    store = None if folder is None else Store(folder / NAME, scope)
    with closing(store) if store is not None else nullcontext():
        job = Job(case, folder, settings, question, yardstick, scope, storage, store, started, progress, notes)
        tuned = carry_out(job, interrupted)
    if folder is not None:
        from lossclinic.reports.tuned_json import dump_tuned

        (folder / TUNED).write_text(dump_tuned(tuned), encoding="utf-8")
    return tuned
