"""Killed again and again, wherever it stands, a run loses nothing that was finished and ends with the same verdict."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a list of processes"),
]
KILLS = 6
SCRIPT = """
import keras
import numpy as np

rng = np.random.default_rng(0)
x = (rng.normal(0, 1, (300, 3)) * [1000, 1, 0.1]).astype("float32")
y = x[:, 0] / 1000 + np.sin(2 * x[:, 1])
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, validation_split=0.2, epochs=15, verbose=0)
"""


def start(target: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lossclinic", "run", str(target), "--out", str(out), "--budget", "5m", "--quiet"]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(folder.name))
    return found


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def stored(out: Path) -> set[str]:
    path = out / "trials.sqlite"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path, timeout=10)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = file.execute("SELECT name FROM sqlite_master WHERE name = 'trials'").fetchall()
        return {run for (run,) in file.execute("SELECT run FROM trials")} if tables else set()


def verdict(out: Path) -> Any:
    (fit,) = json.loads((out / "report.json").read_text())["fits"]
    plan = fit["prescription"]
    causes = sorted((f["cause"], f["status"]) for f in fit["findings"])
    return fit["ending"], causes, fit["baseline"], plan and (plan["remedies"], plan["gain"], plan["p_better"])


def die_at(process: subprocess.Popen[bytes], out: Path, count: int, rng: random.Random) -> None:
    """Kill a run at a moment of chance soon after so many trainings are stored; every other time, workers first."""
    while process.poll() is None and len(stored(out)) < count:
        time.sleep(0.05)
    if rng.random() < 0.5:
        for child in children(process.pid)[-2:]:
            kill(child)
        time.sleep(rng.uniform(0, 1))
    time.sleep(rng.uniform(0, 0.3))
    kill(process.pid)
    process.wait()


def test_kills_all_along_a_run_change_nothing(tmp_path: Path) -> None:
    script, whole, killed = tmp_path / "train.py", tmp_path / "whole", tmp_path / "killed"
    script.write_text(SCRIPT)
    assert start(script, whole).wait() == 0
    shutil.copytree(whole / "cases", killed / "cases")
    rng = random.Random(0)
    known: set[str] = set()
    halfway = 0
    total = len(stored(whole))
    for place in sorted(rng.sample(range(int(0.8 * total)), KILLS)):
        die_at(start(killed, killed), killed, max(place, len(known) + 1), rng)
        now = stored(killed)
        assert known <= now
        halfway += 0 < len(now) < total
        known = now
    # Between the count and the kill a run goes on, so the last one may have come too late.
    assert halfway >= KILLS // 2
    assert start(killed, killed).wait() == 0
    assert verdict(killed) == verdict(whole)
