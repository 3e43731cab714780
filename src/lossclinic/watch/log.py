"""The log of a watched fit: `watch.jsonl`, one JSON object a line, each with its kind under "kind"."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from lossclinic.core.canonical import plain

NAME = "watch.jsonl"


class Log:
    """Appends what it is given; written to disk at the ends of epochs and with every finding."""

    def __init__(self, folder: Path | str) -> None:
        """Open the log in a folder, which is made if it is not there.

        Raises:
            OSError: the folder cannot be written.
        """
        self.path = Path(folder) / NAME
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = self.path.open("a", encoding="utf-8")

    def write(self, kind: str, value: Any) -> None:
        """Add one line."""
        self._file.write(json.dumps({"kind": kind, **plain(value)}, allow_nan=False) + "\n")

    def flush(self) -> None:
        """Hand everything to the system, so that a killed process loses nothing."""
        self._file.flush()

    def close(self) -> None:
        """Write the rest and close."""
        self._file.close()
