from __future__ import annotations

import numpy as np

from lossclinic.core.case import Case, Data
from lossclinic.core.catalogue import Evidence
from lossclinic.core.finding import Finding
from lossclinic.core.task import Task
from lossclinic.core.trial import Arm
from lossclinic.experiments.design import design_arms, without
from tests.experiments.recipes import recipe

CASE = Case(
    "a", recipe(), Task("regression", 1), Data(np.random.default_rng(0).normal(50, 20, (50, 4)), np.zeros(50), 50)
)
EVIDENCE = Evidence({"case": CASE, "recipe": CASE.recipe})


def _suspect(cause: str, confidence: float, *remedies: str) -> Finding:
    return Finding(cause, "suspected", confidence=confidence, remedies=remedies)


def _findings(*findings: Finding) -> dict[str, Finding]:
    return {finding.cause: finding for finding in findings}


def test_only_suspicions_with_remedies_become_arms_most_confident_first():
    findings = _findings(
        _suspect("weak-optimizer", 0.3, "momentum"),
        _suspect("unscaled-inputs", 0.9, "standardise-inputs"),
        Finding("overfitting", "clear", remedies=("dropout",)),
    )
    arms = design_arms(findings, Arm(CASE.recipe), EVIDENCE).arms
    assert arms[0].remedies[0] == "standardise-inputs"
    assert {arm.remedies[0] for arm in arms} == {"standardise-inputs", "momentum"}


def test_a_recipe_that_two_causes_ask_for_belongs_to_the_more_confident_one():
    findings = _findings(
        _suspect("too-many-epochs", 0.2, "standardise-inputs"), _suspect("unscaled-inputs", 0.8, "standardise-inputs")
    )
    (arm,) = design_arms(findings, Arm(CASE.recipe), EVIDENCE).arms
    assert arm.causes == ("unscaled-inputs",)


def test_a_remedy_that_does_not_fit_says_why():
    findings = _findings(_suspect("class-imbalance", 0.8, "class-weights"))
    design = design_arms(findings, Arm(CASE.recipe), EVIDENCE)
    assert not design.arms
    assert design.not_applicable["class-imbalance", "class-weights"]


def test_leaving_a_remedy_out_keeps_the_others():
    first = design_arms(_findings(_suspect("a", 0.9, "standardise-inputs")), Arm(CASE.recipe), EVIDENCE).arms[0]
    both = design_arms(_findings(_suspect("b", 0.9, "relu-activations")), first, EVIDENCE).arms[0]
    assert both.remedies == ("standardise-inputs", "relu-activations")
    rest = without(both, CASE.recipe, 0, EVIDENCE)
    assert rest is not None
    assert rest.remedies == ("relu-activations",)
    assert rest.recipe.inputs == ()
    assert rest.recipe.model == both.recipe.model
    assert without(both, CASE.recipe, 1, EVIDENCE).recipe == first.recipe
