"""What each remedy of a repair contributes: each is left out in turn, on the same fresh seeds, until none is idle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lossclinic.core.catalogue import Evidence
from lossclinic.core.lab import Lab
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import NO_BAND, Band, Contribution, band_of
from lossclinic.core.trial import Arm, Verdict
from lossclinic.experiments.confirm import FAMILIES, Comparison, Confirmation, extend
from lossclinic.experiments.design import without
from lossclinic.experiments.judge import judge


def comparisons_of(arm: Arm, base: Recipe, evidence: Evidence) -> tuple[Comparison, ...]:
    """A repair against the user's recipe, and what leaving out each of its remedies does.

    Args:
        arm: the repair; without remedies there is nothing to compare.
        base: the user's own recipe.
        evidence: about the user's own recipe.
    """
    if not arm.remedies:
        return ()
    comparisons = [Comparison(arm.name, base, arm.recipe, arm=arm)]
    if len(arm.remedies) > 1:
        for index, remedy in enumerate(arm.remedies):
            rest = without(arm, base, index, evidence)
            if rest is not None:
                comparisons.append(Comparison(remedy, rest.recipe, arm.recipe, "part"))
                comparisons.append(Comparison(remedy, base, rest.recipe, "rest", rest))
    return tuple(comparisons)


def drop_further(
    lab: Lab,
    confirmation: Confirmation,
    base: Recipe,
    evidence: Evidence,
    *,
    min_gain: float,
    overlap: float,
    fits: Callable[[int], bool],
) -> Confirmation:
    """Leave out the remedies of a repair that already does without one, each in turn, on the same fresh seeds.

    Confirmation leaves one remedy out of the whole repair at most. What remains of three is put to the same test, so
    that the prescription is the smallest set that keeps the gain. The level at which the repair was verified is handed
    on to its parts in equal shares (gatekeeping, Bretz and others 2009), so no claim gets easier by it.

    Args:
        lab: trains; what was trained already costs nothing.
        confirmation: of the whole repair.
        base: the user's own recipe.
        evidence: about the user's own recipe.
        min_gain: smallest useful relative gain.
        overlap: see `judge.compare`.
        fits: whether that many more trainings fit into the budget.
    """
    chosen = confirmation.chosen
    arm = chosen[0].arm if chosen is not None else None
    if chosen is None or arm is None or chosen[0].role != "rest" or not chosen[1].verified or len(arm.remedies) < 2:
        return confirmation
    whole, *others = comparisons_of(arm, base, evidence)
    recipes = {recipe.key: recipe for c in (whole, *others) for recipe in (c.before, c.after)}
    pairs = len(confirmation.trials[base.key])
    new = [key for key in recipes if key not in confirmation.trials]
    if not others or not fits(len(new) * pairs):
        return confirmation
    comparisons = (whole, *others)
    trials = extend(lab, comparisons, recipes, dict.fromkeys(recipes, ()), pairs)
    if not trials[base.key]:
        return confirmation
    repairs = sum(FAMILIES[c.role] == "repair" for c in confirmation.comparisons)
    verdicts = [
        judge(
            c.name,
            trials[c.before.key],
            trials[c.after.key],
            lab.yardstick,
            comparisons=sum(other.role == c.role for other in others) * (repairs if c.role == "rest" else 1),
            min_gain=min_gain,
            overlap=overlap,
            locked=c.locked,
        )
        for c in others
    ]
    smaller = Confirmation(comparisons, (chosen[1], *verdicts), trials, confirmation.cut_short)
    return replace(confirmation, trials={**trials, **confirmation.trials}, smaller=smaller)


def contributions(arm: Arm, confirmation: Confirmation) -> tuple[Contribution, ...]:
    """What each remedy of a composition does beside the others, in their order; () for a single one.

    Args:
        arm: the whole composition.
        confirmation: what became of it.
    """
    if len(arm.remedies) < 2 or confirmation.prescription is None or confirmation.prescription[0].arm is None:
        return ()
    kept = confirmation.prescription[0].arm.remedies
    told: dict[str, Contribution] = {}
    level: Confirmation | None = confirmation
    while level is not None:
        whole = level.comparisons[0].arm
        assert whole is not None
        for remedy in whole.remedies:
            told[remedy] = _contribution(level, whole, remedy, remedy in kept)
        level = level.smaller
    if len(kept) == 1:
        told[kept[0]] = _alone(confirmation, kept[0])
    return tuple(told[remedy] for remedy in arm.remedies)


def _contribution(level: Confirmation, whole: Arm, remedy: str, kept: bool) -> Contribution:
    beside = tuple(other for other in whole.remedies if other != remedy)
    cause = whole.causes[whole.remedies.index(remedy)]
    found = next(((c, v) for c, v in level.judged if c.role == "part" and c.name == remedy), None)
    if found is None:
        return Contribution(remedy, cause, beside, None, None, None, 0, kept, "the others do not apply without it")
    comparison, verdict = found
    return Contribution(
        remedy, cause, beside, *_figures(level, comparison.before, verdict), kept, _words(verdict, kept)
    )


def _alone(confirmation: Confirmation, remedy: str) -> Contribution:
    assert confirmation.prescription is not None
    comparison, verdict = confirmation.prescription
    assert comparison.arm is not None
    figures = _figures(confirmation, comparison.before, verdict)
    return Contribution(remedy, comparison.arm.causes[0], (), *figures, True, "keeps the gain by itself")


def _figures(level: Confirmation, without_it: Recipe, verdict: Verdict) -> tuple[Band, Band, float, int]:
    scores = band_of([trial.held_out for trial in level.trials[without_it.key]]) or NO_BAND
    return scores, Band(verdict.median, verdict.low, verdict.high), verdict.p_better, verdict.pairs


def _words(verdict: Verdict, kept: bool) -> str:
    if not kept and verdict.verified:
        return "left out: too little for several times the epochs"
    if not kept:
        return "left out: no cost of its absence can be shown"
    return "needed" if verdict.verified else "kept: without it the repair is not verified"
