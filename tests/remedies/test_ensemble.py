"""Several networks, averaged."""

from dataclasses import replace

import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.experiments.design import setting_of
from lossclinic.prescribe.words import describe
from lossclinic.remedies.regularisation import ensemble
from lossclinic.testing import example_cases


def test_five_networks_and_what_they_cost():
    recipe = example_cases()["numbers"].recipe
    (treated,) = ensemble.apply(recipe)
    assert treated.members == 5
    (change,) = recipe.diff(treated)
    assert "5 times as long" in describe(change)
    assert "single network" in describe(treated.diff(recipe)[0])
    assert setting_of(recipe, treated) == "5 networks"


def test_members_must_be_able_to_differ():
    recipe = example_cases()["numbers"].recipe
    with pytest.raises(NotApplicable, match="script loads"):
        ensemble.apply(replace(recipe, initial="given"))
    with pytest.raises(NotApplicable, match="already"):
        ensemble.apply(replace(recipe, members=5))
