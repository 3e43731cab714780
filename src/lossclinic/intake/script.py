"""Run a training script in a child process and bring back the cases of its fits."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from lossclinic.core.case import Case, Place
from lossclinic.core.errors import ScriptError, UsageError
from lossclinic.core.folder import cases_in
from lossclinic.intake.child import BEGUN, TIME_IS_UP

GRACE_S = 20.0
"""Seconds that a script has to save and end after it was interrupted."""
POLL_S = 0.1
"""How often to look whether a script whose time is up has come to its first fit."""
TAIL_LINES = 40
CTRL_C = "Ctrl-C"
TOO_LONG = "it ran longer than {:.0f} s"


@dataclass(frozen=True)
class Skipped:
    """A fit that no case could be made of.

    Attributes:
        fit: its number in the order of calls (1 is the first).
        place: where it stands, if known.
        reason: why, in sentences.
    """

    fit: int
    place: Place | None
    reason: str


@dataclass(frozen=True)
class Captured:
    """What running a script gave.

    Attributes:
        cases: one for each fit that could be written down, in order.
        exit_code: what the script ended with; negative: the signal that ended it.
        error: why the script did not come to a good end ("ValueError: …"), or None.
        interrupted: whether Ctrl-C ended it.
        timed_out: whether it was ended because its time was up.
        skipped: fits that no case was made of.
        notes: remarks for people.
        tail: last lines of the script's output, where it went through a `stream`.
    """

    cases: tuple[Case, ...]
    exit_code: int
    error: str | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    tail: str = ""
    interrupted: bool = False
    timed_out: bool = False


def capture_script(
    script: Path,
    folder: Path,
    *,
    arguments: tuple[str, ...] = (),
    skip_training: bool = False,
    max_bytes: int | None = None,
    timeout: float | None = None,
    until_fit: float | None = None,
    grace: float = GRACE_S,
    stream: TextIO | None = None,
) -> Captured:
    """Run a script as `python script arguments…` would, and capture every `keras.Model.fit` in it.

    The script's own output goes where this process' output goes, untouched. Ctrl-C ends the script; what was
    captured until then is kept, the interrupted fit included.

    Args:
        script: the script.
        folder: where cases are saved (fit-001, …); made if it is not there.
        arguments: for the script.
        skip_training: capture without paying for the training; later steps of the script may then fail:
            that is no error.
        max_bytes: what the rows of one case may take; None: 1 GiB or a quarter of the free memory.
        timeout: seconds after which the script is interrupted, as Ctrl-C would; None: never.
        until_fit: seconds after which it is interrupted where it has not come to its first fit by then; at least
            `timeout`, and the same if None.
        grace: seconds that it then has to save and end before it is killed.
        stream: where the script's output goes instead, as text.

    Raises:
        UsageError: there is no such script, or it is no Python script, or the folder cannot be written.
        ScriptError: the script ended before any fit could be captured; says how.
        KeyboardInterrupt: Ctrl-C ended it before any fit could be captured.
    """
    from lossclinic.intake.data import memory_cap

    _check_script(script)
    folder = folder.resolve()
    spec = {
        "script": str(script),
        "arguments": list(arguments),
        "folder": str(folder),
        "skip_training": skip_training,
        "max_bytes": memory_cap() if max_bytes is None else max_bytes,
    }
    path = _prepare(folder, spec)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "lossclinic.intake.child", str(path)],
        stdout=None if stream is None else subprocess.PIPE,
        stderr=None if stream is None else subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    tail = _follow(process, stream)
    ended = _wait(process, folder, timeout, max(until_fit or 0.0, timeout or 0.0), grace)
    text = tail()
    return _collect(script, folder, process.returncode, ended, text)


def _check_script(script: Path) -> None:
    if not script.exists():
        raise UsageError(f"There is no file {script}.", do="check the path of the script.")
    if script.is_dir():
        raise UsageError(f"{script} is a folder.", expected="a Python script, or a folder that lossclinic wrote")
    if script.suffix == ".ipynb":
        raise UsageError(
            f"{script} is a notebook.",
            expected="a Python script",
            do="export it (jupyter nbconvert --to script), or call lossclinic.run(model, x, y) in the notebook.",
        )
    try:
        script.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{script} cannot be read as a Python script ({type(error).__name__}).") from None


def _prepare(folder: Path, spec: dict[str, Any]) -> Path:
    """Write the specification; take away cases of an earlier run, lest they be taken for this one's."""
    import shutil

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("fit-[0-9][0-9][0-9]"):
            shutil.rmtree(old)
        for name in ("run.json", BEGUN, TIME_IS_UP):
            (folder / name).unlink(missing_ok=True)
        path = folder / "spec.json"
        path.write_text(json.dumps(spec), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}).", do="choose another folder.") from None
    return path


def _follow(process: subprocess.Popen[str], stream: TextIO | None) -> Callable[[], str]:
    """Copy the script's output to `stream` as it comes; the result gives its last lines."""
    if stream is None:
        return lambda: ""
    lines: deque[str] = deque(maxlen=TAIL_LINES)

    def copy() -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                lines.append(line)
                with contextlib.suppress(OSError, ValueError):
                    stream.write(line)
                    stream.flush()

    thread = threading.Thread(target=copy, daemon=True)
    thread.start()

    def last() -> str:
        # A grandchild of the script may keep the pipe open for ever.
        thread.join(timeout=2)
        return "".join(lines)

    return last


def _wait(process: subprocess.Popen[str], folder: Path, timeout: float | None, until_fit: float, grace: float) -> str:
    """Wait for the script; returns "" or why it was made to end."""
    started = time.monotonic()
    try:
        process.wait(timeout)
        return ""
    except KeyboardInterrupt:
        if not _terminal_told_it():
            _interrupt(process)
        why = CTRL_C
    except subprocess.TimeoutExpired:
        try:
            if _came_to_its_end(process, folder / BEGUN, started + until_fit):
                return ""
            (folder / TIME_IS_UP).touch()
            _interrupt(process)
            why = TOO_LONG.format(time.monotonic() - started)
        except KeyboardInterrupt:
            _interrupt(process)
            why = CTRL_C
    try:
        process.wait(grace)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
    return why


def _came_to_its_end(process: subprocess.Popen[str], begun: Path, until: float) -> bool:
    """Give a script that has come to no fit yet more time, for without one there is nothing to examine."""
    while not begun.exists() and time.monotonic() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
            return True
    return False


def _interrupt(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)


def _terminal_told_it() -> bool:
    """Whether Ctrl-C in a terminal has reached the script directly, as it reaches the whole foreground group."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except (OSError, AttributeError):
        return False


def _collect(script: Path, folder: Path, code: int, ended: str, tail: str) -> Captured:
    try:
        happened: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        happened = {}
    skipped = tuple(
        Skipped(item["fit"], Place(*item["place"]) if item["place"] else None, item["reason"])
        for item in happened.get("skipped", [])
    )
    error = _error(happened, code, ended)
    cases = cases_in(folder) if any(folder.glob("*/case.json")) else ()
    if not cases and ended == CTRL_C:
        raise KeyboardInterrupt
    if not cases:
        if ended and not (skipped or happened.get("broken")):
            raise _too_slow(script, ended, (folder / BEGUN).exists())
        raise _why_nothing(script, happened, skipped, error, code)
    notes = tuple(happened.get("notes", ()))
    if happened.get("broken"):
        notes += (f"Watching stopped early because of a fault in lossclinic ({happened['broken']}).",)
    return Captured(cases, code, error, skipped, notes, tail, ended == CTRL_C, ended not in ("", CTRL_C))


def _error(happened: dict[str, Any], code: int, ended: str) -> str | None:
    if ended:
        return f"the script was ended: {ended}"
    if happened.get("exception"):
        at = happened.get("at")
        return happened["exception"] + (f" (line {at[1]} of {Path(at[0]).name})" if at else "")
    if code < 0:
        return f"the script was ended by {signal.Signals(-code).name}"
    return f"the script ended with exit code {code}" if code else None


def _why_nothing(
    script: Path, happened: dict[str, Any], skipped: tuple[Skipped, ...], error: str | None, code: int
) -> ScriptError:
    name = script.name
    if happened.get("broken"):
        return ScriptError(
            f"lossclinic could not watch {name}: {happened['broken']}.",
            do="please report this with the script; the script itself was not disturbed.",
        )
    if skipped:
        reasons = "\n".join(f"{_at(item)}: {item.reason}" for item in skipped)
        return ScriptError(f"No fit of {name} can be examined.\n{reasons}")
    if error:
        return ScriptError(
            f"{name} ended before any fit, with exit code {code}: {error}.",
            expected="a script that reaches model.fit",
            do="make it run with plain `python` first; arguments for the script go behind `--`.",
        )
    seen = "It never imports Keras" if not happened.get("keras") else "It imports Keras, but never calls model.fit"
    return ScriptError(
        f"There is no training in {name}. {seen}.",
        expected="a script that calls fit on a keras or tf.keras (Keras 3) model",
        do="give the script that trains. Loops of your own (train_on_batch) and the old tf_keras are not watched.",
    )


def _too_slow(script: Path, ended: str, begun: bool) -> ScriptError:
    if begun:
        came = f"{script.name} was ended in the middle of a training that could not be written down: {ended}."
    else:
        came = f"{script.name} came to no training: {ended}."
    return ScriptError(
        came,
        expected="a script that reaches model.fit within the budget",
        do="give it more time (--budget), or fewer rows; --skip-training does without its own training.",
    )


def _at(item: Skipped) -> str:
    return f"Fit {item.fit}" if item.place is None else f"Line {item.place.line}"
