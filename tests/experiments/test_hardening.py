"""Remedies against attacks: judged under attack, on top of the repair, with the price on rows as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lossclinic.core.canonical import plain
from lossclinic.core.case import Case, Data
from lossclinic.core.catalogue import Evidence
from lossclinic.core.finding import Finding
from lossclinic.core.probe import Attack, Strength
from lossclinic.core.progress import Silent
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.core.threat import Threat
from lossclinic.core.trial import Arm, Attacked, Run, Trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.evidence.robustness import Robustness
from lossclinic.experiments.answer import fit_report
from lossclinic.experiments.hardening import Hardening, harden
from lossclinic.experiments.investigate import Investigated
from lossclinic.experiments.robust import hardened, objection, robust_report, settled
from lossclinic.experiments.screen import train_baseline
from tests.experiments.recipes import recipe
from tests.experiments.states import ROWS
from tests.experiments.test_attack_checks import GOOD
from tests.experiments.trials import HandLab, trial

THREAT = Threat(0.1)
BASE = recipe()
CASE = Case("train.py:3", BASE, Task("binary", 2, (0, 1)), Data(np.zeros((50, 4)), np.zeros(50), 50))
YARDSTICK = Yardstick("log-loss", CASE.task, trivial=0.7)
SEEN = Finding("not-robust", "observed", 0.4, 0.9, remedies=("adversarial-training",), reason="it falls", is_fact=True)
STANDS = replace(GOOD, sweep=(Strength(0.0, 0.95, 0.2), Strength(1.0, 0.8, 0.5), Strength(4.0, 0.0, 8.0)))


class AttackedLab(HandLab):
    """Recipes with adversarial training lose a little on rows as they are and win a lot under attack."""

    def __init__(self, clean: float = 1.1, moved: float = 0.2, after: Attack = STANDS) -> None:
        super().__init__(lambda recipe, seed: 0.2)
        self.clean, self.moved, self.after = clean, moved, after

    @property
    def yardstick(self) -> Yardstick:
        return YARDSTICK

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        self.trained += runs
        return tuple(self._trial(run) for run in runs)

    def _trial(self, run: Run) -> Trial:
        noise = float(np.exp(np.random.default_rng([run.seed, int(run.recipe.key[:8], 16)]).normal(0, 0.01)))
        hard = run.recipe.adversarial is not None
        score = 0.2 * noise * (self.clean if hard else 1.0)
        made = trial(score, score, key=run.key)
        if run.attack is None:
            return made
        moved = 2.0 * noise * (self.moved if hard else 1.0)
        return replace(made, attacked=Attacked(moved, 0.5, moved if run.locked else None))

    def measure(self, what: Any, recipe: Recipe, seed: int) -> dict[str, Any] | None:
        return plain(self.after if recipe.adversarial else GOOD) if isinstance(what, Threat) else None


def outcome(
    lab: AttackedLab, found: Finding = SEEN, asked: Sequence[str] = (), repaired: Arm | None = None
) -> Hardening:
    baseline = train_baseline(lab, BASE, (0, 1, 2))
    given = {"case": CASE, "recipe": BASE, "threat": THREAT, "robustness": Robustness(THREAT, (GOOD, GOOD))}
    return harden(
        lab, Evidence(given), baseline, found, repaired or Arm(BASE),
        asked=asked, min_gain=0.05, overlap=0.0, progress=Silent(),
        afford=lambda arms, runs: list(arms), fits=lambda runs, recipe: True,
    )  # fmt: skip


def state(hardening: Hardening, lab: AttackedLab) -> Investigated:
    begun = Investigated(CASE, YARDSTICK, ROWS, train_baseline(lab, BASE, (0, 1, 2)), findings={SEEN.cause: SEEN})
    return replace(begun, hardening=hardening)


def test_a_gain_under_attack_is_verified_though_rows_as_they_are_get_worse() -> None:
    lab = AttackedLab()
    found = outcome(lab)
    assert objection(found, YARDSTICK) == ""
    assert all(run.attack == THREAT for run in lab.trained if run.purpose == "confirm")
    report = fit_report(state(found, lab), 0.05)
    assert report.ending == "repaired"
    plan = report.prescription
    assert plan is not None
    assert plan.remedies == ("adversarial-training",)
    assert plan.yardstick == "log-loss under attack"
    assert 0.75 < plan.gain.median < 0.85
    assert plan.locked_treated is not None
    assert plan.locked_treated < 1
    assert 0.2 < plan.as_they_are.median < 0.24
    assert "under attack" in report.answer
    assert "rises from 0.2" in report.answer
    assert {f.cause: f.status for f in report.findings}["not-robust"] == "confirmed"
    assert report.under_attack is not None
    assert report.under_attack.believable
    assert [at.size for at in report.under_attack.sweep] == [0.0, 0.1, 0.4]
    assert any(arm.setting == "FGSM, under attack" and arm.stage == "confirmed" for arm in report.arms)


def test_a_hardening_that_ruins_rows_as_they_are_is_not_prescribed() -> None:
    lab = AttackedLab(clean=3.5)
    found = outcome(lab)
    assert found.verdict is not None
    assert found.verdict.verified
    assert hardened(found, YARDSTICK) is None
    report = fit_report(state(found, lab), 0.05)
    assert report.prescription is None
    assert report.under_attack is not None
    assert "always giving the same answer" in report.under_attack.outcome
    assert "says nothing any more" in report.under_attack.price


def test_where_the_attack_fails_its_tests_nothing_is_prescribed_and_nothing_believed() -> None:
    found = outcome(AttackedLab(after=replace(STANDS, unbounded=0.3)))
    assert "fails its own tests" in objection(found, YARDSTICK)
    told = robust_report(found, BASE.key, YARDSTICK)
    assert told is not None
    assert not told.believable
    assert "cannot be believed" in told.outcome
    assert settled(SEEN, found, YARDSTICK).status == "observed"


def test_no_gain_under_attack_leaves_the_fact() -> None:
    found = outcome(AttackedLab(moved=1.0))
    assert found.confirmation is None
    assert "no change that was tried" in found.why_not
    assert settled(SEEN, found, YARDSTICK) == SEEN


def test_a_network_that_stands_is_not_hardened_unless_asked() -> None:
    clear = Finding("not-robust", "clear", reason="it stands")
    assert outcome(AttackedLab(), clear).why_not == "it stands"
    assert outcome(AttackedLab(), clear, asked=("adversarial-training",)).confirmation is not None


def test_on_top_of_a_repair_its_own_share_must_be_verified_too() -> None:
    repair = Arm(replace(BASE, inputs=("standardise",)), ("standardise-inputs",), ("unscaled-inputs",), (0,))
    found = outcome(AttackedLab(), repaired=repair)
    assert found.arm is not None
    assert found.arm.remedies == ("standardise-inputs", "adversarial-training")
    assert found.confirmation is not None
    assert [c.role for c in found.confirmation.comparisons] == ["prescription", "part"]
    assert hardened(found, YARDSTICK) == found.arm


def test_what_does_not_fit_is_told() -> None:
    bent = Arm(replace(BASE, inputs=("clip",)), ("clip-outliers",), ("outliers-in-inputs",), (0,))
    assert "stretches" in outcome(AttackedLab(), repaired=bent).why_not
