"""Runs a script as `python script.py` would, and watches it: `python -P -m lossclinic.intake.child SPEC.json`.

The specification is a JSON object:

    script         path as the user gave it (becomes sys.argv[0])
    arguments      list of arguments for the script
    folder         where cases go, as fit-001, fit-002, …, beside run.json (what happened)
    max_bytes      what the rows of one case may take
    skip_training  true: capture without training
    serve          number of a fit (1 is the first): do not watch, but hand the model of that fit to
                   `lossclinic.engine.live.serve`, with "address", "authkey" and "case_folder"

Two empty files in the folder carry messages: `begun` is made when the first fit begins, and `time-is-up` by the parent
before it interrupts a script whose time is up.

Only the standard library is imported before the script runs, and nothing that the script does not import itself.
"""

from __future__ import annotations

import builtins
import io
import json
import signal
import sys
import traceback
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from lossclinic.intake.hook import choose_backend, on_import

BEGUN, TIME_IS_UP = "begun", "time-is-up"
PACKAGE = str(Path(__file__).resolve().parents[1])


class Watched:
    """The one script of this process."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        """Get ready; nothing runs yet."""
        self._spec = spec
        self._recorder: Any = None
        self._notes: list[str] = []
        self._exception: str | None = None
        self._at: list[Any] | None = None

    def run(self) -> int | str | None:
        """Run the script to its end.

        Returns:
            What the process should end with: 0, 1 after an exception, 130 after Ctrl-C, or what the script asked for.
        """
        on_import("keras", before=self._choose_backend, after=self._watch)
        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
            # Shells start background jobs deaf to Ctrl-C, and then a time limit could only kill the script.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            _execute(self._spec["script"], self._spec.get("arguments", []))
            return 0
        except SystemExit as request:
            if request.code not in (None, 0):
                self._exception = f"SystemExit: {request.code}"
            return request.code
        except BaseException as error:
            self._note_exception(error)
            return 130 if isinstance(error, KeyboardInterrupt) else 1
        finally:
            self._end()

    def _choose_backend(self) -> None:
        note = choose_backend()
        if note:
            self._notes.append(note)

    def _watch(self, keras: ModuleType) -> None:
        try:
            from lossclinic.intake.recorder import Recorder

            self._recorder = Recorder(self._spec)
            self._recorder.notes += self._notes
            self._recorder.watch(keras)
        except Exception as error:
            print(f"lossclinic: cannot watch this Keras ({type(error).__name__}: {error}).", file=sys.stderr)

    def _note_exception(self, error: BaseException) -> None:
        """Let Python report the exception as ever, without our own frames, and remember its last line."""
        trace = _without_ours(error.__traceback__)
        # The message alone: notes that libraries add to an exception would come last.
        self._exception = f"{type(error).__name__}: {error}".strip().rstrip(":")
        last = traceback.extract_tb(trace)
        script = str(Path(self._spec["script"]).absolute())
        here = [entry for entry in last if entry.filename == script] or list(last)
        self._at = [here[-1].filename, here[-1].lineno] if here else None
        if isinstance(error, KeyboardInterrupt) and self._time_is_up():
            where = f" at line {self._at[1]}" if self._at else ""
            print(f"lossclinic: the script's share of the time is over; it was ended{where}.", file=sys.stderr)
            return
        if self._spec.get("skip_training") and self._recorder is not None and self._recorder.fits:
            where = f" at line {self._at[1]}" if self._at else ""
            print(f"lossclinic: without its training the script stopped{where} ({self._exception}).", file=sys.stderr)
            return
        sys.excepthook(type(error), error.with_traceback(trace), trace)

    def _time_is_up(self) -> bool:
        return bool(self._spec.get("folder")) and Path(self._spec["folder"], TIME_IS_UP).exists()

    def _end(self) -> None:
        recorder = self._recorder
        if recorder is not None:
            recorder.end()
        folder = self._spec.get("folder")
        if not folder:
            return
        happened = {
            "keras": recorder is not None,
            "fits": recorder.fits if recorder else 0,
            "skipped": recorder.skipped if recorder else [],
            "broken": recorder.broken if recorder else "",
            "notes": recorder.notes if recorder else [],
            "exception": self._exception,
            "at": self._at,
        }
        Path(folder, "run.json").write_text(json.dumps(happened, indent=1), encoding="utf-8")


def _execute(script: str, arguments: list[str]) -> None:
    """What `python script arguments…` does, in this process."""
    path = Path(script).absolute()
    sys.argv[:] = [script, *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    module = ModuleType("__main__")
    module.__dict__.update(
        __file__=str(path), __builtins__=builtins, __loader__=SourceFileLoader("__main__", str(path)), __cached__=None
    )
    sys.modules["__main__"] = module
    with io.open_code(str(path)) as file:
        code = compile(file.read(), str(path), "exec", dont_inherit=True)
    exec(code, module.__dict__)


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    """The same traceback without the frames of this package."""
    kept: list[TracebackType] = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
            kept.append(trace)
        trace = trace.tb_next
    for entry, following in zip(kept, [*kept[1:], None], strict=False):
        entry.tb_next = following
    return kept[0] if kept else None


def main() -> None:
    """Entry point; ends the process with the script's own exit code."""
    # The script becomes __main__; this module stays alive under a name of its own.
    sys.modules["lossclinic.intake.child"] = sys.modules["__main__"]
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.exit(Watched(spec).run())


if __name__ == "__main__":
    main()
