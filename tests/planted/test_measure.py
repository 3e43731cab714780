"""Measuring counts what was measured, and nothing else."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import planted.measure
import pytest
from planted.archives import Unavailable
from planted.case import Planted


def test_a_training_whose_data_cannot_be_had_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(seed: int) -> Any:
        raise Unavailable("no network")

    case = Planted("far away", "", "far away", absent)
    monkeypatch.setattr(planted.measure, "all_cases", lambda only: [("healthy", case)])
    out = tmp_path / "table.md"
    wanted = Namespace(
        out=str(out), budget="1s", max_trials=None, shard="1/1", seeds=1, in_turn=False, only=(), kind=None, half=None
    )
    assert planted.measure.run(Namespace(**vars(wanted), workers=0)) == []
    assert "left out (far away): no network" in capsys.readouterr().err
    assert not out.with_suffix(".jsonl").exists()
