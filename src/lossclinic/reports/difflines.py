"""The lines of a unified diff, each with what it is, for colouring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lossclinic.core.report import Prescription, Report
from lossclinic.core.tuned import Tuned
from lossclinic.reports.files import locate

Kind = Literal["file", "hunk", "added", "removed", "same"]


@dataclass(frozen=True)
class DiffLine:
    """One line: its kind, and the text as the diff has it."""

    kind: Kind
    text: str


def parse_diff(text: str) -> tuple[DiffLine, ...]:
    """Classify the lines of a unified diff."""
    return tuple(DiffLine(_kind(line), line) for line in text.splitlines())


def read_diff(report: Report | Tuned, prescription: Prescription) -> tuple[DiffLine, ...]:
    """Read the diff that a prescription names; () where there is none."""
    path = locate(report, prescription.diff)
    return parse_diff(path.read_text(encoding="utf-8")) if path else ()


def _kind(line: str) -> Kind:
    if line.startswith(("--- ", "+++ ")):
        return "file"
    if line.startswith("@@"):
        return "hunk"
    if line.startswith("+"):
        return "added"
    return "removed" if line.startswith("-") else "same"
