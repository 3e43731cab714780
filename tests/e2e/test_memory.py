"""The memory cap is kept, with fewer rows where they would not fit."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from lossclinic.core.case import Case, Data
from lossclinic.core.folder import save_case
from lossclinic.core.task import Task
from tests.engine.made import mlp, recipe_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def memory_of(process: psutil.Process) -> int:
    """Bytes that a process and its children have for themselves; pages of files that they share are not counted."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            total += one.memory_full_info().uss
    return total


def test_a_small_cap_is_kept_and_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((200_000, 100), dtype=np.float32)
    y = (x[:, 0] + 0.1 * rng.normal(size=len(x))).astype("float32")
    recipe = recipe_of(mlp(100, (16,)), "MeanSquaredError", "adam", epochs=1, batch_size=512)
    save_case(Case("large", recipe, Task("regression", 1), Data(x, y, len(x))), tmp_path / "cases" / "1")
    options = ("--memory", "900m", "--max-trials", "8", "--quiet", "--out", str(tmp_path / "out"))
    run = subprocess.Popen(
        [sys.executable, "-m", "lossclinic", "run", str(tmp_path), *options], stdout=subprocess.DEVNULL
    )
    process, peak = psutil.Process(run.pid), 0
    while run.poll() is None:
        with suppress(psutil.Error):
            peak = max(peak, memory_of(process))
        time.sleep(0.02)
    (fit,) = json.loads((tmp_path / "out" / "report.json").read_text())["fits"]
    assert 0 < peak <= 900 * 2**20
    assert sum(fit["rows"].values()) < 200_000
    assert any("--memory" in note for note in fit["notes"])
