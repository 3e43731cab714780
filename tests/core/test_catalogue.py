"""Entries are found by walking folders; evidence is computed once, when asked for."""

import sys
from types import ModuleType

import pytest

from lossclinic.core.catalogue import Evidence, causes, look_up, remedies
from lossclinic.core.errors import UsageError

THIS_ISSUE = [
    "standardise-inputs",
    "impute-missing",
    "standardise-targets",
    "class-weights",
    "oversample-smote",
    "shuffled-split",
    "matching-loss",
    "matching-output",
    "relu-activations",
    "leaky-relu",
    "elu-activations",
    "widen",
    "deepen",
    "batch-norm",
    "he-initialisation",
    "glorot-initialisation",
    "learning-rate",
    "momentum",
    "adam",
    "rmsprop",
    "adagrad",
    "more-epochs",
    "l2",
    "l1",
    "dropout",
    "weaker-regularisation",
    "early-stopping",
    "keep-best-weights",
    "augment-images",
]


@pytest.fixture
def measured(monkeypatch):
    """Two measurements, the second made from the first; the list tells which were computed."""
    calls = []

    def rows_counted(case):
        calls.append("rows_counted")
        return len(case)

    def rows_doubled(rows_counted, recipe):
        calls.append("rows_doubled")
        return 2 * rows_counted

    for function in (rows_counted, rows_doubled):
        module = ModuleType(f"lossclinic.evidence.{function.__name__}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return calls


@pytest.mark.parametrize("name", THIS_ISSUE)
def test_every_remedy_is_found_in_the_file_of_its_name(name):
    remedy = remedies()[name]
    assert remedy.apply.__module__ == f"lossclinic.remedies.{remedy.family}.{name.replace('-', '_')}"
    assert "Does not apply" in remedy.doc
    assert "Reference: " in remedy.doc


@pytest.mark.parametrize("name", causes())
def test_every_cause_is_found_in_the_file_of_its_name(name):
    cause = causes()[name]
    assert cause.examine.__module__ == f"lossclinic.causes.{cause.family}.{name.replace('-', '_')}"


def test_looking_up_a_misspelt_name_suggests_the_right_one():
    assert look_up("widen").title == "Make hidden layers wider"
    with pytest.raises(UsageError, match="widen"):
        look_up("wideN")
    with pytest.raises(UsageError, match="lossclinic list"):
        look_up("zzzzzz")


def test_evidence_is_computed_once_and_in_order(measured):
    evidence = Evidence({"case": "abc", "recipe": None})
    assert evidence["rows_doubled"] == 6
    assert evidence["rows_doubled"] == evidence.call(lambda rows_counted: 2 * rows_counted)
    assert measured == ["rows_counted", "rows_doubled"]


def test_a_new_recipe_keeps_what_does_not_depend_on_it(measured):
    evidence = Evidence({"case": "abc", "recipe": None})
    assert evidence["rows_doubled"] == 6
    assert evidence.changed(recipe="other")["rows_doubled"] == 6
    assert measured == ["rows_counted", "rows_doubled", "rows_doubled"]


def test_evidence_that_nobody_measures_is_named():
    with pytest.raises(UsageError, match="phlogiston"):
        Evidence({})["phlogiston"]
