"""How long work tells a person where it stands."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told about the work as it goes; the terminal shows it, tests ignore it."""

    def stage(self, title: str) -> None:
        """A new stage begins ("Running train.py", "Screening 9 remedies")."""
        ...

    def step(self, what: str, done: int, total: int) -> None:
        """Within the stage: `what` is being tried; `done` of `total` trainings are finished."""
        ...

    def best(self, text: str) -> None:
        """The best so far, in one sentence."""
        ...

    def say(self, text: str) -> None:
        """A remark that stays on the screen."""
        ...


class Silent:
    """Says nothing."""

    def stage(self, title: str) -> None:
        """Nothing."""

    def step(self, what: str, done: int, total: int) -> None:
        """Nothing."""

    def best(self, text: str) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""
