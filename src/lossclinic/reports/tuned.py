"""What tuning came to in the terminal: the answer, what it is worth, which settings mattered, what was tried."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lossclinic.core.tuned import Nested, Parameter, Setting, Tuned, TunedArm, TunedTrial
from lossclinic.reports import words
from lossclinic.reports.files import locate
from lossclinic.reports.terminal import (
    plain_table,
    print_cost,
    print_list,
    print_notes,
    print_opening,
    print_prescription,
)

MOST_SHOWN = 8
"""Trials in the terminal, the best first; all are in the JSON."""
ENDINGS = {
    "better": ("green", "Better settings"),
    "suggestive": ("yellow", "Perhaps better, not sure"),
    "already-good": ("green", "Nothing better found"),
    "budget-too-small": ("cyan", "Budget too small to tell"),
    "failed": ("red", "Nothing could be trained"),
}


def print_tuned(tuned: Tuned, console: Console) -> None:
    """Print the answer, its evidence, the parameters, the trials, the change and where the files lie.

    Args:
        tuned: the answer.
        console: where to; text of the user's is never read as markup.
    """
    print_opening(tuned.name, tuned.answer, tuned.interrupted, console)
    console.print(_outcome(tuned))
    if len(tuned.arms) > 1:
        console.print()
        console.print(_arms(tuned))
    for arm in tuned.arms[:1]:
        for table in (_parameters(arm), _trials(arm)):
            if table.row_count:
                console.print()
                console.print(table)
    print_list("Worth knowing", tuned.flags, console)
    if tuned.prescription:
        print_prescription(tuned, tuned.prescription, console)
    print_notes(tuned.fixed, "not tuned", tuned.notes, console)
    _print_files(tuned, console)


def _outcome(tuned: Tuned) -> Text:
    colour, ending = ENDINGS[tuned.ending]
    line = Text.assemble((ending, f"bold {colour}"))
    nested = tuned.arms[0].nested if tuned.arms else None
    if nested is not None:
        line.append(f" · {_worth(nested, tuned.yardstick)}")
    best = tuned.arms[0].best if tuned.arms else None
    if best is not None and best.score is not None:
        line.append(f". On the rows that chose it, it scored {words.number(best.score)}: never quote that figure")
    line.append(".")
    return line


def _worth(nested: Nested, yardstick: str) -> str:
    interval = f"{words.percent(nested.level)} interval {words.percent_range(nested.gain)}"
    return (
        f"{yardstick} on rows never used for selecting {words.score(nested.before.median)} → "
        f"{words.score(nested.after.median)}, {words.percent(nested.gain.median)} lower ({interval}), "
        f"better in {words.percent(nested.p_better)} of {words.count(nested.pairs, 'pair')}"
    )


def _arms(tuned: Tuned) -> Table:
    table = plain_table(
        "Compared, each with everything else tuned for it", "", "selected", "on other rows", "gain over yours"
    )
    for arm in tuned.arms:
        nested = arm.nested
        table.add_row(
            arm.name,
            words.number(arm.best.score) if arm.best else "failed",
            words.score(nested.after.median) if nested else "",
            f"{words.percent(nested.gain.median)} ({words.percent_range(nested.gain)})" if nested else "",
        )
    return table


def _parameters(arm: TunedArm) -> Table:
    table = plain_table("Settings, the most important first", "", "yours", "best", "searched", "importance")
    for parameter in arm.parameters:
        table.add_row(
            parameter.name, _setting(parameter.now), _best(parameter), parameter.searched, _importance(parameter)
        )
    return table


def _best(parameter: Parameter) -> Text:
    edge = f" ({parameter.edge} end)" if parameter.edge else ""
    return Text(f"{_setting(parameter.best)}{edge}", "bold yellow" if edge else "bold")


def _importance(parameter: Parameter) -> str:
    return "" if parameter.importance is None else words.percent(parameter.importance)


def _trials(arm: TunedArm) -> Table:
    ranked = sorted(arm.trials, key=lambda trial: (trial.state != "trained", _score(trial)))
    some = f", the best {MOST_SHOWN}" if len(ranked) > MOST_SHOWN else ""
    table = plain_table(f"Tried: {words.count(len(ranked), 'setting')}{some}", "score", "what differs from yours")
    for trial in ranked[:MOST_SHOWN]:
        spread = f" ± {words.number(trial.spread, 2)}" if trial.spread is not None else ""
        score = f"{words.number(trial.score)}{spread}" if trial.state == "trained" else trial.state
        own = {parameter.name: parameter.now for parameter in arm.parameters}
        differs = [f"{name} {_setting(value)}" for name, value in trial.settings.items() if value != own.get(name)]
        table.add_row(score, ", ".join(differs) or "nothing: your own settings")
    return table


def _score(trial: TunedTrial) -> float:
    return math.inf if trial.score is None else trial.score


def _setting(value: Setting) -> str:
    return words.number(value) if isinstance(value, float) else str(value)


def _print_files(tuned: Tuned, console: Console) -> None:
    plan = tuned.prescription
    named: list[tuple[str | None, str]] = [("tuned.json", "all of this for programs")]
    if plan is not None:
        named += [
            (plan.diff, "the diff"),
            (plan.script, "the script with the best settings"),
            (plan.model, "the model"),
        ]
    grid = Table.grid(padding=(0, 2))
    for path, purpose in named:
        place = locate(tuned, path) if tuned.folder else None
        if place is not None:
            grid.add_row(Text(str(place)), Text(purpose, "dim"))
    if grid.row_count:
        console.print()
        console.print(grid, soft_wrap=True)
    if tuned.storage:
        console.print(Text.assemble(tuned.storage, ("  the study: optuna-dashboard opens it", "dim")), soft_wrap=True)
    print_cost(tuned.elapsed_s, tuned.budget_s, console, tuned.trainings)
