"""What a comparison came to in the terminal: the answer, every training with its scores, the best against each."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lossclinic.core.compared import Compared
from lossclinic.reports import words
from lossclinic.reports.files import locate
from lossclinic.reports.terminal import plain_table, print_cost, print_interrupted, print_list

ENDINGS = {
    "better": ("green", "One is better"),
    "no-difference": ("green", "No difference that matters"),
    "not-known": ("yellow", "Not known"),
    "budget-too-small": ("cyan", "Budget too small to tell"),
    "failed": ("red", "Nothing could be trained"),
}
OUTCOMES = {"better": "better", "equal": "no difference that matters", "open": "not known"}
"""What can be said of the best against the other training."""


def print_compared(compared: Compared, console: Console) -> None:
    """Print the answer, how it was found, the trainings and where the files lie.

    Args:
        compared: the answer.
        console: where to; text of the user's is never read as markup.
    """
    print_interrupted(compared.interrupted, console)
    console.print()
    console.print(Text(compared.answer, "bold"))
    colour, ending = ENDINGS[compared.ending]
    console.print(Text.assemble((ending, f"bold {colour}"), f" · {_how(compared)}."))
    if compared.repeats:
        for table in (_scores(compared), _against(compared)):
            if table.row_count:
                console.print()
                console.print(table)
    print_list("Notes", compared.notes, console)
    place = locate(compared, "compared.json") if compared.folder else None
    if place is not None:
        console.print()
        console.print(Text.assemble(str(place), ("  all of this for programs", "dim")), soft_wrap=True)
    print_cost(compared.elapsed_s, compared.budget_s, console, compared.trainings)


def _how(compared: Compared) -> str:
    rows = compared.rows
    trained = rows["train"] + rows["validation"]
    done = "" if compared.repeats == compared.wanted else f" ({compared.repeats} of {compared.wanted} were finished)"
    return f"{compared.scoring}{done}: {trained} rows to train on, {rows['held_out']} held out, the same for all"


def _scores(compared: Compared) -> Table:
    agreement = [compared.agreement] if compared.agreement else []
    table = plain_table("", "", f"held-out {compared.yardstick}", *agreement, "parameters", "a training")
    for candidate in compared.candidates:
        held_out, known = candidate.held_out, candidate.agreement
        failed = f", {candidate.failures} failed ({candidate.failed})" if candidate.failures else ""
        spread = f" ({words.number_range(held_out)})" if math.isfinite(candidate.score) else ""
        table.add_row(
            Text(candidate.name, "bold" if candidate is compared.candidates[0] else ""),
            Text(f"{words.score(candidate.score)}{spread}{failed}"),
            *([words.number(known.median) if known else ""] if agreement else []),
            f"{candidate.parameters:,}".replace(",", "\u202f") if candidate.parameters else "",
            f"{words.number(candidate.seconds, 2)} s" if math.isfinite(candidate.seconds) else "",
        )
    return table


def _against(compared: Compared) -> Table:
    best, *others = compared.candidates
    known = [(other, other.against) for other in others if other.against]
    level = words.percent(known[0][1].level) if known else ""
    table = plain_table("", f"{best.name} against", "lower by", f"{level} interval", "P(better)", "repeats won", "")
    for other, against in known:
        why = f": {against.why}" if against.why else ""
        table.add_row(
            Text(other.name),
            words.percent(against.gain.median),
            words.percent_range(against.gain),
            f"{against.p_better:.2f}",
            f"{against.wins * against.pairs:g} of {against.pairs}",
            Text(OUTCOMES[against.outcome] + why),
        )
    return table
