"""Composition on tiny catalogues made by hand: what is kept, what is dropped, when it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core.case import Case, Data
from lossclinic.core.catalogue import Cause, Evidence, Remedy
from lossclinic.core.errors import NotApplicable
from lossclinic.core.finding import Finding
from lossclinic.core.progress import Silent
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.experiments import design, pick
from lossclinic.experiments.compose import Composition, compose
from lossclinic.experiments.screen import train_baseline
from tests.experiments.recipes import recipe
from tests.experiments.trials import HandLab

BASE = recipe()
CASE = Case("by hand", BASE, Task("regression", 1), Data(np.zeros((50, 4)), np.zeros(50), 50))
CHANGES = {
    "scale": {"inputs": ("standardise",)},
    "scale-targets": {"standardise_targets": True},
    "longer": {"epochs": 40},
}


def remedy(name: str) -> Remedy:
    def apply(recipe: Recipe) -> tuple[Recipe, ...]:
        changed = replace(recipe, **CHANGES[name])
        if changed == recipe:
            raise NotApplicable("done already")
        return (changed,)

    return Remedy(name, name, apply)


def has(recipe: Recipe, name: str) -> bool:
    return replace(recipe, **CHANGES[name]) == recipe


def cause(name: str, *remedies: str, confidence: float = 0.5, seen: Callable[[Recipe], bool] = lambda r: True) -> Cause:
    def examine(recipe: Recipe) -> Finding:
        status = "suspected" if seen(recipe) else "clear"
        return Finding(name, status, 0.5, confidence, remedies=remedies)

    return Cause(name, name, examine, remedies)


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Composition]:
    """Compose with a few causes, in a lab that scores recipes by the changes they have."""
    for room in (design, pick):
        monkeypatch.setattr(room, "remedies", lambda: {name: remedy(name) for name in CHANGES})

    def run(score: Callable[[set[str]], float], *causes: Cause, afford=lambda arms: arms) -> Composition:
        monkeypatch.setattr(design, "causes", lambda: {c.id: c for c in causes})
        lab = HandLab(lambda r, seed: score({name for name in CHANGES if has(r, name)}) * (1 + seed / 100))
        start = train_baseline(lab, BASE, (0, 1, 2))
        evidence = Evidence({"case": CASE, "recipe": BASE, "lab": lab, "baseline": start})
        return compose(lab, evidence, start, min_gain=0.05, progress=Silent(), afford=afford)

    return run


def test_two_faults_take_two_remedies_the_larger_first(composed):
    factors = {"scale": 0.6, "longer": 0.4}
    result = composed(
        lambda has: float(np.prod([factors[name] for name in has])), cause("a", "scale"), cause("b", "longer")
    )
    assert result.arm.remedies == ("longer", "scale")
    assert result.arm.causes == ("b", "a")
    assert result.arm.recipe == replace(BASE, epochs=40, inputs=("standardise",))


def test_a_remedy_that_a_later_one_makes_needless_is_dropped(composed):
    def score(has: set[str]) -> float:
        return 0.3 if "longer" in has else 0.5 if "scale" in has else 1.0

    result = composed(score, cause("likely", "scale", confidence=0.9), cause("unlikely", "longer", confidence=0.3))
    assert [r.arm.remedies for r in result.tried if len(r.arm.remedies) == 2] == [("scale", "longer")]
    assert result.arm.remedies == ("longer",)
    assert result.arm.recipe == replace(BASE, epochs=40)


@pytest.mark.parametrize(("other", "kept"), [(0.49, "scale"), (0.2, "longer")])
def test_of_one_causes_remedies_the_first_is_kept_unless_another_is_clearly_better(composed, other, kept):
    def score(has: set[str]) -> float:
        return other if "longer" in has else 0.5 if "scale" in has else 1.0

    assert composed(score, cause("a", "scale", "longer")).arm.remedies == (kept,)


def test_where_nothing_helps_the_users_recipe_stays_and_all_tries_are_told(composed):
    result = composed(lambda has: 1.0 + 0.1 * len(has), cause("a", "scale", "longer"), cause("b", "scale-targets"))
    assert result.arm.recipe == BASE
    assert result.arm.remedies == ()
    assert {r.arm.name for r in result.tried} == {"scale", "longer", "scale-targets"}
    assert all(r.gain < 0 for r in result.tried)


def test_a_fault_behind_another_one_comes_to_light(composed):
    def score(has: set[str]) -> float:
        return 0.1 if has == {"scale", "longer"} else 0.5 if "scale" in has else 1.0

    behind = cause("behind", "longer", seen=lambda r: has(r, "scale"))
    result = composed(score, cause("front", "scale"), behind)
    assert result.arm.remedies == ("scale", "longer")
    assert result.findings["behind"].status == "suspected"


def test_what_does_not_fit_the_recipe_is_told_with_its_reason(composed, monkeypatch):
    monkeypatch.setitem(CHANGES, "longer", {"epochs": BASE.epochs})
    result = composed(lambda has: 1.0, cause("a", "longer"))
    assert result.tried == ()
    assert result.not_applicable == {("a", "longer"): "done already"}


def test_what_the_budget_does_not_allow_is_not_tried(composed):
    result = composed(lambda has: 0.5 ** len(has), cause("a", "scale"), cause("b", "longer"), afford=lambda arms: ())
    assert result.tried == ()
    assert result.arm.remedies == ()
