from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from lossclinic.reports.json import report_to_dict

from ..reports.sample import sample_report

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert gone == []


def test_every_runtime_dependency_is_justified():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[>=<;\[ ]", line)[0] for line in project["dependencies"]}
    table = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs/dependencies.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert names == set(table)


def test_every_key_of_the_json_report_is_described():
    text = (ROOT / "docs/report-json.md").read_text(encoding="utf-8")
    told = report_to_dict(sample_report())
    fit = told["fits"][0]
    keys = {*told, *fit, *fit["findings"][0], *fit["prescription"]}
    assert {key for key in keys if f"`{key}`" not in text} == set()
