"""Live progress in the terminal: what is being tried, the best so far, the time left."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from lossclinic.reports.words import about

LEAST_LEFT = 0.5
"""Seconds of the budget below which nothing more is begun."""


class LiveProgress:
    """Shows the work as it goes; implements `core.progress.Progress`. Use as a context manager.

    Stages and remarks stay as plain lines. On a terminal, the trainings of a stage are drawn below them as a bar with
    what is being tried; nothing is drawn before the first training, so that the script's own output is left alone.
    With `quiet` nothing is printed at all.
    """

    def __init__(self, console: Console, budget_s: float = 0.0, *, quiet: bool = False) -> None:
        """Prepare; nothing is printed yet.

        Args:
            console: where to print.
            budget_s: seconds the work may take; 0 shows no time left.
            quiet: print nothing at all.
        """
        self._console, self._quiet, self._budget_s = console, quiet, budget_s
        self._deadline = time.monotonic() + budget_s
        self._bar = Progress(
            TextColumn(" "),
            SpinnerColumn(),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[tally]}"),
            console=console,
        )
        self._task = self._bar.add_task("", total=None, tally="")
        self._trying, self._best = "", ""
        self._began, self._first, self._done, self._total = time.monotonic(), 0, 0, 0
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Nothing is drawn before the first training."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the drawing away; what was said stays."""
        self._pause()

    def stage(self, title: str) -> None:
        """A new stage begins."""
        self._pause()
        self._began, self._first, self._done, self._total = time.monotonic(), 0, 0, 0
        self._say(Text(title, "bold"))

    def step(self, what: str, done: int, total: int) -> None:
        """`what` is being tried; `done` of `total` trainings are finished."""
        self._trying = what
        if self._total and (done < self._done or total != self._total):  # other trainings begin
            self._began, self._first = time.monotonic(), done
        self._done, self._total = done, total
        self._bar.update(self._task, completed=done, total=max(total, 1), tally=f"{done} of {total}")
        if self._live is None and self._console.is_terminal and not self._quiet:
            self._live = Live(
                get_renderable=self._picture,
                console=self._console,
                transient=True,
                refresh_per_second=8,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def best(self, text: str) -> None:
        """The best so far."""
        if text != self._best and self._live is None:
            self._say(Text.assemble(("  best so far: ", "dim"), text))
        self._best = text

    def say(self, text: str) -> None:
        """A remark that stays on the screen."""
        self._say(Text(f"  {text}"))

    def _pause(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None
            if self._best:
                self._say(Text.assemble(("  best so far: ", "dim"), self._best))

    def _say(self, line: Text) -> None:
        if not self._quiet:
            self._console.print(line, soft_wrap=True)

    def _picture(self) -> Table:
        grid = Table.grid()
        grid.add_row(self._bar)
        grid.add_row(Text.assemble(("  trying       ", "dim"), self._trying, overflow="ellipsis", no_wrap=True))
        if self._best:
            grid.add_row(Text.assemble(("  best so far  ", "dim"), self._best, overflow="ellipsis", no_wrap=True))
        told = self._left(time.monotonic())
        if told:
            grid.add_row(Text.assemble(("  time left    ", "dim"), told))
        return grid

    def _left(self, now: float) -> str:
        """What is left of these trainings as they went so far, and of the budget at most."""
        budget = self._deadline - now if self._budget_s else math.inf
        if budget <= LEAST_LEFT:
            return "none: finishing"
        parts: list[str] = []
        if self._first < self._done < self._total:
            here = (now - self._began) / (self._done - self._first) * (self._total - self._done)
            parts.append(f"{about(min(here, budget))} for these")
        if math.isfinite(budget):
            parts.append(f"at most {about(budget).removeprefix('about ')} in all")
        return ", ".join(parts)
