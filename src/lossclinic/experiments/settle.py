"""After the experiments: what became of every suspicion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lossclinic.core.finding import LATENT, Effect, Finding
from lossclinic.core.gain import as_gain
from lossclinic.core.trial import Verdict, saves_some
from lossclinic.experiments.compose import Composition
from lossclinic.experiments.confirm import Confirmation
from lossclinic.experiments.hardening import CAUSE as AGAINST_ATTACKS
from lossclinic.experiments.investigate import Investigated
from lossclinic.experiments.pick import LONGER, has_a_price
from lossclinic.experiments.robust import settled
from lossclinic.experiments.screen import Screened

FLOOR = "noise-floor"
DEEPER: dict[str, str] = {
    "leakage": "the score rests on answers that new rows will not bring along",
    "label-noise": "part of what is left are wrong targets, and those can be put right",
}
"""Facts of the data that reference models share with the network: that all agree is then no sign of a floor."""
MORE_ROWS = "too-few-examples"
SUMMARY = "underfitting"
RANK = {"confirmed": 0, "observed": 1, "suspected": 2, "untestable": 3, "refuted": 4, "clear": 5}


def settle(state: Investigated, min_gain: float) -> tuple[Finding, ...]:
    """Findings with their final status, the one worth most first.

    Args:
        state: what the investigation came to, complete or not.
        min_gain: smallest useful relative gain.
    """
    findings = dict(state.findings)
    if state.composition is not None:
        for cause, finding in findings.items():
            if finding.status in ("suspected", "observed") and finding.remedies:
                findings[cause] = _settle_one(finding, state.composition, state.confirmation, min_gain)
    floor = findings.get(FLOOR)
    if floor is not None and floor.status == "observed":
        findings[FLOOR] = _settle_floor(floor, findings, state.confirmation)
    more = findings.get(MORE_ROWS)
    if more is not None and more.status == "observed" and state.composition is not None:
        findings[MORE_ROWS] = _settle_more_rows(more, state.composition, state.confirmation)
    summary = findings.get(SUMMARY)
    if summary is not None and summary.status == "observed":
        explaining = [f for f in findings.values() if f.cause not in (FLOOR, AGAINST_ATTACKS)]
        findings[SUMMARY] = _settle_summary(summary, explaining)
    if state.hardening is not None and AGAINST_ATTACKS in findings:
        findings[AGAINST_ATTACKS] = settled(findings[AGAINST_ATTACKS], state.hardening, state.yardstick)
    return tuple(sorted(findings.values(), key=_order))


def _settle_floor(floor: Finding, findings: Mapping[str, Finding], confirmation: Confirmation | None) -> Finding:
    """The remark that nothing is left to fix stands only where nothing else says that there is."""
    repair = _verified(confirmation)
    if repair is not None:
        # A loss that a repair lowers was not at the floor, however well the reference models agree.
        lower = f"the repair lowers the held-out loss by {repair.median:.0%}, so the floor lies deeper"
        return floor.settled("refuted", lower)
    for cause, why in DEEPER.items():
        if cause in findings and findings[cause].status in ("observed", "confirmed"):
            return floor.settled("refuted", f"{cause}: {why}")
    return floor


def _verified(confirmation: Confirmation | None) -> Verdict | None:
    """The verdict on the repair that holds."""
    chosen = confirmation.prescription if confirmation else None
    return chosen[1] if chosen is not None and chosen[1].verified else None


def _settle_more_rows(more: Finding, composition: Composition, confirmation: Confirmation | None) -> Finding:
    """What more rows would give a broken training says little: the repair comes first, then the question again."""
    later = composition.left.get(MORE_ROWS)
    if _verified(confirmation) is None:
        return more
    if later is None or later.status == "observed":
        return more.settled("suspected", f"put the repair in first; more rows may still help: {more.reason}")
    return more.settled("refuted", f"with the repair, {later.reason}")


def _settle_summary(summary: Finding, findings: Sequence[Finding]) -> Finding:
    """A summary stands only where no cause says it better, or still may."""
    known = [f.cause for f in findings if f.status == "confirmed"]
    known += [f.cause for f in findings if f.status == "observed" and f.remedies and f.severity > LATENT]
    if known:
        return summary.settled("refuted", f"{' and '.join(known)} explains it")
    left = [f.cause for f in findings if f.status == "suspected" and f.remedies]
    return summary.settled("suspected", f"{' or '.join(left[:3])} may explain it") if left else summary


def _order(finding: Finding) -> tuple[int, float]:
    worth = finding.effect.median if finding.effect else finding.severity
    return RANK[finding.status], -worth


def _settle_one(
    finding: Finding, composition: Composition, confirmation: Confirmation | None, min_gain: float
) -> Finding:
    arm = composition.arm
    if finding.cause in arm.causes and confirmation is not None:
        return _settle_confirmed(finding, arm.remedies[arm.causes.index(finding.cause)], confirmation)
    mine = [r for r in composition.tried if finding.cause in r.arm.causes[-1:] and r.gains]
    if not mine:
        return _untried(finding, composition)
    alone = [r for r in mine if len(r.arm.remedies) == 1]
    best = max(alone or mine, key=lambda r: r.gain)
    if finding.status == "observed":
        return finding
    if as_gain(best.gain) < min_gain:
        # One pair is enough to try something else first, not enough to rule a cause out.
        return finding.settled("refuted" if len(best.gains) > 1 else "suspected", _no_use(best))
    if not alone:
        base = " + ".join(best.arm.remedies[:-1])
        return finding.settled("suspected", f"{best.arm.remedies[-1]} may help on top of {base}, but not surely enough")
    if not arm.remedies:
        return finding.settled("refuted", f"{best.arm.remedies[-1]} did not help on enough of the repeats")
    others, remedy = " and ".join(arm.causes), best.arm.remedies[-1]
    why = f"not beyond what fixing {others} gives"
    given = max((r.gain for r in composition.tried if r.arm.remedies == arm.remedies[:1]), default=math.inf)
    if best.gain > given and has_a_price(remedy, arm.remedies):
        why = f"fixing {others} does about as much" + " in the epochs given" * (remedy == LONGER)
    return finding.settled("refuted", f"{remedy} alone lowers the loss by {as_gain(best.gain):.0%}, but {why}")


def _no_use(best: Screened) -> str:
    remedy, gain = best.arm.remedies[-1], as_gain(best.gain)
    if best.failed and not any(g > 0 for g in best.gains):
        return f"{remedy} was tried and failed ({best.failed})"
    change = f"lowers the loss by {gain:.1%}" if gain >= 0 else f"raises the loss by {-gain:.1%}"
    base = " + ".join(best.arm.remedies[:-1])
    where = f" on top of {base}" if base else ""
    if len(best.gains) == 1:
        return f"{remedy} was tried{where} once, and {change}: time went to what looked better"
    return f"{remedy} was tried{where} on {len(best.gains)} paired runs: it {change}, which is no useful gain"


def _untried(finding: Finding, composition: Composition) -> Finding:
    reasons = [why for (cause, _), why in composition.not_applicable.items() if cause == finding.cause]
    if finding.status == "observed":
        return finding
    if len(reasons) >= len(finding.remedies):
        return finding.settled("untestable", f"no remedy fits this training: {reasons[0]}")
    return finding.settled("suspected", finding.reason or "not tested: the budget went to likelier causes")


def _settle_confirmed(finding: Finding, remedy: str, confirmation: Confirmation) -> Finding:
    """A cause in the prescription is confirmed if leaving its remedy out is verified to cost something."""
    verdict, chosen = confirmation.share_of(remedy), confirmation.prescription
    if verdict is None or chosen is None:
        return finding
    effect = Effect(verdict.median, verdict.low, verdict.high, verdict.p_better, verdict.pairs)
    if verdict.verified and chosen[1].verified:
        sure = f"better in {verdict.p_better:.0%} of {verdict.pairs} fresh pairs"
        if saves_some(verdict.stuck_before, verdict.stuck, verdict.pairs):
            sure += f", of which {verdict.stuck_before} learn nothing without it and {verdict.stuck or 'none'} with it"
        return finding.settled(
            "confirmed", f"fixing it lowers the held-out loss by {verdict.median:.0%}, {sure}", effect
        )
    open_ = verdict.low > 0 or (confirmation.cut_short and verdict.median >= 0)
    status = "observed" if finding.status == "observed" else ("suspected" if open_ else "refuted")
    return finding.settled(status, f"its remedy was put to the test and not verified: {verdict.why_not}", effect)
