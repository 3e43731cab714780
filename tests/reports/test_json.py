from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lossclinic.core.report import Agreement, Band, Report
from lossclinic.reports.json import dump_json, report_to_dict, write_json

from .sample import attacked_fit, healthy_fit, repaired_fit, sample_report

TOP = {"schema", "script", "budget_s", "elapsed_s", "fits"}
FIT = {
    "line",
    "task",
    "rows",
    "yardstick",
    "baseline",
    "references",
    "findings",
    "prescription",
    "ending",
}
FINDING = {"cause", "status", "severity", "confidence", "where", "evidence", "remedies", "effect", "reason"}
PRESCRIPTION = {
    "remedies",
    "changes",
    "verified",
    "why_not",
    "gain",
    "p_better",
    "failure_rate",
    "learn_nothing",
    "locked",
    "diff",
    "script",
    "model",
}


def test_the_accuracy_or_dice_coefficient_stands_beside_the_score():
    known = Agreement("Dice coefficient", Band(0.7, 0.6, 0.8), Band(0.9, 0.85, 0.92))
    told = report_to_dict(Report("a.py", 1, 1, (replace(repaired_fit(), agreement=known), repaired_fit())))["fits"]
    assert told[0]["agreement"] == {
        "name": "Dice coefficient",
        "better": "higher",
        "baseline": {"median": 0.7, "low": 0.6, "high": 0.8},
        "treated": {"median": 0.9, "low": 0.85, "high": 0.92},
    }
    assert told[1]["agreement"] is None


def test_it_has_every_key_of_schema_1():
    told = report_to_dict(sample_report())
    fit = told["fits"][0]
    assert told["schema"] == 1
    assert told.keys() >= TOP
    assert fit.keys() >= FIT
    assert set(fit["rows"]) == {"train", "held_out", "locked"}
    assert fit["yardstick"] == {"name": "mean squared error", "better": "lower"}
    assert set(fit["baseline"]["train"]) == set(fit["baseline"]["held_out"]) == {"median", "low", "high"}
    assert all(set(mark) == {"name", "held_out"} for mark in fit["references"])
    assert all(finding.keys() >= FINDING for finding in fit["findings"])
    first = fit["findings"][0]
    assert set(first["effect"]) == {"median", "low", "high", "p_better", "pairs"}
    assert set(first["where"]) == {"layer", "column", "line"}
    assert set(first["evidence"][0]) == {"text", "value"}
    assert fit["findings"][-1]["where"] is None
    assert fit["findings"][-1]["effect"] is None
    assert fit["prescription"].keys() >= PRESCRIPTION
    assert set(fit["prescription"]["locked"]) == {"baseline", "treated"}
    assert told["fits"][1]["prescription"] is None


def test_numbers_that_are_not_finite_become_null():
    fit = replace(repaired_fit(), baseline_train=Band(float("inf"), float("nan"), 2.0))
    text = dump_json(Report("train.py", 1.0, 2.0, (fit,)))
    told = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not strict JSON"))
    assert told["fits"][0]["baseline"]["train"] == {"median": None, "low": None, "high": 2.0}
    assert told["fits"][0]["history"]["loss"] == [1.2, None, 0.8]


def test_equal_reports_give_equal_text_and_the_file_holds_it(tmp_path):
    write_json(sample_report(), tmp_path / "report.json")
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == dump_json(sample_report())


def test_a_report_without_a_training_is_still_written():
    told = report_to_dict(Report(None, 120.0, 1.0, ()))
    assert told["fits"] == []
    assert told["exit_code"] == 3


def test_the_report_gives_itself_as_a_dict():
    assert sample_report().to_dict() == report_to_dict(sample_report())


def test_the_attack_is_there_for_programs():
    told = report_to_dict(Report("train.py", 120.0, 10.0, (attacked_fit(), healthy_fit())))
    found, none = (fit["under_attack"] for fit in told["fits"])
    assert none is None
    assert found["sweep"][1] == {
        "size": 0.1,
        "baseline": {"right": 0.238, "score": 3.08},
        "treated": {"right": 0.805, "score": 0.48},
    }
    assert [check["outcome"] for check in found["checks"]] == ["passed"] * 3
    assert found["believable"]
    json.dumps(told, allow_nan=False)
