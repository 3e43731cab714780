from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from click.testing import CliRunner

from lossclinic.cli.main import main
from lossclinic.core import catalogue
from lossclinic.core.catalogue import Cause, Remedy
from lossclinic.core.finding import Finding

DOC = "What it is\n----------\nColumns of *very* different scale.\n\nEvidence\n--------\nRatios.\n"


def examine(inputs):
    return Finding("unscaled-inputs", "clear")


CAUSES = {"unscaled-inputs": Cause("unscaled-inputs", "Unscaled inputs", examine, ("standardise-inputs",), "data", DOC)}
REMEDIES = {
    "standardise-inputs": Remedy(
        "standardise-inputs", "Standardise the inputs", lambda recipe: (), "safe", family="data", doc="How."
    )
}


@pytest.fixture(autouse=True)
def small_catalogue(monkeypatch):
    monkeypatch.setattr(catalogue, "causes", lambda: MappingProxyType(CAUSES))
    monkeypatch.setattr(catalogue, "remedies", lambda: MappingProxyType(REMEDIES))


def invoke(*arguments):
    return CliRunner().invoke(main, arguments)


def test_a_cause_shows_its_sections_and_remedies():
    text = invoke("explain", "unscaled-inputs").output
    places = [
        text.index(part) for part in ("Unscaled inputs", "What it is", "very", "Evidence", "Remedies", "Standardise")
    ]
    assert places == sorted(places)
    assert "----" not in text


def test_a_remedy_shows_the_causes_that_use_it():
    text = invoke("explain", "standardise-inputs").output
    assert "How." in text
    assert "Safe" in text
    assert "unscaled-inputs" in text


def test_a_typo_gets_a_suggestion():
    done = invoke("explain", "unscaled-input")
    assert done.exit_code == 2
    assert "Did you mean unscaled-inputs" in done.stderr


def test_a_list_by_family():
    text = invoke("list").output
    places = [
        text.index(part) for part in ("Causes", "Unscaled inputs", "Remedies", "safety", "Standardise the inputs")
    ]
    assert places == sorted(places)
    assert "Remedies" not in invoke("list", "causes").output


def test_a_list_as_json():
    told = json.loads(invoke("list", "causes", "--json").output)
    assert told == {
        "causes": [
            {
                "id": "unscaled-inputs",
                "family": "data",
                "title": "Unscaled inputs",
                "evidence": ["inputs"],
                "remedies": ["standardise-inputs"],
            }
        ]
    }
    assert "safety" in invoke("list", "remedies", "--json").output


def test_an_unknown_kind_is_a_usage_error():
    assert invoke("list", "symptoms").exit_code == 2
