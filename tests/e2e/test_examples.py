"""Whole runs of the command on example scripts: the right answer, for the right reason, with a repair that runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def _run(script: Path, out: Path) -> tuple[dict, subprocess.CompletedProcess[str]]:
    command = [sys.executable, "-m", "lossclinic", "run", str(script), "--out", str(out), "--quiet"]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=out.parent, check=False)
    assert (out / "report.json").exists(), done.stdout + done.stderr
    return json.loads((out / "report.json").read_text()), done


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("deep_sigmoid", "saturating-activations"),
        ("learning_rate", "learning-rate-too-high"),
        ("unshuffled", "unshuffled-split"),
        ("missing_values", "missing-values"),
    ],
)
def test_an_ailing_example_is_repaired_for_the_right_reason(name, cause, tmp_path):
    report, done = _run(EXAMPLES / f"{name}.py", tmp_path / "report")
    fit = report["fits"][0]
    assert fit["ending"] == "repaired", fit["answer"]
    assert cause in {f["cause"] for f in fit["findings"] if f["status"] == "confirmed"}
    assert done.returncode == 0
    prescription = fit["prescription"]
    assert prescription["verified"]
    locked = prescription["locked"]
    # A baseline whose every run fails has no score of its own.
    assert locked["baseline"] is None or locked["treated"] < locked["baseline"]
    assert prescription["rerun"]["ran"], prescription["rerun"]["words"]
    assert prescription["rerun"]["kept"], prescription["rerun"]["words"]
    assert (tmp_path / "report" / "report.html").stat().st_size > 10_000
    assert (tmp_path / "report" / "model.keras").exists()


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["iris", "breast_cancer"])
def test_a_healthy_training_has_no_confirmed_cause(name, tmp_path):
    report, done = _run(EXAMPLES / "healthy" / f"{name}.py", tmp_path / "report")
    fit = report["fits"][0]
    assert fit["ending"] == "nothing-to-fix", fit["answer"]
    assert not [f for f in fit["findings"] if f["status"] == "confirmed"]
    assert done.returncode == 0
