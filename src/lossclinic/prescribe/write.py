"""Write the edited script and its diff."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lossclinic.prescribe.script import Edited


@dataclass(frozen=True)
class Written:
    """Where the edit lies.

    Attributes:
        diff: path of fix.diff.
        script: path of the edited script.
    """

    diff: str
    script: str


def write_edit(
    edited: Edited, script: str, folder: str, *, name: str = "fix", number: int | None = None
) -> Written | None:
    """Write `fix.diff` and `<script>.fixed.py` into the report's folder; the user's own file stays untouched.

    Args:
        edited: the edit.
        script: path of the user's script; gives the name.
        folder: the report's folder; made where it is missing.
        name: what the edit is called: another one gives `NAME.diff` and `<script>.NAME.py`.
        number: for a script with several trainings, which one (`fix-2.diff`, `train.fixed-2.py`).

    Returns:
        Where the files lie; None where nothing could be written into the script.

    Raises:
        OSError: the folder cannot be written.
    """
    if not edited.diff:
        return None
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    suffix = f"-{number}" if number is not None else ""
    ending = "fixed" if name == "fix" else name
    diff, fixed = home / f"{name}{suffix}.diff", home / f"{Path(script).stem}.{ending}{suffix}.py"
    diff.write_text(edited.diff, encoding="utf-8", newline="")
    fixed.write_text(edited.text, encoding="utf-8", newline="")
    return Written(str(diff), str(fixed))
