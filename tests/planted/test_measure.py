"""Measuring counts what was measured, and nothing else."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import planted.measure
import pytest
from planted.archives import Unavailable
from planted.case import Planted
from planted.measure import Result, all_cases, read_results


def wanted(out: Path) -> Namespace:
    return Namespace(
        out=str(out), budget="1s", max_trials=None, shard="1/1", seeds=1, in_turn=False, only=(), kind=None, half=None,
        workers=0,
    )  # fmt: skip


def test_what_a_fault_costs_is_added_to_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(seed: int) -> Any:
        raise AssertionError("it was measured before")

    case = Planted("a", "overfitting", "a", nowhere, sound=nowhere)
    result = Result("planted", "overfitting", "a", "a", 0, "1s", (), (), (), "nothing-to-fix", None, 1.0)
    out = tmp_path / "table.md"
    out.with_suffix(".jsonl").write_text(json.dumps(asdict(result)) + "\n")
    monkeypatch.setattr(planted.measure, "all_cases", lambda only: [("planted", case)])
    monkeypatch.setattr(planted.measure, "cost_of", lambda case, seed: 0.2)
    assert planted.measure.run(wanted(out)) == [replace(result, cost=0.2)]
    assert read_results(out.with_suffix(".jsonl")) == [replace(result, cost=0.2)]
    assert len(out.with_suffix(".jsonl").read_text().splitlines()) == 1


def test_a_control_is_the_training_before_the_fault() -> None:
    kinds = [(kind, case) for kind, case in all_cases(("too-few-epochs",)) if kind in ("planted", "control")]
    planted_cases, controls = ([c for k, c in kinds if k == kind] for kind in ("planted", "control"))
    assert len(controls) * 3 == len(planted_cases)
    for control in controls:
        (own,) = (c for c in planted_cases if c.name == control.name)
        assert own.sound is not None
        assert (control.make, control.sound) == (own.sound, None)


def test_a_training_whose_data_cannot_be_had_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(seed: int) -> Any:
        raise Unavailable("no network")

    case = Planted("far away", "", "far away", absent)
    monkeypatch.setattr(planted.measure, "all_cases", lambda only: [("healthy", case)])
    out = tmp_path / "table.md"
    assert planted.measure.run(wanted(out)) == []
    assert "left out (far away): no network" in capsys.readouterr().err
    assert not out.with_suffix(".jsonl").exists()
