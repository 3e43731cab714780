"""Every cause and every remedy that is found keeps the public contract."""

import copy
from dataclasses import replace

import pytest

from lossclinic.core import architecture
from lossclinic.core.catalogue import DOC_HEADINGS, Cause, Remedy, causes, remedies
from lossclinic.core.finding import Finding
from lossclinic.testing import check_cause, check_remedy, example_cases


@pytest.mark.parametrize("name", remedies())
def test_remedy_keeps_the_contract(name):
    check_remedy(remedies()[name])


@pytest.mark.parametrize("name", causes())
def test_cause_keeps_the_contract(name):
    check_cause(causes()[name])


def test_a_remedy_that_does_nothing_is_found_out():
    with pytest.raises(AssertionError, match="the same as before"):
        check_remedy(Remedy("idle", "Do nothing", lambda recipe: (recipe,)))


def test_a_remedy_that_changes_its_argument_is_found_out():
    def spoil(recipe):
        recipe.optimizer["config"]["learning_rate"] = recipe.optimizer["config"]["learning_rate"] * 2
        return (recipe,)

    case = example_cases()["numbers"]
    cases = {"own": replace(case, recipe=copy.deepcopy(case.recipe))}
    with pytest.raises(AssertionError, match="changed the recipe"):
        check_remedy(Remedy("spoil", "Change the argument", spoil), cases)


def test_a_cause_without_headings_is_found_out():
    cause = Cause("bare", "No headings", lambda case: Finding("bare", "clear"))
    with pytest.raises(AssertionError, match="What it is"):
        check_cause(cause)


def test_a_finding_that_is_more_than_certain_is_found_out():
    doc = "\n".join(f"{heading}\n{'-' * len(heading)}" for heading in DOC_HEADINGS)
    cause = Cause(
        "sure", "Too sure", lambda share: Finding("sure", "suspected", confidence=share, reason="So."), doc=doc
    )
    check_cause(cause, {"share": 0.5, "unused": None})
    with pytest.raises(AssertionError, match="confidence"):
        check_cause(cause, {"share": 1.5})


def test_a_remedy_that_loses_a_layer_shape_is_found_out():
    def cut(recipe):
        output = architecture.output_layer(recipe.model)
        return (replace(recipe, model=architecture.with_config(recipe.model, output.name, units=9)),)

    with pytest.raises(AssertionError, match="the output"):
        check_remedy(Remedy("cut", "Change the output", cut))
