"""Greedy composition: the best remedy first, then examine again, until nothing helps; then drop what is not needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lossclinic.core.catalogue import Evidence
from lossclinic.core.finding import Finding
from lossclinic.core.gain import as_gain
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.progress import Progress
from lossclinic.core.trial import Arm
from lossclinic.experiments.design import design_arms, examine_all, without
from lossclinic.experiments.judge import log_gains
from lossclinic.experiments.pick import WORTH, has_a_price, pick
from lossclinic.experiments.retune import retune
from lossclinic.experiments.screen import Screened, screen, steadied, train_baseline

MOST_REMEDIES = 3
ERRORS_FURTHER = 2.0
"""A second remedy must be surer of itself than the first: it costs simplicity, and power in the confirmation."""


@dataclass(frozen=True, eq=False)
class Composition:
    """What screening came to.

    Attributes:
        arm: the recipe to confirm; the baseline itself where nothing helped.
        findings: what each cause looked like when it was first suspected.
        tried: every arm that was screened against the user's own recipe or a step on the way.
        not_applicable: (cause, remedy) → reason.
        left: what each cause looked like at the last look: at the arm, or at it without its last remedy.
    """

    arm: Arm
    findings: Mapping[str, Finding]
    tried: tuple[Screened, ...] = ()
    not_applicable: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    left: Mapping[str, Finding] = field(default_factory=dict[str, Finding])


def compose(
    lab: Lab,
    evidence: Evidence,
    start: Baseline,
    *,
    min_gain: float,
    progress: Progress,
    afford: Callable[[Sequence[Arm]], Sequence[Arm]],
) -> Composition:
    """Screen, keep the best, examine again, up to three remedies deep.

    Args:
        lab: trains.
        evidence: about the user's own recipe.
        start: its trials on the screening seeds.
        min_gain: smallest relative gain worth a step.
        progress: told what is tried.
        afford: cuts a list of arms to what the budget allows, most promising first.
    """
    least = -math.log(1 - min_gain)
    own, current, trials = evidence, Arm(evidence["recipe"]), start
    findings = examine_all(evidence)
    first_findings = dict(findings)
    tried: list[Screened] = []
    reasons: dict[tuple[str, str], str] = {}
    for depth in range(MOST_REMEDIES):
        design = design_arms(findings, current, evidence)
        reasons = {**design.not_applicable, **reasons}
        arms = [arm for arm in afford(design.arms) if arm.remedies[-1] not in current.remedies]
        if not arms:
            break
        progress.stage(f"Screening {len(arms)} changes" + (f" on top of {current.name}" if depth else ""))
        results = screen(lab, trials, arms)
        results += retune(lab, current.recipe, trials, results, least=least, afford=afford)
        results = steadied(lab, current.recipe, trials, results, least)
        tried += results
        best = pick(results, findings, least, ERRORS_FURTHER if depth else 1.0)
        if best is None:
            break
        current = best.arm
        trials = replace(train_baseline(lab, current.recipe, trials.seeds), share=trials.share)
        progress.best(f"{current.name}: held-out loss {as_gain(_total(start, trials, lab)):.0%} lower than yours")
        if depth + 1 < MOST_REMEDIES:
            evidence = evidence.changed(recipe=current.recipe, baseline=trials)
            findings = examine_all(evidence)
            first_findings = _merge(first_findings, findings)
    arm = _prune(lab, start, current, own, least)
    return Composition(arm, first_findings, tuple(tried), reasons, findings)


def _total(start: Baseline, trials: Baseline, lab: Lab) -> float:
    """Mean log gain of `trials` over `start` on the seeds that both have."""
    before = dict(zip(start.seeds, start.trials, strict=True))
    pairs = [(before[s], t) for s, t in zip(trials.seeds, trials.trials, strict=True) if s in before]
    gains = log_gains([b for b, _ in pairs], [a for _, a in pairs], lab.yardstick)
    return float(gains.mean()) if len(gains) else 0.0


def _merge(first: dict[str, Finding], later: Mapping[str, Finding]) -> dict[str, Finding]:
    """Keep the first view of each cause; a fault that another one hid comes in with its later view."""
    return {
        cause: later[cause]
        if finding.status in ("clear", "untestable") and later[cause].status == "suspected"
        else finding
        for cause, finding in first.items()
    }


def _prune(lab: Lab, start: Baseline, arm: Arm, evidence: Evidence, least: float) -> Arm:
    """Leave out every remedy whose absence costs less than it must bring, what falls short by most first."""
    while len(arm.remedies) > 1:
        full = train_baseline(lab, arm.recipe, start.seeds)
        losses: list[tuple[float, Arm]] = []
        for index in range(len(arm.remedies)):
            rest = without(arm, evidence["recipe"], index, evidence)
            trials = train_baseline(lab, rest.recipe, start.seeds) if rest is not None else None
            if rest is not None and trials is not None and trials.trials:
                wanted = -math.log(1 - WORTH) if has_a_price(arm.remedies[index], arm.remedies) else least
                losses.append((_total(trials, full, lab) - wanted, rest))
        cheapest = min(losses, key=lambda pair: pair[0], default=None)
        if cheapest is None or cheapest[0] >= 0:
            break
        arm = cheapest[1]
    return arm
