"""What became of the remedies that the user asked about, whether or not anything pointed at them."""

from __future__ import annotations

import math

import numpy as np

from lossclinic.core.catalogue import remedies
from lossclinic.core.report import Asked
from lossclinic.core.trial import Trial, Verdict
from lossclinic.experiments.apart import Apart
from lossclinic.experiments.confirm import Comparison
from lossclinic.experiments.design import setting_of
from lossclinic.experiments.investigate import Investigated


def asked(state: Investigated) -> tuple[Asked, ...]:
    """One answer for each remedy that was asked about, those that do not apply last."""
    judged = state.confirmation.judged if state.confirmation else ()
    tried = [Asked(c.name, _answer(state, c, verdict)) for c, verdict in judged if c.role == "asked"]
    apart = [Asked(a.remedy, _apart(state, a)) for a in state.apart]
    refused = [Asked(name, f"does not apply: {why}") for name, why in state.refused.items()]
    return (*tried, *apart, *refused)


def verdict_words(verdict: Verdict) -> str:
    """A verdict in one phrase."""
    if verdict.verified:
        return "verified"
    if verdict.low > 0:
        return "suggestive"
    return "worse" if verdict.pairs > 1 and verdict.high < 0 else "no difference"


def _answer(state: Investigated, comparison: Comparison, verdict: Verdict) -> str:
    assert state.confirmation is not None
    if not verdict.pairs:
        return f"not tried: {verdict.why_not}"
    trials = state.confirmation.trials
    before, after = (_score(trials[recipe.key]) for recipe in (comparison.before, comparison.after))
    setting = setting_of(comparison.before, comparison.after)
    told = _told(comparison.name, setting, f"{state.yardstick.name} {before} → {after}", verdict)
    return f"{told}{_others(state, comparison)}"


def _apart(state: Investigated, apart: Apart) -> str:
    figures = apart.figures
    before, after = (f"{np.median(part):.3g}" for part in (figures.before, figures.after))
    setting = setting_of(state.case.recipe, apart.recipe)
    return _told(apart.remedy, setting, f"{figures.name} {before} → {after}", apart.verdict)


def _told(remedy: str, setting: str, change: str, verdict: Verdict) -> str:
    wins, phrase = round(verdict.p_better * verdict.pairs), verdict_words(verdict)
    why = f", {verdict.why_not}" if phrase in ("suggestive", "no difference") else ""
    caveat = remedies()[remedy].caveat
    return (
        f"{f'{setting}: ' if setting else ''}held-out {change}, "
        f"better in {wins} of {verdict.pairs} fresh pairs: {phrase}{why}{f'; {caveat}' if caveat else ''}"
    )


def _others(state: Investigated, comparison: Comparison) -> str:
    """What the strengths did that were not taken further, in a sentence of its own."""
    told: list[str] = []
    for result in state.strengths.get(comparison.name, ()):
        count, wins = len(result.gains), sum(gain > 0 for gain in result.gains)
        if count and result.arm.setting and result.arm.recipe.key != comparison.after.key:
            how = f"better in {wins}" if 2 * wins > count else f"worse in {count - wins}"
            told.append(f"{result.arm.setting} {how} of {count}")
    return f". On the screening seeds: {', '.join(told)}" if told else ""


def _score(trials: tuple[Trial, ...]) -> str:
    scores = [t.held_out for t in trials if math.isfinite(t.held_out)]
    return f"{np.median(scores):.3g}" if scores else "failed"
