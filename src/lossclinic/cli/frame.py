"""What commands do around their work: progress on standard error, the answer on standard output, an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossclinic.cli.failures import LOG_FOLDER

if TYPE_CHECKING:
    from lossclinic.reports.live import LiveProgress


def folder_of(ctx: click.Context, target: Path, out: Path | None) -> Path:
    """The folder of the result, which a log would go to as well."""
    ctx.meta[LOG_FOLDER] = folder = out or Path("lossclinic-report") / target.resolve().stem
    return folder


@contextmanager
def followed(budget: float, as_json: bool, quiet: bool) -> Iterator[LiveProgress]:
    """Progress of work that takes so many seconds (0: nobody knows); standard output is left to the JSON, if any."""
    from rich.console import Console

    from lossclinic.reports.live import LiveProgress

    with (
        stdout_on_stderr() if as_json else nullcontext(),
        LiveProgress(Console(stderr=True), budget, quiet=quiet) as progress,
    ):
        yield progress


def show(
    ctx: click.Context, answer: Any, as_json: bool, dump: Callable[[Any], str], tell: Callable[[Any, Any], None]
) -> None:
    """Print the answer as JSON or in words, and end with its exit code."""
    from rich.console import Console

    if as_json:
        click.echo(dump(answer), nl=False)
    else:
        tell(answer, Console())
    ctx.exit(answer.exit_code)


@contextmanager
def stdout_on_stderr() -> Iterator[None]:
    """Send everything written to standard output, by this process or its children, to standard error."""
    sys.stdout.flush()
    kept, kept_stream = os.dup(1), sys.stdout
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = kept_stream
        os.dup2(kept, 1)
        os.close(kept)
