"""From scripts or models to the answer which is better: intake, trainings, statistics, files."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lossclinic.core.case import Case
from lossclinic.core.compared import Compared
from lossclinic.core.errors import UsageError
from lossclinic.core.progress import Progress, Silent
from lossclinic.core.settings import Settings
from lossclinic.experiments.at_once import answer_at_once
from lossclinic.selection.answer import answer_of, candidates_of, ending_of
from lossclinic.selection.entries import Entry, check_same, entries_of
from lossclinic.selection.question import Question
from lossclinic.selection.work import train_all
from lossclinic.session import cases_of, make_folder, most_bytes, places

COMPARED = "compared.json"


def compare_scripts(
    targets: Sequence[Path],
    question: Question = Question(),  # noqa: B008  (frozen)
    *,
    budget: float = 120.0,
    out: Path | None = None,
    fits: Sequence[int] = (),
    skip_training: bool = False,
    seed: int = 0,
    workers: int = 2,
    memory: int | None = None,
    arguments: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Compared:
    """Compare the trainings of several scripts, or several trainings of one.

    Args:
        targets: Python scripts, or folders captured earlier.
        question: how rows are held out, how often, and which difference matters.
        budget: seconds for everything; each script itself gets half of its equal share.
        out: where the files go; default `lossclinic-report/compare`.
        fits: numbers (from 1) of the trainings to take from every target; (): all of a single target that differ, the
            first of each of several.
        skip_training: capture the trainings without running them to their end.
        seed: decides all draws of rows.
        workers: trainings at the same time; 0: in this process (needs the JAX backend).
        memory: bytes that all processes together may take; None: half of what is free.
        arguments: for every script.
        progress: told how the work goes.

    Raises:
        UsageError: a target or setting is off, there is nothing to compare, or the rows or targets differ.
        ScriptError: a script could not be brought as far as a training.
    """
    started = time.monotonic()
    settings = Settings(budget, seed, workers, question.min_gain, memory=memory)
    progress = progress or Silent()
    folder = out or Path("lossclinic-report") / "compare"
    make_folder(folder)
    found: list[tuple[Path, Sequence[Case]]] = []
    notes: list[str] = []
    interrupted = False
    mine = replace(settings, budget=budget / len(targets))
    for number, target in enumerate(targets, start=1):
        if interrupted:
            raise KeyboardInterrupt
        home = folder / f"{number}-{target.stem}"
        cases, told, interrupted = cases_of(target, home, mine, skip_training, arguments, progress)
        found.append((target, cases))
        notes += [f"{target.name}: {note}" if len(targets) > 1 else note for note in told]
    entries, left_out = entries_of(found, fits)
    return _compare(
        entries, question, settings, folder, started, progress, (*notes, *left_out), interrupted=interrupted
    )


def compare(
    models: Mapping[str, Any],
    x: Any,
    y: Any = None,
    *,
    kfold: int = 0,
    repeats: int | None = None,
    min_gain: float = 0.05,
    budget: float | str = "2m",
    out: str | Path | None = None,
    seed: int = 0,
    workers: int = 2,
    memory: int | str | None = None,
    progress: Progress | None = None,
    **as_for_fit: Any,
) -> Compared:
    """Compare compiled Keras models, each trained as `model.fit` would; the models themselves are left alone.

    Args:
        models: name → compiled Sequential or functional Keras model with one input and one output.
        x: inputs, as for `fit`; the same for all.
        y: targets, as for `fit`.
        kfold: K of K-fold cross-validation; 0: repeated hold-out.
        repeats: hold-outs, or divisions into folds; None: as many as make twenty trainings of each.
        min_gain: smallest relative difference that matters.
        budget: seconds, or a text such as "90s" or "2m".
        out: folder for the answer and the finished trainings; None writes nothing.
        seed: decides all draws of rows.
        workers: trainings at the same time; 0: in this process (needs the JAX backend).
        memory: bytes that all processes together may take (or a text such as "2g"); None: half of what is free.
        progress: told how the work goes.
        **as_for_fit: `validation_data`, `validation_split`, `batch_size`, `epochs`, `class_weight`, `sample_weight`,
            `shuffle`, `callbacks`, as for `fit`.

    Returns:
        The answer, and every training with its scores, the best first.

    Raises:
        UsageError: an argument is off, or there are fewer than two models.
    """
    from lossclinic.intake.model import capture_model

    started = time.monotonic()
    if len(models) < 2:
        raise UsageError(f"{len(models)} model(s) to compare.", expected="two or more, by name")
    question = Question(kfold, repeats, min_gain)
    settings = Settings.read(budget, seed, workers, memory=memory, min_gain=min_gain)
    with places(out) as (folder, homes):
        entries = [
            Entry(
                name,
                capture_model(
                    model, x, y, folder=homes / str(number), max_bytes=most_bytes(settings) // len(models), **as_for_fit
                ),
            )
            for number, (name, model) in enumerate(models.items(), start=1)
        ]
        return _compare(entries, question, settings, folder, started, progress or Silent(), ())


def _compare(
    entries: Sequence[Entry],
    question: Question,
    settings: Settings,
    folder: Path | None,
    started: float,
    progress: Progress,
    notes: tuple[str, ...],
    *,
    interrupted: bool = False,
) -> Compared:
    remarks = check_same(entries)
    nothing = answer_at_once(entries[0].case)
    if nothing is not None:
        raise UsageError(f"Nothing can be compared. {nothing.answer}", do="; ".join(nothing.notes[:1]))
    progress.stage(f"Training {len(entries)} candidates on {question.scoring}")
    trained = train_all(
        entries, question, settings, folder, started + settings.budget, progress, interrupted=interrupted
    )
    candidates = candidates_of(entries, trained, question.min_gain)
    if trained.used is not None:
        remarks.append(f"{trained.used} of {len(entries[0].case.data)} rows were used, to keep within time and memory")
    if trained.reused:
        remarks.append(f"{trained.reused} trainings of an earlier run were used again")
    own = [f"{e.name}: {note}" for e in entries for note in e.case.notes]
    compared = Compared(
        answer="",
        ending=ending_of(candidates),
        yardstick=trained.yardstick.name,
        agreement=trained.yardstick.agreement_name,
        rows={name: len(getattr(trained.rows, name)) for name in ("train", "validation", "held_out")},
        scoring=question.scoring,
        folds=question.folds,
        wanted=question.draws,
        candidates=candidates,
        min_gain=question.min_gain,
        notes=(*notes, *remarks, *own, *trained.troubles),
        trainings=trained.trainings,
        elapsed_s=time.monotonic() - started,
        budget_s=settings.budget,
        folder=str(folder or ""),
        interrupted=trained.interrupted,
    )
    compared = replace(compared, answer=answer_of(compared))
    if folder is not None:
        (folder / COMPARED).write_text(_text(compared), encoding="utf-8")
    return compared


def _text(compared: Compared) -> str:
    from lossclinic.reports.compared_json import dump_compared

    return dump_compared(compared)
