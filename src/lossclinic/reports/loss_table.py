"""A table of losses in the terminal: the answer, the table, what to know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lossclinic.core.loss_table import LossCell, LossTable
from lossclinic.reports import words
from lossclinic.reports.terminal import print_cost, print_list, print_notes, print_opening

STYLE = {"better": "bold green", "worse": "red", "unknown": "dim"}
MARK = {"better": "▲", "worse": "▼"}
GAP = 1
"""Blanks behind every column."""
SMALL = 0.01
"""Below this, three decimals would say too little."""


def print_table(table: LossTable, console: Console) -> None:
    """Print the answer, the losses by yardsticks, what was left out and what a reader must know.

    Args:
        table: the answer.
        console: where to; text of the user's is never read as markup.
    """
    print_opening(table.name, table.answer, table.interrupted, console)
    if table.rows:
        console.print()
        for grid in _grids(table, console.width):
            console.print(grid)
        console.print(Text(f"{_legend(table)} {_rates(table)}", "dim"))
    print_list("Worth knowing", table.flags, console)
    print_notes(table.left_out, "left out", table.notes, console)
    if table.folder:
        console.print(Text(str(Path(table.folder) / "losses.json")), soft_wrap=True)
    print_cost(table.elapsed_s, table.budget_s, console, table.trainings)


def _grids(table: LossTable, width: int) -> list[Table]:
    """The table in as many parts, one below the other, as this width of characters asks for."""
    first = max(len(word) for row in table.rows for word in row.name.split())
    parts: list[dict[str, int]] = [{}]
    for name in table.yardsticks:
        # No figure is ever cut off, nor any word of a heading.
        words_and_figures = [*name.split(), *(_cell(row.cells[name]).plain for row in table.rows)]
        widest = max(map(len, words_and_figures))
        if parts[-1] and sum(column + GAP for column in (first, *parts[-1].values(), widest)) > width:
            parts.append({})
        parts[-1][name] = widest
    return [_grid(table, part, first) for part in parts]


def _grid(table: LossTable, widths: Mapping[str, int], first: int) -> Table:
    grid = Table(box=None, padding=(0, GAP, 0, 0), header_style="dim")
    grid.add_column("", min_width=first)
    for name, width in widths.items():
        arrow = "↑" if table.yardsticks[name] == "higher" else "↓"
        grid.add_column(f"{name} {arrow}", justify="right", width=width)
    for row in table.rows:
        grid.add_row(row.name, *(_cell(row.cells[name]) for name in widths))
    return grid


def _cell(cell: LossCell) -> Text:
    small = 0 < abs(cell.mean) < SMALL
    value = f"{cell.mean:.3f}" if abs(cell.mean) < 1 and not small else words.number(cell.mean)
    return Text(value + MARK.get(cell.verdict, ""), STYLE.get(cell.verdict, ""))


def _rates(table: LossTable) -> str:
    told = [f"{row.name} {words.number(row.rate, 2)}" for row in table.rows if row.rate is not None]
    return f"Learning rates: {', '.join(told)}." if told else ""


def _legend(table: LossTable) -> str:
    repeats = min(row.repeats for row in table.rows)
    return (
        f"Means of {words.count(repeats, 'repeat')} on held-out rows; ↑ more is better, ↓ less. ▲ surely better than "
        f"{table.rows[0].name}, ▼ surely worse: so says the whole {words.percent(table.level)} interval."
    )
