"""`lossclinic list`: the catalogue by family."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lossclinic.core.catalogue import Cause, Remedy

EXAMPLES = """\b
Examples:
  lossclinic list causes
  lossclinic list remedies --json
"""


@click.command("list", epilog=EXAMPLES)
@click.argument("kind", type=click.Choice(["causes", "remedies"]), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
def list_entries(kind: str | None, as_json: bool) -> None:
    """List the causes and remedies, or only one KIND."""
    from lossclinic.core import catalogue

    entries: dict[str, list[Cause] | list[Remedy]] = {}
    if kind != "remedies":
        entries["causes"] = list(catalogue.causes().values())
    if kind != "causes":
        entries["remedies"] = list(catalogue.remedies().values())
    if as_json:
        click.echo(json.dumps({name: [_as_dict(e) for e in group] for name, group in entries.items()}, indent=2))
        return
    for name, group in entries.items():
        _print_table(name, group)


def _as_dict(entry: Cause | Remedy) -> dict[str, object]:
    from lossclinic.core.catalogue import Cause

    told: dict[str, object] = {"id": entry.id, "family": entry.family, "title": entry.title}
    if isinstance(entry, Cause):
        return {**told, "evidence": entry.requires, "remedies": entry.remedies}
    return {**told, "safety": entry.safety}


def _print_table(name: str, entries: list[Cause] | list[Remedy]) -> None:
    from rich.console import Console
    from rich.table import Table

    from lossclinic.core.catalogue import Remedy

    table = Table(title=name.capitalize(), title_justify="left", title_style="bold", box=None, header_style="dim")
    for heading in ("family", "id", "title", *(["safety"] if name == "remedies" else [])):
        table.add_column(heading, no_wrap=heading == "id")
    for family, group in groupby(sorted(entries, key=lambda e: (e.family, e.id)), key=lambda e: e.family):
        for place, entry in enumerate(group):
            safety = [entry.safety] if isinstance(entry, Remedy) else []
            table.add_row("" if place else family, entry.id, entry.title, *safety)
    Console().print(table)
