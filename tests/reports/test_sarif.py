"""What is written is SARIF 2.1.0, as its JSON schema says (`sarif/schema.json`)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from lossclinic.core.case import Place
from lossclinic.core.catalogue import causes
from lossclinic.core.checkup import Checked, Checkup, Sign
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.reports.sarif import write_sarif

HERE = Place("train.py", 3)
SCHEMA = Draft4Validator(json.loads((Path(__file__).parent / "sarif/schema.json").read_text(encoding="utf-8")))


def sign(cause="wrong-loss", level="high", place=HERE, **known):
    return Sign(Finding(cause, "observed", 0.9, 0.9, (Fact("A fact."),), **known), level, place)


def written(folder, *signs, target="train.py", failure=""):
    """The log of such findings, as it lies in the file."""
    checked = Checked("train.py:3", "training", "Answer.", line=3, failure=failure, signs=signs)
    write_sarif(Checkup(target, (checked,)), folder / "out.sarif", folder)
    return json.loads((folder / "out.sarif").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "signs",
    [
        (),
        tuple(sign(level=level) for level in ("low", "medium", "high")),
        (sign(where=Where(layer="dense_1")), sign("missing-values", where=Where(column="Größe in m²"))),
        (sign(place=None), sign(place=Place("/elsewhere/a b.py", 0)), sign(place=Place("ein Pfad/ä.py", 7))),
    ],
    ids=["nothing", "levels", "a layer and a column", "places"],
)
def test_findings_follow_the_schema(tmp_path, monkeypatch, signs):
    monkeypatch.chdir(tmp_path)
    log = written(tmp_path, *signs)
    SCHEMA.validate(log)
    assert len(log["runs"][0]["results"]) == len(signs)


def test_every_cause_of_the_catalogue_makes_a_rule_that_follows_the_schema(tmp_path):
    log = written(tmp_path, *(sign(cause) for cause in causes()))
    SCHEMA.validate(log)
    assert [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]] == sorted(causes())


def test_a_training_that_fails_follows_the_schema(tmp_path):
    log = written(tmp_path, sign(), failure="fit raised ValueError: no rows")
    SCHEMA.validate(log)
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["failing-training", "wrong-loss"]


def test_a_log_of_losses_without_a_script_follows_the_schema(tmp_path):
    SCHEMA.validate(written(tmp_path, sign("too-many-epochs", place=None), target="logs/history.csv"))
