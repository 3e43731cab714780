"""Every cause and remedy that discovery finds keeps the catalogue's contract."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

import lossclinic
from lossclinic.core.catalogue import DOC_HEADINGS, causes, remedies

GIVEN = {"case", "recipe", "baseline", "lab", "plan"}
ROOM = Path(lossclinic.__file__).parent


@pytest.mark.parametrize("name", causes())
def test_cause_keeps_the_contract(name):
    cause = causes()[name]
    assert (ROOM / "causes" / cause.family / f"{name.replace('-', '_')}.py").exists()
    assert cause.title[0].isupper()
    assert not cause.title.endswith(".")
    marks = re.findall(r"^(.+)\n-{3,}$", cause.doc, flags=re.M)
    assert tuple(marks) == DOC_HEADINGS
    bodies = re.split(r"^.+\n-{3,}$", cause.doc, flags=re.M)
    assert all(body.strip() for body in bodies)


@pytest.mark.parametrize("name", causes())
def test_cause_asks_for_evidence_that_exists(name):
    glance = causes()[name].glance
    looked_at = () if glance is None else tuple(inspect.signature(glance).parameters)
    for argument in (*causes()[name].requires, *looked_at):
        if argument not in GIVEN:
            module = importlib.import_module(f"lossclinic.evidence.{argument}")
            assert callable(getattr(module, argument))


@pytest.mark.parametrize("name", causes())
def test_cause_names_remedies_that_exist(name):
    known = remedies()
    if not known:
        pytest.skip("there are no remedies yet")
    assert set(causes()[name].remedies) <= known.keys()


@pytest.mark.parametrize("name", remedies())
def test_remedy_keeps_the_contract(name):
    remedy = remedies()[name]
    assert (ROOM / "remedies" / remedy.family / f"{name.replace('-', '_')}.py").exists()
    assert remedy.title[0].isupper()
    assert remedy.doc
    assert remedy.safety in ("safe", "changes-meaning", "advice")
