"""The lines of a unified diff, each with what it is, for colouring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lossclinic.core.report import Prescription, Report

Kind = Literal["file", "hunk", "added", "removed", "same"]


@dataclass(frozen=True)
class DiffLine:
    """One line: its kind, and the text as the diff has it."""

    kind: Kind
    text: str


def parse_diff(text: str) -> tuple[DiffLine, ...]:
    """Classify the lines of a unified diff."""
    return tuple(DiffLine(_kind(line), line) for line in text.splitlines())


def read_diff(report: Report, prescription: Prescription) -> tuple[DiffLine, ...]:
    """Read the diff that a prescription names, relative to the report's folder; () where it cannot be read."""
    if prescription.diff is None:
        return ()
    try:
        return parse_diff((Path(report.folder) / prescription.diff).read_text(encoding="utf-8"))
    except OSError:
        # An absolute path stays as it is under `/`; a path relative to the working directory is tried as given.
        given = Path(prescription.diff)
        return parse_diff(given.read_text(encoding="utf-8")) if given.is_file() else ()


def _kind(line: str) -> Kind:
    if line.startswith(("--- ", "+++ ")):
        return "file"
    if line.startswith("@@"):
        return "hunk"
    if line.startswith("+"):
        return "added"
    return "removed" if line.startswith("-") else "same"
