"""Errors that say what came, what was expected and what to do instead."""

from __future__ import annotations


class LossclinicError(Exception):
    """A failure that a user can act on.

    Attributes:
        exit_code: the process exit code that the command line ends with.
    """

    exit_code = 2

    def __init__(self, came: str, *, expected: str = "", do: str = "") -> None:
        """Keep the three parts apart, so that a report can lay them out.

        Args:
            came: what was met, in the user's terms.
            expected: what would have been right; may be empty.
            do: what to do instead; may be empty.
        """
        self.came, self.expected, self.do = came, expected, do
        parts = [came, expected and f"Expected: {expected}", do and f"What to do: {do}"]
        super().__init__("\n".join(part for part in parts if part))


class UsageError(LossclinicError):
    """The command or call itself is off (exit code 2)."""


class ScriptError(LossclinicError):
    """The user's script could not be brought as far as a training (exit code 3)."""

    exit_code = 3


class CannotRebuild(LossclinicError):
    """A training that cannot be written down as plain data (custom code without a config)."""

    exit_code = 3


class NotApplicable(Exception):
    """A remedy does not fit this recipe; the message says why, in one sentence."""
