"""Finished trials on disk, so that what was trained once is never trained again.

One SQLite file beside the report. Every trial is written in a transaction of its own as soon as it is there: whatever
ends the process, only what was still training is lost. A trial is found again by a hash of everything it depends on, so
trials of another script, seed or version in the same file do no harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core.canonical import content_hash, plain
from lossclinic.core.case import Case
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Attacked, Trial
from lossclinic.core.version import VERSION
from lossclinic.core.yardstick import Yardstick

NAME = "trials.sqlite"
FORMAT = 4
"""Kept in SQLite's `user_version`; trials of another format are trained again."""
PATIENCE_SECONDS = 5.0
"""How long to wait for another run that writes to the same file."""
UNSTORED = ("weights", "answers")
"""What of a trial is too large to keep: a run that asks for it is trained again."""
SERIES = ("train_loss", "val_loss", "train_score", "held_out_score", "held_out_agreement")


def scope_of(case: Case, seed: int, yardstick: Yardstick) -> str:
    """Hash of what all trials of one run depend on: rows, the seed that deals them, the score, and the software."""
    from importlib.metadata import version

    from lossclinic.core.folder import given_weights

    arrays = [case.data.x, case.data.y, case.data.sample_weight, *(given_weights(case.folder) if case.folder else ())]
    digest = hashlib.sha256()
    for array in arrays:
        values = np.ascontiguousarray(np.zeros(0) if array is None else array)
        digest.update(f"{values.dtype}{values.shape}".encode())
        digest.update(values.view(np.uint8).data if values.size else b"")
    software = [VERSION, version("keras"), version("jax"), version("numpy")]
    return content_hash((digest.hexdigest(), case.data.n_train, case.native, case.task, seed, yardstick, software))


class Store:
    """Trials of one scope in one file; trouble with the file never stops a run."""

    def __init__(self, path: Path, scope: str) -> None:
        """Open or make the file.

        Args:
            path: the file. One of another format is emptied, one that is no database is set aside.
            scope: from `scope_of`.
        """
        self.trouble = ""
        """What keeps trials from being stored, for people; "" while they are."""
        self._scope, self._rows = scope, ""
        self._file: sqlite3.Connection | None = None
        try:
            self._file = _open(path)
        except sqlite3.OperationalError as error:
            self._give_up(error)
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError, sqlite3.Error):
                path.rename(path.with_suffix(".damaged"))
                self._file = _open(path)

    def plan(self, seed: int, question: object, decide: Callable[[], int | None]) -> Plan:
        """How rows are dealt, decided once for each question: trials on other rows could not be used again.

        Args:
            seed: the user's.
            question: what the decision depends on, as the user gave it (budget, workers, …); plain data.
            decide: how many rows to use, None for all; asked where an earlier run did not decide already.
        """
        limit, key = decide(), content_hash((self._scope, question))
        if self._file is not None:
            try:
                with self._file:
                    self._file.execute("INSERT OR IGNORE INTO decisions VALUES (?, ?)", (key, limit))
                (limit,) = self._file.execute("SELECT rows FROM decisions WHERE question = ?", (key,)).fetchone()
            except sqlite3.Error as error:
                self._give_up(error)
        self._rows = f" {limit}"
        return Plan(seed, limit)

    def read(self) -> dict[str, tuple[Trial, float]]:
        """All trials of this scope: run key → (trial, seconds without compiling)."""
        if self._file is None:
            return {}
        try:
            rows = self._file.execute(
                "SELECT run, trial, seconds FROM trials WHERE scope = ?", (self._scope + self._rows,)
            )
            return {run: (_from_text(run, text), seconds) for run, text, seconds in rows}
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            self._give_up(error)
            return {}

    def keep(self, trial: Trial, seconds: float) -> None:
        """Write one trial, without its weights and answers; it is safe when this returns."""
        if self._file is None:
            return
        try:
            with self._file:
                row = (self._scope + self._rows, trial.run_key, _to_text(trial), seconds)
                self._file.execute("INSERT OR IGNORE INTO trials VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            self._give_up(error)

    def recall(self, what: str) -> Any:
        """What was kept under a name for this scope, as plain data; None where there is nothing."""
        if self._file is None:
            return None
        try:
            query = "SELECT value FROM results WHERE scope = ? AND what = ?"
            row = self._file.execute(query, (self._scope + self._rows, what)).fetchone()
            return None if row is None else json.loads(row[0])
        except (sqlite3.Error, ValueError) as error:
            self._give_up(error)
            return None

    def remember(self, what: str, value: Any) -> None:
        """Keep a result that is no trial, as plain data; the first one stays."""
        if self._file is None:
            return
        try:
            with self._file:
                row = (self._scope + self._rows, what, json.dumps(plain(value)))
                self._file.execute("INSERT OR IGNORE INTO results VALUES (?, ?, ?)", row)
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with contextlib.suppress(sqlite3.Error):
                self._file.close()
        self._file = None

    def _give_up(self, error: Exception) -> None:
        self.trouble = f"trials could not be kept for a later run ({error})"
        self.close()


def _open(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=PATIENCE_SECONDS)
    try:
        # Readers and one writer at a time, across processes; a full sync makes a trial outlive a power cut.
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        with file:
            if file.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                file.execute("DROP TABLE IF EXISTS trials")
                file.execute("DROP TABLE IF EXISTS decisions")
                file.execute("DROP TABLE IF EXISTS results")
                file.execute(f"PRAGMA user_version = {FORMAT}")
            file.execute(
                "CREATE TABLE IF NOT EXISTS trials "
                "(scope TEXT, run TEXT, trial TEXT NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (scope, run))"
            )
            file.execute(
                "CREATE TABLE IF NOT EXISTS results "
                "(scope TEXT, what TEXT, value TEXT NOT NULL, PRIMARY KEY (scope, what))"
            )
            file.execute("CREATE TABLE IF NOT EXISTS decisions (question TEXT PRIMARY KEY, rows INTEGER)")
    except sqlite3.Error:
        file.close()
        raise
    return file


def _to_text(trial: Trial) -> str:
    return json.dumps(plain({f.name: getattr(trial, f.name) for f in fields(trial) if f.name not in UNSTORED}))


def _from_text(run: str, text: str) -> Trial:
    values: Mapping[str, Any] = json.loads(text)
    trial = Trial(**{**values, "epochs": tuple(values["epochs"])})
    # Strict JSON has no word for NaN and infinities: they come back from their names.
    series = {name: tuple(float(value) for value in values[name]) for name in SERIES}
    locked = values["locked_score"]
    found = values.get("attacked")
    attacked = found and Attacked(float(found["held_out"]), float(found["agreement"]), _number(found["locked"]))
    return replace(trial, run_key=run, locked_score=_number(locked), attacked=attacked, **series)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
