"""A count of trainings instead of a budget gives the same report again, on any number of workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_budget import HEAD, SMALL, lossclinic

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def without_times(report: Any) -> Any:
    """The report but for what the clock and the folder say, and the remark that trainings were used again."""
    for name in ("elapsed_s", "folder"):
        report.pop(name)
    for fit in report["fits"]:
        fit["notes"] = [note for note in fit["notes"] if "of an earlier run" not in note]
        fit.pop("history")
    return report


def test_the_same_number_of_trainings_gives_the_same_report(tmp_path: Path) -> None:
    reports = []
    for name, workers in (("one", "2"), ("two", "2"), ("three", "1")):
        (tmp_path / name).mkdir()
        options = ("--max-trials", "90", "--workers", workers)
        code, report, printed = lossclinic(tmp_path / name, HEAD + SMALL, *options)
        assert code in (0, 1), printed
        reports.append(report)
    _, again, printed = lossclinic(tmp_path / "one", HEAD + SMALL, "--max-trials", "90")
    assert "of an earlier run were used again" in printed
    first, *others = [without_times(report) for report in (*reports, again)]
    for other in others:
        assert other == first
