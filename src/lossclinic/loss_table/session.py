"""From a script to a table of losses: intake, trainings, answer, file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from lossclinic.core.case import Case
from lossclinic.core.errors import CannotRebuild, UsageError
from lossclinic.core.loss_table import LossTable
from lossclinic.core.progress import Progress, Silent
from lossclinic.core.recipe import Recipe
from lossclinic.core.settings import Settings
from lossclinic.core.task import Task
from lossclinic.core.yardstick import yardstick_of
from lossclinic.experiments.at_once import answer_at_once
from lossclinic.loss_table.choices import losses_of
from lossclinic.loss_table.compare import Trained, answer_of, ending_of, level_of, row_of
from lossclinic.loss_table.work import Rates, suit_rates, train_repeats
from lossclinic.loss_table.yardsticks import measures_of
from lossclinic.remedies.loss._contract import class_of
from lossclinic.session import cases_of, make_folder, one_of
from lossclinic.treat import plan_of, workers_of

TABLE = "losses.json"
WRITING_SECONDS = 1.0


def compare_losses(
    target: Path,
    *,
    budget: float = 120.0,
    repeats: int = 10,
    out: Path | None = None,
    fit: int | None = None,
    skip_training: bool = False,
    seed: int = 0,
    workers: int = 2,
    memory: int | None = None,
    arguments: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> LossTable:
    """Train one training of a script with every loss that it admits, and score each by every yardstick of its task.

    Args:
        target: a Python script, or the output folder of an earlier run.
        budget: seconds for everything.
        repeats: draws of rows and seeds on which all losses are compared; as many as the budget allows.
        out: where the table goes; default `lossclinic-report/<script>`.
        fit: the n-th training of the script (1-based); None: the first.
        skip_training: capture the training without running it to its end.
        seed: decides all redraws.
        workers: trainings at the same time.
        memory: bytes that all processes together may take; None: half of what is free.
        arguments: for the script.
        progress: told how the work goes.

    Raises:
        UsageError: the target or a setting is off, or no loss fits the output.
        CannotRebuild: the training can only run inside the script's own process.
        ScriptError: the script could not be brought as far as a training.
    """
    started = time.monotonic()
    if repeats < 1:
        raise UsageError(f"--repeats is {repeats}.", expected="1 or more")
    settings = Settings(budget, seed, workers, memory=memory)
    progress = progress or Silent()
    folder = out or Path("lossclinic-report") / target.stem
    make_folder(folder)
    cases, notes, interrupted = cases_of(target, folder, settings, skip_training, arguments, progress)
    case, told = one_of(cases, fit, "compares")
    notes = (*notes, *told)
    table = _compare(case, folder, settings, repeats, started, progress, notes, interrupted=interrupted)
    from lossclinic.reports.loss_table_json import dump_table

    (folder / TABLE).write_text(dump_table(table), encoding="utf-8")
    return table


def _compare(
    case: Case,
    folder: Path,
    settings: Settings,
    repeats: int,
    started: float,
    progress: Progress,
    notes: tuple[str, ...],
    *,
    interrupted: bool,
) -> LossTable:
    from lossclinic.engine.pool import Pool

    if case.native is not None:
        raise CannotRebuild(
            f"The losses of {case.name} cannot be compared: {case.native}",
            do="compare losses of trainings that Keras' own compile and fit describe.",
        )
    nothing = answer_at_once(case)
    if nothing is not None:
        raise UsageError(f"The losses of {case.name} cannot be compared. {nothing.answer}")
    losses, left_out = losses_of(case)
    stop = started + settings.seconds - WRITING_SECONDS
    plan = plan_of(case, settings, None, stop - time.monotonic(), 1)
    workers = workers_of(case, plan, settings, 1)
    rates, kept = Rates({}), dict[str, Trained]()
    pool = Pool(case, plan, yardstick_of(case, plan), workers=workers, deadline=stop, progress=progress)
    with pool:
        try:
            if not interrupted:
                rates = suit_rates(pool, losses, stop, repeats, workers, progress)
                train_repeats(pool, rates.recipes, repeats, progress, kept)
        except KeyboardInterrupt:
            interrupted = True
    measures, level = measures_of(case.task), level_of(len(losses))
    own = next(iter(losses))
    rows = tuple(row_of(kept[name], kept[own], measures, level) for name in losses if own in kept and name in kept)
    ending = ending_of(rows) if len(rows) == len(losses) else "budget-too-small"
    return LossTable(
        name=case.name,
        script=case.source.script,
        answer=answer_of(rows, measures, ending, interrupted),
        ending=ending,
        yardsticks={name: measure.better for name, measure in measures.items()},
        rows=rows,
        level=level,
        left_out=left_out,
        flags=_flags(case.task, losses, rates),
        notes=(*notes, *case.notes),
        trainings=pool.spent,
        elapsed_s=time.monotonic() - started,
        budget_s=settings.seconds,
        folder=str(folder),
        interrupted=interrupted,
    )


def _flags(task: Task, losses: Mapping[str, Recipe], rates: Rates) -> tuple[str, ...]:
    """What a reader must know of the result."""
    own = class_of(next(iter(losses.values())).loss)
    flags: list[str] = []
    if task.kind != "regression":
        flags.append(
            "accuracy, precision, recall, F1, Dice and IoU are those of the likeliest class, or above a probability of "
            "0.5: another threshold, chosen on validation rows, may gain as much as another loss"
        )
    if task.kind == "binary":
        flags.append(f"precision, recall, F1 and average precision are those of the class {task.classes[1]:g}")
    if own == "SparseCategoricalCrossentropy":
        flags.append("all but the script's own loss were trained on one-hot labels (keras.utils.to_categorical)")
    if rates.at_the_edge:
        told = ", ".join(rates.at_the_edge)
        flags.append(f"at the largest or smallest learning rate that was tried, and perhaps better beyond it: {told}")
    if rates.untried:
        told = ", ".join(f"{factor:.2g}" for factor in sorted(rates.untried))
        flags.append(f"there was no time to try the losses at the script's learning rate times {told}")
    if rates.recipes and any(recipe.learning_rate is None for recipe in rates.recipes.values()):
        flags.append("a schedule decides the learning rate, so every loss was trained with that one schedule")
    return tuple(flags)
