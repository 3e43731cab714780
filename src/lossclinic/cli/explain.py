"""`lossclinic explain`: the page of one cause or remedy."""

from __future__ import annotations

import click

EXAMPLES = """\b
Examples:
  lossclinic explain dead-units
  lossclinic explain standardise-inputs
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", metavar="CAUSE|REMEDY")
def explain(name: str) -> None:
    """Explain one cause or remedy of the catalogue."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.text import Text

    from lossclinic.core import catalogue
    from lossclinic.reports.page import entry_page

    page = entry_page(catalogue.look_up(name))
    console = Console()
    console.print(Text.assemble((page.title, "bold"), f"\n{page.subtitle}"))
    for heading, body in page.sections:
        console.print()
        if heading:
            console.print(Text(heading, "bold"))
        console.print(Padding(Markdown(body), (0, 0, 0, 2)))
