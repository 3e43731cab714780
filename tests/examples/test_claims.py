"""The claims of the articles are answered from a report, and every claim has its example."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from examples.claims import Claim, answer_claim, read_claims

EXAMPLES = Path(__file__).parents[2] / "examples"
TOOLS = ("claims.py", "measure.py")
SCRIPTS = sorted(s for s in EXAMPLES.rglob("*.py") if s.name not in TOOLS)
GAIN = {"median": 0.31, "low": 0.2, "high": 0.4, "p_better": 1.0, "pairs": 5}


def report(*findings: dict[str, Any], arms: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"fits": [{"findings": list(findings), "arms": list(arms)}]}


def arm(name: str, median: float, stage: str = "confirmed") -> dict[str, Any]:
    gain = {"median": median, "low": median - 0.1, "high": median + 0.1}
    return {"remedies": [name], "gain": gain, "pairs": 5, "stage": stage, "verdict": "verified"}


def finding(cause: str, status: str, effect: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"cause": cause, "status": status, "effect": effect, "reason": "why"}


def test_a_refuted_claim_names_the_noise_floor() -> None:
    claim = Claim("A", "x", "one neuron is too little", cause="too-little-capacity")
    said = answer_claim(claim, report(finding("too-little-capacity", "refuted"), finding("noise-floor", "observed")))
    assert said == "The article says one neuron is too little; the experiment says no: its loss is at the noise floor."


def test_a_confirmed_claim_gives_its_gain() -> None:
    claim = Claim("A", "x", "it is too small", cause="too-little-capacity")
    said = answer_claim(claim, report(finding("too-little-capacity", "confirmed", GAIN)))
    assert "yes" in said
    assert "lowers the held-out loss by 31 % (20 to 40 %)" in said


def test_a_harmful_remedy_raises_the_loss() -> None:
    claim = Claim("A", "x", "SMOTE helps", remedy=("oversample-smote",))
    said = answer_claim(claim, report(arms=(arm("oversample-smote", -0.25),)))
    assert "raises the held-out loss by 25 % (15 to 35 %)" in said


def test_a_confirmed_arm_speaks_before_a_screened_one() -> None:
    claim = Claim("A", "x", "it helps", remedy=("dropout", "l2"))
    said = answer_claim(claim, report(arms=(arm("dropout", 0.5, "screened"), arm("l2", 0.2))))
    assert "l2 lowers" in said
    assert "not confirmed" in answer_claim(claim, report(arms=(arm("dropout", 0.5, "screened"),)))


def test_what_was_not_tried_is_not_answered() -> None:
    claim = Claim("A", "x", "it helps", remedy=("adam",))
    assert "not tried" in answer_claim(claim, report())


def test_every_article_has_a_claim_and_every_claim_an_example() -> None:
    claims = read_claims()
    assert len({claim.article for claim in claims}) == 5
    for claim in claims:
        assert (EXAMPLES / f"{claim.example}.py").exists()
        assert bool(claim.cause) != bool(claim.remedy)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.stem)
def test_examples_parse_open_with_their_story_and_fit_once(script: Path) -> None:
    text = script.read_text()
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    assert text.startswith("# ")
    assert (
        sum(
            call.func.attr == "fit" and call.func.value.id == "model"
            for call in calls
            if isinstance(call.func.value, ast.Name)
        )
        == 1
    )
