"""What `lossclinic check` saw in the terminal: what to look at first, then the rest."""

from __future__ import annotations

import os
from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lossclinic.core.case import Place
from lossclinic.core.checkup import Checked, Checkup
from lossclinic.reports import words

MOST_NAMED = 12
LEVEL_STYLE = {"high": "bold red", "medium": "yellow", "low": "cyan"}


def print_checkup(checkup: Checkup, console: Console) -> None:
    """Print the answer for each training, its signs, and what only an experiment can tell.

    Args:
        checkup: what was seen.
        console: where to; text of the user's is never read as markup.
    """
    for each in checkup.checked:
        console.print()
        _print_one(each, console)
    console.print()
    for note in checkup.notes:
        console.print(Text(words.sentence(note), "dim"))
    beside = f" beside the script's own {words.duration(checkup.script_s)}" if checkup.script_s else ""
    console.print(Text(f"Took {words.duration(checkup.elapsed_s - checkup.script_s)}{beside}.", "dim"))


def _print_one(each: Checked, console: Console) -> None:
    console.rule(Text(each.name, "dim"), align="left", style="dim")
    style = "bold red" if each.failure else "bold" if each.signs else "bold green"
    console.print(Text(each.answer, style))
    if each.signs:
        console.print()
        console.print(_signs(each))
    rest: list[str] = []
    if each.clear:
        one = len(each.clear) == 1
        rest.append(f"{words.count(len(each.clear), 'cause')} examined without a sign of {'it' if one else 'them'}.")
    if each.open:
        rest.append(_what_is_open(each))
    console.print(Text("\n".join(rest), "dim"))
    for note in each.notes:
        console.print(Text(words.sentence(note), "dim"))


def _what_is_open(each: Checked) -> str:
    if each.kind != "training":
        return (
            f"{words.count(len(each.open), 'cause')} cannot be seen here: lossclinic check train.py sees more of them."
        )
    named = f": {', '.join(each.open)}" if len(each.open) <= MOST_NAMED else ""
    return f"Only experiments can tell {words.count(len(each.open), 'further cause')} (lossclinic run){named}."


def _signs(each: Checked) -> Table:
    table = Table(box=None, padding=(0, 2, 1, 0), header_style="dim", expand=False)
    for heading in ("level", "cause"):
        table.add_column(heading)
    table.add_column("evidence", ratio=1)
    for sign in each.signs:
        finding = sign.finding
        cause = Text.assemble((finding.cause, "bold"), "\n", (finding.status, "dim"))
        if each.kind == "training" and sign.place is not None:
            cause.append(f"\n{place_in_words(sign.place)}", "dim")
        told = [finding.reason] if finding.reason else []
        lines = dict.fromkeys(words.sentence(line) for line in (*told, *(fact.text for fact in finding.evidence)))
        table.add_row(Text(sign.level, LEVEL_STYLE[sign.level]), cause, Text("\n".join(lines)))
    return table


def place_in_words(place: Place, shown: Callable[[str], str] = os.path.basename) -> str:
    """A place as "train.py:34", which most terminals and editors can follow."""
    return f"{shown(place.path)}:{place.line}"
