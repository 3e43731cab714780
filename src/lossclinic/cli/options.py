"""Options and arguments that several commands have, each written once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lossclinic.core.duration import parse_duration
from lossclinic.core.errors import UsageError
from lossclinic.core.size import parse_size

T = TypeVar("T")
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
"""What adds an option to a command."""


class Written(click.ParamType[T]):
    """A value as people write it, such as 2m or 2g, and what reads it."""

    def __init__(self, name: str, read: Callable[[Any], T]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """The value that is meant, or a usage error."""
        try:
            return self._read(value)
        except UsageError as error:
            self.fail(f"{error.came} Expected {error.expected}.", param, ctx)


DURATION = Written("time", parse_duration)
"""Seconds."""
PATH = click.Path(exists=True, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
COUNT = click.IntRange(min=1)

target = click.argument("target", type=PATH)
arguments = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
skip_training = click.option(
    "--skip-training", is_flag=True, help="Capture the training without paying for the script's own run."
)
workers = click.option("--workers", type=COUNT, default=2, show_default=True, help="Trainings at the same time.")
quiet = click.option("--quiet", is_flag=True, help="Print the answer, not the progress.")


def budget(more: str = "") -> Option:
    """`--budget`: seconds for everything, and what more is to be said of them."""
    told = f"Time for everything: 90s, 2m, 1h{more}."
    return click.option("--budget", type=DURATION, default="2m", show_default=True, help=told)


def out(what: str) -> Option:
    """`--out`: the folder of this; `frame.folder_of` knows its default."""
    return click.option("--out", type=FOLDER, help=f"Folder of the {what}.  [default: lossclinic-report/NAME]")


def fit(does: str) -> Option:
    """`--fit`: the number of the training that the command does this with."""
    return click.option("--fit", metavar="N", type=COUNT, help=f"{does} the N-th training of the script.")


def seed(what: str) -> Option:
    """`--seed`: the number that decides this."""
    return click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help=f"Decides {what}.")


def memory(what: str) -> Option:
    """`--memory`: bytes that this may take."""
    told = f"Memory for {what}.  [default: half of what is free]"
    return click.option("--memory", type=Written("size", parse_size), help=told)


def min_gain(what: str) -> Option:
    """`--min-gain`: the smallest share that is taken for this."""
    share = click.FloatRange(0, 1, max_open=True)
    return click.option("--min-gain", type=share, default=0.05, show_default=True, help=f"Smallest relative {what}.")


def as_json(what: str) -> Option:
    """`--json`: this is printed, for programs."""
    told = f"Print {what} on standard output and nothing else there."
    return click.option("--json", "as_json", is_flag=True, help=told)
