"""Remedies against attacks: screened and confirmed as all others, with the score under attack as the yardstick.

The protocol is the same (paired seeds, fresh ones for what counts, the locked rows at the end); only the rows that the
score is taken on are moved against each trained network first. It comes last, on top of the repair that holds: what
lowers the loss on rows as they are is no question of taste, how far a network should stand up to attacks is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lossclinic.core.canonical import Json
from lossclinic.core.catalogue import Evidence, remedies
from lossclinic.core.errors import NotApplicable
from lossclinic.core.finding import Finding
from lossclinic.core.lab import Baseline, Lab, Limit
from lossclinic.core.probe import Attack, LayerProbe, Measurement
from lossclinic.core.progress import Progress
from lossclinic.core.recipe import Recipe
from lossclinic.core.threat import Threat
from lossclinic.core.trial import Arm, Run, Trial, Verdict, under_attack
from lossclinic.core.yardstick import Yardstick
from lossclinic.evidence.robustness import SEEDS
from lossclinic.experiments.confirm import Comparison, Confirmation, confirm
from lossclinic.experiments.design import apply_remedy, extended, wants_test
from lossclinic.experiments.pick import pick
from lossclinic.experiments.screen import Screened, screen, train_baseline

CAUSE = "not-robust"
SCREENING_SEEDS = 3
SHARE = 0.75
"""Share of the time after which what comes before must be over, where robustness is asked for."""


class UnderAttack:
    """A lab (`core.lab.Lab`) whose trainings are judged by rows that are moved against each of them."""

    def __init__(self, lab: Lab, threat: Threat) -> None:
        """Train with another lab.

        Args:
            lab: trains.
            threat: how far rows are moved.
        """
        self._lab, self._threat = lab, threat
        self.as_they_are: dict[str, Trial] = {}
        """The same trainings judged by rows as they are, by run key."""

    @property
    def yardstick(self) -> Yardstick:
        """The same as ever."""
        return self._lab.yardstick

    def train(self, runs: Sequence[Run]) -> tuple[Trial, ...]:
        """Train, attack, and let the scores under attack stand for the trainings."""
        attacked = [replace(run, attack=self._threat) for run in runs]
        trials = self._lab.train(attacked)
        self.as_they_are |= {trial.run_key: trial for trial in trials}
        return tuple(under_attack(trial) for trial in trials)

    def limit(self, until: Limit) -> None:
        """As the other lab's."""
        self._lab.limit(until)

    def probe(self, recipe: Recipe, seed: int) -> tuple[LayerProbe, ...]:
        """As the other lab's."""
        return self._lab.probe(recipe, seed)

    def measure(self, what: Measurement, recipe: Recipe, seed: int) -> Json | None:
        """As the other lab's."""
        return self._lab.measure(what, recipe, seed)

    def recall(self, what: str) -> Any:
        """As the other lab's."""
        return self._lab.recall(what)

    def remember(self, what: str, value: Any) -> None:
        """As the other lab's."""
        self._lab.remember(what, value)


@dataclass(frozen=True, eq=False)
class Hardening:
    """What became of the question how the network stands up to attacks.

    Attributes:
        threat: how far inputs may be moved.
        before: attacks on the user's recipe.
        after: attacks on the hardened one.
        tried: arms that were screened, by their scores under attack.
        confirmation: comparisons on fresh seeds, by scores under attack; None where nothing was put to the test.
        as_they_are: recipe key → the trainings of the confirmation, judged by rows as they are.
        why_not: why there is no confirmation; "" where there is one.
    """

    threat: Threat
    before: tuple[Attack, ...] = ()
    after: tuple[Attack, ...] = ()
    tried: tuple[Screened, ...] = ()
    confirmation: Confirmation | None = None
    as_they_are: Mapping[str, tuple[Trial, ...]] = field(default_factory=dict[str, tuple[Trial, ...]])
    why_not: str = ""

    @property
    def arm(self) -> Arm | None:
        """What was put to the test."""
        chosen = self.confirmation.prescription if self.confirmation else None
        return chosen[0].arm if chosen else None

    @property
    def verdict(self) -> Verdict | None:
        """What that is worth under attack; on top of a repair, what the hardening itself adds to it."""
        if self.confirmation is None or self.arm is None:
            return None
        whole, *parts = self.confirmation.verdicts
        return next((part for part in parts if not part.verified), whole)


def harden(
    lab: Lab,
    evidence: Evidence,
    baseline: Baseline,
    found: Finding,
    repaired: Arm,
    *,
    asked: Sequence[str],
    min_gain: float,
    overlap: float,
    progress: Progress,
    afford: Callable[[Sequence[Arm], int], list[Arm]],
    fits: Callable[[int, Recipe], bool],
) -> Hardening:
    """Put remedies against attacks to the test, where something speaks for them or the user asks.

    Args:
        lab: trains within the budget.
        evidence: about the user's recipe; its "threat" is not None.
        baseline: the user's recipe on the screening seeds.
        found: what the cause says.
        repaired: the repair that holds, or the user's own recipe.
        asked: ids of remedies that the user wants to know about.
        min_gain: smallest useful relative gain.
        overlap: see `judge.compare`.
        progress: told what is tried.
        afford: cuts arms that are trained so many times each to what the budget allows.
        fits: whether that many more trainings, half of them of this recipe, fit into the budget.
    """
    threat: Threat = evidence["threat"]
    base: Recipe = evidence["recipe"]
    state: dict[str, Any] = {"threat": threat, "before": evidence["robustness"].attacks}
    wanted = [*(found.remedies if wants_test(found) else ()), *asked]
    ids = [name for name in dict.fromkeys(wanted) if remedies()[name].under_attack]
    if not ids or not state["before"]:
        return Hardening(**state, why_not=found.reason or "nothing speaks for a remedy")
    arms, refused = _arms(ids, repaired, evidence)
    arms = afford(arms, 2 * SCREENING_SEEDS) if arms else []
    if not arms:
        return Hardening(**state, why_not=refused or "nothing was left of the budget to put a remedy to the test")
    judged = UnderAttack(lab, threat)
    progress.stage(f"Trying {len(arms)} changes against attacks")
    tried = screen(judged, train_baseline(judged, repaired.recipe, baseline.seeds[:SCREENING_SEEDS]), arms)
    best = pick(tried, {CAUSE: found}, -math.log(1 - min_gain))
    if best is None:
        return Hardening(**state, tried=tried, why_not="no change that was tried helps under attack by a useful amount")
    progress.stage("Confirming on fresh seeds, under attack")
    confirmation = confirm(
        judged,
        _comparisons(base, repaired, best.arm),
        min_gain=min_gain,
        overlap=overlap,
        progress=progress,
        fits=lambda runs: fits(runs, best.arm.recipe),
    )
    plain = {
        key: tuple(judged.as_they_are[trial.run_key] for trial in trials) for key, trials in confirmation.trials.items()
    }
    looks = [lab.measure(threat, best.arm.recipe, seed) for seed in baseline.seeds[:SEEDS]]
    after = tuple(Attack.from_plain(values) for values in looks if values)
    return Hardening(**state, after=after, tried=tried, confirmation=confirmation, as_they_are=plain)


def _arms(ids: Sequence[str], repaired: Arm, evidence: Evidence) -> tuple[list[Arm], str]:
    """Each strength of each remedy on top of the repair, and why one does not apply."""
    arms: list[Arm] = []
    refused = ""
    for name in ids:
        try:
            recipes = apply_remedy(name, repaired.recipe, evidence)
        except NotApplicable as why:
            refused = str(why)
            continue
        arms += [extended(repaired, recipe, name, CAUSE, index) for index, recipe in enumerate(recipes)]
    return arms, refused


def _comparisons(base: Recipe, repaired: Arm, hardened: Arm) -> tuple[Comparison, ...]:
    """The hardened recipe against the user's own, and against the repair that it stands on."""
    whole = Comparison(hardened.name, base, hardened.recipe, arm=hardened)
    if not repaired.remedies:
        return (whole,)
    return (whole, Comparison(hardened.remedies[-1], repaired.recipe, hardened.recipe, "part"))
