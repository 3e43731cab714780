"""The parent's side of native training: the script runs again in a child process and serves trainings there."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from lossclinic.core.case import Case
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.look import Look


class NativeWorker:
    """A child process in which the script has come as far as its fit, and trains what it is sent."""

    def __init__(self, case: Case, plan: Plan, yardstick: Yardstick) -> None:
        """Start the script in the background.

        Args:
            case: the saved case; its folder ends in the number of its fit ("fit-001").
            plan: how rows are dealt.
            yardstick: the score.

        Raises:
            CannotRebuild: the case does not come from a script.
        """
        number = re.search(r"(\d+)$", Path(case.folder).name)
        if case.source.script is None:
            raise CannotRebuild(
                case.native or "this model cannot be written down as plain data",
                expected="built-in Keras classes, or a training script to run again",
                do="run `lossclinic run SCRIPT.py` on the script that makes and trains the model.",
            )
        self._plan, self._yardstick = plan, yardstick
        key = secrets.token_bytes(16)
        self._listener = Listener(authkey=key)
        spec = {
            "script": case.source.script,
            "arguments": list(case.source.arguments),
            "serve": int(number.group(1)) if number else 1,
            "address": self._listener.address,
            "authkey": key.hex(),
            "case_folder": case.folder,
        }
        self._process = _start(spec)
        self._connected: Future[Connection] = Future()
        self._turn = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def ready(self) -> bool:
        """True: the script is on its way to its fit."""
        return True

    @property
    def pids(self) -> tuple[int, ...]:
        """Id of the child process."""
        return (self._process.pid,)

    def train(self, run: Run, seconds_left: float) -> Future[Any]:
        """Train one run; the result is (trial, its seconds)."""
        future: Future[Any] = Future()
        threading.Thread(target=self._ask, args=(future, run, seconds_left), daemon=True).start()
        return future

    def look(self, what: Look, recipe: Recipe, seed: int, seconds_left: float) -> Future[Any]:
        """Nothing is looked into in the script's own process; the result is None."""
        del what, recipe, seed, seconds_left
        future: Future[Any] = Future()
        future.set_result(None)
        return future

    def kill(self) -> None:
        """End the child process."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._listener.close()

    def _accept(self) -> None:
        try:
            self._connected.set_result(self._listener.accept())
        except Exception as error:
            with contextlib.suppress(Exception):
                self._connected.set_exception(error)

    def _watch(self) -> None:
        """A script that ends before its fit leaves nobody to connect: say so instead of waiting."""
        code = self._process.wait()
        if not self._connected.done():
            error = RuntimeError(f"run again, the script ended before this fit (exit code {code})")
            with contextlib.suppress(Exception):
                self._connected.set_exception(error)

    def _ask(self, future: Future[Any], run: Run, seconds_left: float) -> None:
        try:
            with self._turn:
                connection = self._connected.result()
                connection.send((run, self._plan, self._yardstick, seconds_left))
                trial = connection.recv()
            future.set_result((trial, trial.seconds))
        except BaseException as error:
            with contextlib.suppress(Exception):
                future.set_exception(RuntimeError("the script's process died") if _hung_up(error) else error)


def _hung_up(error: BaseException) -> bool:
    return isinstance(error, (EOFError, ConnectionError))


def _start(spec: dict[str, Any]) -> subprocess.Popen[bytes]:
    folder = Path(tempfile.mkdtemp(prefix="lossclinic-"))
    path = folder / "serve.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "lossclinic.intake.child", str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
