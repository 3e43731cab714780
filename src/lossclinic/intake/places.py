"""Where in the user's own source a call came from."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import FrameType

from lossclinic.core.case import Place

PACKAGE = str(Path(__file__).resolve().parents[1])


@cache
def _is_library(path: str) -> bool:
    if path.startswith("<"):
        return True
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    roots = {sysconfig.get_path(name) for name in names} | {PACKAGE}
    resolved = str(Path(path).resolve())
    inside = any(where.startswith(root.rstrip("/") + "/") for where in (path, resolved) for root in roots if root)
    return inside or "site-packages" in path or "dist-packages" in path


def user_place() -> Place | None:
    """The nearest frame above the caller that is neither a library's nor ours; None where there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if not _is_library(path):
            return Place(path, frame.f_lineno)
        frame = frame.f_back
    return None
