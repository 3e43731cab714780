"""Failures as people can read them: no traceback, the right exit code, a log where it is our fault."""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

import lossclinic
from lossclinic.core.errors import LossclinicError

OWN_FAULT = 70
"""Exit code for a fault in lossclinic itself (EX_SOFTWARE of BSD's sysexits.h)."""
LOG_FOLDER = "lossclinic.log_folder"
"""Key in click's `meta` under which a command leaves the folder for the log."""


class ReadableGroup(click.Group):
    """A group whose commands end every failure in a message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exceptions become messages on standard error."""
        console = Console(stderr=True)
        try:
            return super().invoke(ctx)
        except LossclinicError as error:
            _show(error, console)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            console.print(Text("Interrupted before anything was known.", "yellow"))
            ctx.exit(1)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            log = _write_log(ctx.meta.get(LOG_FOLDER))
            console.print(Text.assemble(("lossclinic failed: ", "bold red"), f"{type(error).__name__}: {error}"))
            console.print(Text(f"This is a fault in lossclinic, not in the script. The details are in {log}", "dim"))
            ctx.exit(OWN_FAULT)


def _show(error: LossclinicError, console: Console) -> None:
    console.print(Text.assemble(("Error: ", "bold red"), error.came), soft_wrap=True)
    for label, words in (("Expected:   ", error.expected), ("What to do: ", error.do)):
        if words:
            console.print(Text.assemble((label, "bold"), words), soft_wrap=True)


def _write_log(folder: Path | None) -> Path:
    """Write the current traceback beside the report, or where that cannot be written, among temporary files."""
    text = f"lossclinic {lossclinic.__version__}\n{traceback.format_exc()}"
    for place in (folder, Path(tempfile.mkdtemp(prefix="lossclinic-"))):
        if place is not None:
            try:
                place.mkdir(parents=True, exist_ok=True)
                log = place / "lossclinic.log"
                log.write_text(text, encoding="utf-8")
            except OSError:
                continue
            return log
    return Path("nowhere: no folder could be written")
