"""From the question how a network stands up to attacks to the answer: what stands, at what price, and for sure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lossclinic.core.finding import Effect, Finding
from lossclinic.core.probe import Attack
from lossclinic.core.trial import Arm, Trial
from lossclinic.core.under_attack import AttackedAt, Standing, UnderAttack
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments.attack_checks import checks_of
from lossclinic.experiments.hardening import Hardening
from lossclinic.experiments.judge import compare, log_gains

USELESS = 0.98
"""At this share of the constant answer's score, a network says nothing any more about rows as they are."""
DOUBT = "The robust figures cannot be believed, because the attack fails its own tests"


def objection(hardening: Hardening, yardstick: Yardstick) -> str:
    """Why what was put to the test is not prescribed; "" where it is."""
    verdict, arm = hardening.verdict, hardening.arm
    if verdict is None or arm is None:
        return hardening.why_not
    if not verdict.verified:
        return verdict.why_not
    if not hardening.after or not _believable(hardening):
        return "the attack fails its own tests, so a gain against it means nothing"
    if _median(hardening.as_they_are[arm.recipe.key]) >= USELESS * yardstick.trivial:
        return "on rows as they are the hardened network is no better than always giving the same answer"
    return ""


def hardened(hardening: Hardening | None, yardstick: Yardstick) -> Arm | None:
    """What is prescribed against attacks; None where nothing is."""
    return None if hardening is None or objection(hardening, yardstick) else hardening.arm


def settled(finding: Finding, hardening: Hardening, yardstick: Yardstick) -> Finding:
    """The cause after the experiment: confirmed where training on moved rows is verified to help under attack."""
    verdict = hardening.verdict
    if verdict is None:
        return finding
    effect = Effect(verdict.median, verdict.low, verdict.high, verdict.p_better, verdict.pairs)
    why = objection(hardening, yardstick)
    if why:
        return finding.settled(finding.status, f"its remedy was put to the test and not verified: {why}", effect)
    told = f"training on moved rows lowers the held-out {yardstick.name} under attack by {verdict.median:.0%}"
    return finding.settled("confirmed", f"{told}, better in {verdict.p_better:.0%} of {verdict.pairs} pairs", effect)


def robust_report(hardening: Hardening, base: str, yardstick: Yardstick) -> UnderAttack | None:
    """The section of the report; None where no network could be attacked.

    Args:
        hardening: what is known.
        base: key of the user's own recipe.
        yardstick: the case's score.
    """
    if not hardening.before:
        return None
    threat, believable = hardening.threat, _believable(hardening)
    return UnderAttack(
        threat=threat.words,
        size=threat.size,
        norm=threat.norm,
        relative=threat.relative,
        rows=hardening.before[0].rows,
        sweep=tuple(_at(hardening, index) for index in range(len(hardening.before[0].sweep))),
        checks=checks_of((("your network", hardening.before), ("hardened", hardening.after))),
        believable=believable,
        outcome=_outcome(hardening, yardstick) if believable else f"{DOUBT}. {_outcome(hardening, yardstick)}",
        price=price(hardening, base, yardstick),
    )


def price(hardening: Hardening, base: str, yardstick: Yardstick) -> str:
    """What the hardening does to rows as they are, from the same trainings on fresh seeds; "" before these."""
    arm = hardening.arm
    if arm is None:
        return ""
    before, after = (hardening.as_they_are[key] for key in (base, arm.recipe.key))
    if not before:
        return ""
    pairs = compare(log_gains(before, after, yardstick))
    worse = round((1 - pairs.p_better) * pairs.count)
    old, new = _median(before), _median(after)
    verb = "rises" if new > old else "falls"
    told = f"on rows as they are the held-out {yardstick.name} {verb} from {old:.3g} to {new:.3g}"
    told += f" (higher in {worse} of {pairs.count} fresh repeats)"
    if new >= USELESS * yardstick.trivial:
        told += ": the hardened network says nothing any more about rows as they are"
    return told


def worth(hardening: Hardening, base: str, yardstick: Yardstick) -> str:
    """How much a verified hardening is worth, in a phrase."""
    arm, confirmation = hardening.arm, hardening.confirmation
    assert arm is not None
    assert confirmation is not None
    old, new = (_median(confirmation.trials[key]) for key in (base, arm.recipe.key))
    whole = confirmation.verdicts[0]
    wins = round(whole.p_better * whole.pairs)
    sure = f"(better in {wins} of {whole.pairs} fresh repeats)"
    name = f"under attack ({hardening.threat.words}) your held-out {yardstick.name}"
    return f"{name} falls from {old:.3g} to {new:.3g} {sure}"


def _outcome(hardening: Hardening, yardstick: Yardstick) -> str:
    arm = hardening.arm
    why = objection(hardening, yardstick)
    if arm is None:
        return f"Nothing is prescribed against attacks: {why}."
    if why:
        return f"{arm.remedies[-1]} was put to the test and is not prescribed: {why}."
    return f"{arm.remedies[-1]} ({arm.setting}) is verified to help under attack."


def _at(hardening: Hardening, index: int) -> AttackedAt:
    factor = hardening.before[0].sweep[index].factor
    treated = _standing(hardening.after, index) if hardening.after else None
    return AttackedAt(factor * hardening.threat.size, _standing(hardening.before, index), treated)


def _standing(attacks: Sequence[Attack], index: int) -> Standing:
    found = [attack.sweep[index] for attack in attacks]
    return Standing(float(np.mean([each.right for each in found])), float(np.mean([each.score for each in found])))


def _believable(hardening: Hardening) -> bool:
    networks = (("before", hardening.before), ("after", hardening.after))
    return all(check.outcome == "passed" for check in checks_of(networks))


def _median(trials: Sequence[Trial]) -> float:
    return float(np.median([trial.held_out for trial in trials])) if trials else math.inf
