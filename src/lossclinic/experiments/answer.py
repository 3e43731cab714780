"""From what was investigated to the answer for one fit: words, bands, ending."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from lossclinic.core.catalogue import causes, remedies
from lossclinic.core.finding import Finding
from lossclinic.core.gain import as_gain, solved
from lossclinic.core.report import (
    NO_BAND,
    Agreement,
    ArmResult,
    Band,
    Contribution,
    Curve,
    Ending,
    FitReport,
    Prescription,
    band_of,
)
from lossclinic.core.trial import NO_TIME, Arm, Trial, Verdict
from lossclinic.experiments.ablation import contributions
from lossclinic.experiments.asked import asked, verdict_words
from lossclinic.experiments.confirm import Comparison, Confirmation
from lossclinic.experiments.design import setting_of
from lossclinic.experiments.investigate import Investigated
from lossclinic.experiments.judge import BETTER_SHARE, compare, locked_median
from lossclinic.experiments.robust import price, robust_report, worth
from lossclinic.experiments.screen import Screened
from lossclinic.experiments.settle import FLOOR, settle

DATA_CAUSES = ("inputs-unrelated-to-targets", "leakage", "too-few-examples")
SERIOUS = 0.5
INTERRUPTED = "interrupted: what was finished until then counts"
"""What was cut where Ctrl-C ended the experiments."""
NO_BETTER = 0.98
MUCH_BETTER = 0.7
"""Below this share of the constant answer's score there is nothing left to speak of."""
LEAST_SHOWN = -9.99
"""Gains have no lower bound; intervals are shown down to here."""


def fit_report(state: Investigated, min_gain: float) -> FitReport:
    """The answer for one fit from everything that is known, complete or not.

    Args:
        state: what the investigation came to.
        min_gain: smallest useful relative gain.
    """
    case, findings = state.case, settle(state, min_gain)
    prescription = _prescription(state, min_gain)
    ending = _ending(state, findings, prescription)
    good = state.baseline.good if state.baseline else ()
    return FitReport(
        name=case.name,
        line=case.source.fit.line if case.source.fit else None,
        task=case.task.kind,
        rows={
            "train": len(state.rows.train),
            "held_out": len(state.rows.held_out),
            "locked": len(state.rows.locked),
        },
        yardstick=state.yardstick.name,
        answer=_answer(state, findings, prescription, ending),
        ending=ending,
        baseline_train=band_of([t.train for t in good]),
        baseline_held_out=band_of([t.held_out for t in good]),
        agreement=_agreement(state, prescription),
        under_attack=robust_report(state.hardening, case.recipe.key, state.yardstick) if state.hardening else None,
        references=state.references,
        findings=findings,
        preflight=state.preflight.checks,
        received=state.preflight.measured.received if state.preflight.measured else None,
        prescription=prescription,
        asked=asked(state),
        curves=_curves(state),
        arms=_arms(state),
        headroom=_headroom(state, min_gain, prescription),
        notes=(*case.notes, *state.cut, *state.spared),
        history={name: tuple(values) for name, values in case.observed.history.items()},
    )


def _agreement(state: Investigated, prescription: Prescription | None) -> Agreement | None:
    """From the same trainings as the scores shown beside it."""
    name = state.yardstick.agreement_name
    if not name:
        return None
    if prescription is None:
        return Agreement(name, band_of([t.agreement for t in state.baseline.good])) if state.baseline else None
    before, after = (band_of([t.agreement for t in trials]) for trials in _fresh(state))
    return Agreement(name, before, after)


def _fresh(state: Investigated) -> tuple[Sequence[Trial], Sequence[Trial]]:
    """The trainings of the confirmation on rows as they are: the user's recipe, and the treated one."""
    assert state.treated is not None
    trials = state.confirmation.trials if state.confirmation else {}
    if state.hardening is not None and state.hardened is not None:
        trials = state.hardening.as_they_are
    return trials[state.case.recipe.key], trials[state.treated.recipe.key]


def _prescription(state: Investigated, min_gain: float) -> Prescription | None:
    if state.hardened is not None and state.hardening is not None:
        assert state.hardening.confirmation is not None
        found = _prescribed(state, state.hardened, state.hardening.confirmation, min_gain)
        name, (_, after) = f"{state.yardstick.name} under attack", _fresh(state)
        return found and replace(found, yardstick=name, promised=band_of([t.held_out for t in after]))
    return _prescribed(state, state.treated, state.confirmation, min_gain)


def _prescribed(
    state: Investigated, arm: Arm | None, confirmation: Confirmation | None, min_gain: float
) -> Prescription | None:
    chosen = confirmation.prescription if confirmation else None
    if arm is None or confirmation is None or chosen is None or not chosen[1].pairs:
        return None
    verdict = chosen[1]
    hopeful = verdict.median >= min_gain and (verdict.low > 0 or confirmation.cut_short)
    if not verdict.verified and not hopeful:
        return None
    before = confirmation.trials[state.case.recipe.key]
    after = confirmation.trials[arm.recipe.key]
    locked = [locked_median(trials) for trials in (before, after)]
    return Prescription(
        remedies=arm.remedies,
        changes=tuple(remedies()[r].title for r in arm.remedies),
        verified=verdict.verified,
        why_not=verdict.why_not,
        gain=Band(verdict.median, verdict.low, verdict.high),
        p_better=verdict.p_better,
        pairs=verdict.pairs,
        failure_rate=verdict.failures,
        failure_bound=verdict.failure_bound,
        baseline=band_of([t.held_out for t in before]) or NO_BAND,
        treated=band_of([t.held_out for t in after]) or NO_BAND,
        locked_baseline=locked[0],
        locked_treated=locked[1],
        contributions=_contributions(state) if verdict.verified else (),
        stuck_before=verdict.stuck_before,
        stuck=verdict.stuck,
    )


def _ending(state: Investigated, findings: tuple[Finding, ...], prescription: Prescription | None) -> Ending:
    if state.case.observed.error and not _runs_now(state, prescription):
        return "failed"
    if prescription is not None:
        return "repaired" if prescription.verified else "suggestive"
    if state.baseline is None or not state.baseline.trials or state.composition is None or state.cut:
        return "budget-too-small"
    if state.confirmation is not None and state.confirmation.cut_short and state.treated is not None:
        return "budget-too-small"
    if any(f.status == "observed" and f.cause in DATA_CAUSES and f.severity >= SERIOUS for f in findings):
        return "data-must-change"
    if not state.baseline.good:
        return "failed"
    return "nothing-to-fix"


def _answer(
    state: Investigated, findings: tuple[Finding, ...], prescription: Prescription | None, ending: Ending
) -> str:
    error = state.case.observed.error
    if error and ending == "failed":
        return " ".join((f"Your fit fails: {error}.", *_beside_the_error(state, findings, prescription)))
    if prescription is not None:
        return _repair(state, findings, prescription)
    if ending == "budget-too-small" and INTERRUPTED in state.cut:
        return "Interrupted before the experiments could tell."
    if ending == "budget-too-small":
        return f"The budget was too small to tell: {'; '.join(state.cut) or 'the experiments could not be finished'}."
    if ending == "data-must-change":
        worst = next(f for f in findings if f.status == "observed" and f.cause in DATA_CAUSES)
        return f"The data must change, not the model: {_reason(worst)}."
    if ending == "failed":
        why = next((t.failed for t in state.baseline.trials), "") if state.baseline else ""
        return f"Every training of this recipe failed ({why}), and no remedy tried made it run."
    floor = next((f for f in findings if f.cause == FLOOR and f.status == "observed"), None)
    end = f" {_reason(floor)}." if floor else ""
    observed = [f for f in findings if f.status == "observed" and f.cause != FLOOR]
    note = f" Worth knowing: {causes()[observed[0].cause].title.lower()}." if observed else ""
    tried = len(state.composition.tried) if state.composition else 0
    how = (
        f"none of {tried} changes tried lowers the held-out loss by a useful amount" if tried else "no cause stands out"
    )
    return f"Nothing to fix: {how}.{end}{note}"


def _runs_now(state: Investigated, prescription: Prescription | None) -> bool:
    """Whether a repair makes a fit run that raised: the experiments must have met the same failure without it."""
    return prescription is not None and state.baseline is not None and not state.baseline.good


def _beside_the_error(
    state: Investigated, findings: tuple[Finding, ...], prescription: Prescription | None
) -> tuple[str, ...]:
    """What the experiments have to say about a training whose fit raised an error."""
    if prescription is not None:
        return ("The experiments left out what fails. Once it runs:", _repair(state, findings, prescription))
    if state.baseline is not None and state.baseline.good:
        return ("The experiments left out what fails, and found no other fault.",) if not state.cut else ()
    blamed = state.treated.causes if state.treated else [f.cause for f in findings if f.status == "suspected"]
    likely = next((f for cause in blamed for f in [state.findings[cause]] if f.remedies and f.reason), None)
    return (f"Most likely: {_reason(likely)}.",) if likely else ()


def _reason(finding: Finding) -> str:
    text = finding.reason or (finding.evidence[0].text if finding.evidence else causes()[finding.cause].title)
    return text[:1].upper() + text[1:].rstrip(".")


def _repair(state: Investigated, findings: tuple[Finding, ...], p: Prescription) -> str:
    arm = state.treated
    assert arm is not None
    confirmed = [f.cause for f in findings if f.status == "confirmed" and f.cause in arm.causes] or list(arm.causes)
    blamed = " and ".join(causes()[c].title.lower() for c in dict.fromkeys(confirmed))
    if state.hardening is not None and state.hardened is not None:
        told = [function(state.hardening, state.case.recipe.key, state.yardstick) for function in (worth, price)]
        return f"Fix {blamed}: {'; '.join(told)}."
    wins = round(p.p_better * p.pairs)
    sure = f"(better in {wins} of {p.pairs} fresh repeats)"
    if p.rescues and p.verified and p.p_better < BETTER_SHARE:
        lost = (
            f"{p.stuck_before} of {p.pairs} of your trainings learn nothing, {p.stuck or 'none'} of the repaired ones"
        )
        fall = f"on average the held-out {state.yardstick.name} falls by {p.gain.median:.0%}"
        return f"Fix {blamed}: {lost}; {fall} {sure}.{_what_is_left(state, p.treated.median)}"
    if math.isfinite(p.baseline.median):
        fall = f"your held-out {state.yardstick.name} falls from {p.baseline.median:.3g} to {p.treated.median:.3g}"
    else:
        fall = f"your training, which failed, reaches a held-out {state.yardstick.name} of {p.treated.median:.3g}"
    if p.verified:
        return f"Fix {blamed}: {fall} {sure}.{_what_is_left(state, p.treated.median)}"
    return f"Probably {blamed}: {fall} {sure}, but this is not verified: {p.why_not}."


def _what_is_left(state: Investigated, treated: float) -> str:
    """A sentence, with a space before it, where the repaired training is still far from what can be reached."""
    trivial = state.yardstick.trivial
    if treated >= NO_BETTER * trivial:
        left = f"That is still no better than always giving the same answer ({trivial:.3g}), so more is wrong"
        return f" {left}: run lossclinic on the repaired script, with a larger budget."
    best = min(state.references, key=lambda r: r.held_out, default=None)
    if best is None or best.held_out >= MUCH_BETTER * treated or solved(treated, trivial):
        return ""
    return f" There is more to gain: {best.name} reaches {best.held_out:.3g}."


def _curves(state: Investigated) -> tuple[Curve, ...]:
    if state.baseline is None:
        return ()
    trials: list[tuple[str, Sequence[Trial]]] = [("baseline", state.baseline.good)]
    if state.treated is not None and (state.confirmation is not None or state.hardened is not None):
        trials = list(zip(("baseline", "treated"), _fresh(state), strict=True))
    curves = [(name, [t for t in ts if t.epochs and not t.failed]) for name, ts in trials]
    return tuple(_curve(name, good) for name, good in curves if good)


def _curve(name: str, trials: Sequence[Trial]) -> Curve:
    """Medians and ranges over the trials; one that stopped early keeps its last value to the end of the longest."""
    longest = max(trials, key=lambda t: len(t.epochs)).epochs

    def bands(attribute: str) -> tuple[Band, ...]:
        curves = [np.asarray(getattr(t, attribute), dtype=float) for t in trials]
        rows = np.array([np.pad(c, (0, len(longest) - len(c)), mode="edge") for c in curves])
        low, middle, high = np.quantile(rows, (0.05, 0.5, 0.95), axis=0)
        return tuple(Band(float(m), float(lo), float(h)) for m, lo, h in zip(middle, low, high, strict=True))

    return Curve(name, longest, bands("train_score"), bands("held_out_score"))


def _contributions(state: Investigated) -> tuple[Contribution, ...]:
    """With gains that can be shown: they have no lower bound."""
    if state.composition is None or state.confirmation is None:
        return ()
    told = contributions(state.composition.arm, state.confirmation)
    return tuple(
        replace(c, gain=c.gain and Band(c.gain.median, max(c.gain.low, LEAST_SHOWN), c.gain.high)) for c in told
    )


def _arms(state: Investigated) -> tuple[ArmResult, ...]:
    screened = tuple(_screened(r) for r in state.composition.tried) if state.composition else ()
    confirmed = tuple(_confirmed(state, c, v) for c, v in state.confirmation.judged) if state.confirmation else ()
    others = tuple(_screened(result) for results in state.strengths.values() for result in results)
    return (*_attacked_arms(state), *confirmed, *screened, *others)


def _attacked_arms(state: Investigated) -> Iterator[ArmResult]:
    """What was tried against attacks; its gains are those under attack."""
    hardening = state.hardening
    if hardening is None:
        return
    judged = hardening.confirmation.judged if hardening.confirmation else ()
    arms = [_confirmed(state, c, v) for c, v in judged if c.arm is not None] + [_screened(r) for r in hardening.tried]
    for arm in arms:
        yield replace(arm, setting=", ".join(part for part in (arm.setting, "under attack") if part))


def _screened(result: Screened) -> ArmResult:
    arm = result.arm
    if not result.gains:
        return ArmResult(
            arm.name, arm.remedies, arm.causes, arm.setting, "screened", None, None, 0, f"not tried: {NO_TIME}"
        )
    pairs = compare(np.array(result.gains))
    low = pairs.low if math.isfinite(pairs.low) else pairs.median
    high = pairs.high if math.isfinite(pairs.low) else pairs.median
    gain = Band(pairs.median, max(low, LEAST_SHOWN), high)
    verdict = (
        f"failed: {result.failed}"
        if result.failed
        else "one pair tells little"
        if pairs.count == 1
        else ("better" if low > 0 else "worse" if high < 0 else "no clear difference")
    )
    return ArmResult(
        arm.name, arm.remedies, arm.causes, arm.setting, "screened", gain, pairs.p_better, pairs.count, verdict
    )


def _confirmed(state: Investigated, comparison: Comparison, verdict: Verdict) -> ArmResult:
    words = verdict_words(verdict)
    gain = Band(verdict.median, max(verdict.low, LEAST_SHOWN), verdict.high) if verdict.pairs else None
    rest = ("confirmed", gain, verdict.p_better, verdict.pairs, words)
    arm = state.composition.arm if state.composition else None
    if comparison.arm is not None:
        named = comparison.arm
        return ArmResult(named.name, named.remedies, named.causes, named.setting, *rest)
    if comparison.role == "asked" or arm is None:
        setting = setting_of(comparison.before, comparison.after)
        return ArmResult(f"{comparison.name}, as asked", (comparison.name,), (), setting, *rest)
    cause = arm.causes[arm.remedies.index(comparison.name)]
    return ArmResult(f"{comparison.name}, within the prescription", (comparison.name,), (cause,), "", *rest)


def _headroom(state: Investigated, min_gain: float, prescription: Prescription | None) -> tuple[str, ...]:
    """Gains that screening saw and that are too small, or too uncertain, to call anything a fault."""
    if state.composition is None or prescription is not None:
        return ()
    best: dict[str, Screened] = {}
    for result in state.composition.tried:
        gain = as_gain(result.gain) if result.gains else 0.0
        if len(result.gains) > 1 and gain > 0.01 and all(g > 0 for g in result.gains):
            name = result.arm.name
            if name not in best or result.gain > best[name].gain:
                best[name] = result
    return tuple(
        f"{name}{f' ({r.arm.setting})' if r.arm.setting else ''} lowered the held-out loss by {as_gain(r.gain):.0%} "
        f"on {len(r.gains)} screening seeds; "
        + (
            "below what counts as a fault"
            if as_gain(r.gain) < min_gain
            else "fresh seeds did not confirm it or were not spent on it"
        )
        for name, r in sorted(best.items(), key=lambda item: -item[1].gain)[:5]
    )
