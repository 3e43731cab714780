"""Where the files that a report names lie."""

from __future__ import annotations

from pathlib import Path

from lossclinic.core.compared import Compared
from lossclinic.core.report import Report
from lossclinic.core.tuned import Tuned


def locate(report: Report | Tuned | Compared, path: str | None) -> Path | None:
    """An existing file that a report names, or None.

    Args:
        report: the answer.
        path: absolute, relative to the report's folder, or relative to the working directory; tried in this order.
    """
    if path is None:
        return None
    # Joining an absolute path to a folder gives the absolute path.
    places = (Path(report.folder) / path, Path(path))
    return next((place for place in places if place.is_file()), None)
