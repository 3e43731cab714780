"""One case from baseline to confirmation, in the order of the experiment protocol."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Evidence, remedies
from lossclinic.core.errors import NotApplicable
from lossclinic.core.finding import Finding
from lossclinic.core.lab import Baseline, Lab, Limit
from lossclinic.core.progress import Progress
from lossclinic.core.recipe import Recipe
from lossclinic.core.report import Reference
from lossclinic.core.rows import Plan, Rows
from lossclinic.core.threat import Threat
from lossclinic.core.trial import NO_TIME, Arm, Run, Trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.evidence.preflight import PreflightTests
from lossclinic.evidence.references import References
from lossclinic.experiments import budget
from lossclinic.experiments.ablation import comparisons_of, drop_further
from lossclinic.experiments.apart import Apart, judge_apart
from lossclinic.experiments.clock import Clock
from lossclinic.experiments.compose import Composition, compose
from lossclinic.experiments.confirm import Comparison, Confirmation, confirm
from lossclinic.experiments.design import apply_remedy, examine_all, setting_of
from lossclinic.experiments.hardening import CAUSE, SHARE, Hardening, harden
from lossclinic.experiments.judge import FEW_ROWS, LOOKS
from lossclinic.experiments.robust import hardened
from lossclinic.experiments.screen import Screened, first_seeds, screen, train_baseline

FIRST_SEEDS = 3
CHEAP_SEEDS = 5
SHORT_SEEDS = 12
SHORT = 0.001
"""Where a training takes this share of the time, a hundred arms on five seeds take half of it."""
CHEAP = 0.005
"""A baseline run that costs less than this share of the time is repeated five times instead of three."""


@dataclass(frozen=True, eq=False)
class Investigated:
    """Everything that is known about a case so far; later stages fill in more.

    Attributes:
        case: the training.
        yardstick: the score that decides.
        rows: the rows of one draw, for their numbers.
        baseline: the user's recipe over the screening seeds.
        references: attainable marks.
        preflight: the tests that a careful person makes before training in earnest.
        findings: one for each cause, before the experiments settle them.
        composition: what screening came to.
        confirmation: the outcome.
        apart: remedies that the user asked about and that another figure judges.
        refused: remedy that the user asked about → why it does not apply.
        strengths: remedy that the user asked about → all its strengths on the screening seeds.
        hardening: how the network stands up to attacks; None where that was not asked.
        final: the treated recipe's training that became the repaired model.
        finals: key of a recipe that the user asked about → its training that becomes a model of its own.
        cut: what the budget or an interruption cut, in sentences; without it there may be no answer.
        spared: what was left out to keep within the budget, in sentences; the answer stands without it.
    """

    case: Case
    yardstick: Yardstick
    rows: Rows
    baseline: Baseline | None = None
    references: tuple[Reference, ...] = ()
    preflight: PreflightTests = field(default_factory=PreflightTests)
    findings: Mapping[str, Finding] = field(default_factory=dict[str, Finding])
    composition: Composition | None = None
    confirmation: Confirmation | None = None
    apart: tuple[Apart, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    strengths: Mapping[str, tuple[Screened, ...]] = field(default_factory=dict[str, tuple[Screened, ...]])
    hardening: Hardening | None = None
    final: Trial | None = None
    finals: Mapping[str, Trial] = field(default_factory=dict[str, Trial])
    cut: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()

    @property
    def treated(self) -> Arm | None:
        """The repair that holds after confirmation, or the one to be confirmed; None where nothing helped."""
        if self.hardened is not None:
            return self.hardened
        chosen = self.confirmation.prescription if self.confirmation else None
        if chosen is not None:
            return chosen[0].arm
        arm = self.composition.arm if self.composition else None
        return arm if arm is not None and arm.remedies else None

    @property
    def hardened(self) -> Arm | None:
        """The repair together with what is verified to help against attacks; None where nothing is."""
        return hardened(self.hardening, self.yardstick)


def investigate(
    case: Case,
    lab: Lab,
    plan: Plan,
    clock: Clock,
    rows: Rows,
    *,
    min_gain: float,
    tries: Sequence[str] = (),
    threat: Threat | None = None,
    progress: Progress,
    keep: Callable[[Investigated], None],
) -> Investigated:
    """Run the protocol on one case.

    Args:
        case: the training.
        lab: trains within the budget.
        plan: how rows are dealt.
        clock: the budget for experiments on this case.
        rows: one draw, for the numbers of rows.
        min_gain: smallest useful relative gain.
        tries: remedies to test whether or not anything points at them.
        threat: how far attacks on trained networks may move their inputs; None: there are none.
        progress: told what is being tried.
        keep: receives every intermediate state, so that an interruption loses nothing.
    """
    state = Investigated(case, lab.yardstick, rows)
    keep(state)
    given: dict[str, Any] = {"case": case, "recipe": case.recipe, "plan": plan, "lab": lab}
    given["threat"] = threat
    earlier = lab.recall("references")
    references = Evidence(given if earlier is None else {**given, "references": References.from_plain(earlier)})
    # Reference models need the cores less than the workers need them, so they run beside the baseline.
    marks = _beside(lambda: references["references"])
    progress.stage("Training your recipe again on several seeds")
    baseline = _baseline(lab, case, clock)
    state = replace(state, baseline=baseline)
    keep(state)
    try:
        known = marks.result(_seconds_to(clock.end))
    except TimeoutError:
        return _done(replace(state, cut=("the reference models did not fit into the budget",)), keep)
    lab.remember("references", known)
    state = replace(state, references=tuple(Reference(name, score) for name, score in known.scores))
    keep(state)
    if not baseline.trials:
        return _done(replace(state, cut=("not one training of your recipe fitted into the budget",)), keep)
    each = statistics.median(trial.seconds for trial in baseline.trials)
    baseline = replace(baseline, share=clock.share(each))
    evidence = references.changed(baseline=baseline)
    progress.stage("Measuring layers, gradients and learning rates")
    state = replace(state, findings=examine_all(evidence), preflight=evidence["preflight"])
    keep(state)
    state, composition = _composed(state, lab, clock, evidence, baseline, each, min_gain=min_gain, progress=progress)
    keep(state)
    asked, state = _asked(state, evidence, lab, tries, min_gain)
    keep(state)
    comparisons = (*comparisons_of(composition.arm, case.recipe, evidence), *asked)
    if comparisons:
        share = SHARE if threat is not None else 1.0
        state = _confirmed(
            state, lab, clock, evidence, comparisons, each, keep, min_gain=min_gain, progress=progress, share=share
        )
        keep(state)
    if threat is not None:
        state = _hardened(state, lab, clock, evidence, baseline, each, tries, min_gain=min_gain, progress=progress)
        keep(state)
    if state.treated is not None:
        progress.stage("Training the repaired model")
        (final,) = lab.train([Run(state.treated.recipe, 0, "final", keep_weights=True)])
        if final.failed == NO_TIME:
            state = replace(state, spared=(*state.spared, "there is no repaired model: the budget was used up"))
        state = replace(state, final=final)
    wanted = [*(c.after for c in asked), *(a.recipe for a in state.apart)]
    if wanted:
        trials = lab.train([Run(recipe, 0, "final", keep_weights=True) for recipe in wanted])
        state = replace(state, finals={recipe.key: trial for recipe, trial in zip(wanted, trials, strict=True)})
    return _done(state, keep)


def _composed(
    state: Investigated,
    lab: Lab,
    clock: Clock,
    evidence: Evidence,
    baseline: Baseline,
    each: float,
    *,
    min_gain: float,
    progress: Progress,
) -> tuple[Investigated, Composition]:
    """Screen and combine what the findings ask for, within the screening's share of the time."""
    compile_s = max(t.seconds for t in baseline.trials) - each

    screened = clock.screening_end()

    dropped: list[Arm] = []

    def afford(arms: Sequence[Arm]) -> list[Arm]:
        kept = budget.decided_once(lab, clock, arms, lambda: fitting(arms))
        dropped.extend(arm for arm in arms if arm not in kept)
        return kept

    def fitting(arms: Sequence[Arm]) -> list[Arm]:
        runs_each = (first_seeds(baseline, len(arms)) + len(baseline.seeds)) / 2
        known = {"seconds_each": each, "compile_s": compile_s, "runs_each": runs_each}
        return budget.affordable(arms, state.case.recipe, clock, clock.left(screened), **known)

    lab.limit(screened)
    composition = compose(lab, evidence, baseline, min_gain=min_gain, progress=progress, afford=afford)
    lab.limit(Limit())
    cut = ("nothing was left of the budget to try a single change",) if dropped and not composition.tried else ()
    state = replace(state, composition=composition, findings=composition.findings, cut=(*state.cut, *cut))
    return replace(state, spared=_spared(baseline, dropped, composition)), composition


def _confirmed(
    state: Investigated,
    lab: Lab,
    clock: Clock,
    evidence: Evidence,
    comparisons: tuple[Comparison, ...],
    each: float,
    keep: Callable[[Investigated], None],
    *,
    min_gain: float,
    progress: Progress,
    share: float,
) -> Investigated:
    """Confirm the comparisons within a share of the clock, with the variance corrected where rows are few."""
    progress.stage("Confirming on fresh seeds")
    factor = max(_cost(state, c.after, each) for c in comparisons)
    # The repaired script is run once more on its own, and takes longer by as much as its training does.
    until = clock.confirmation_end(max(factor - 1, 0.0) * state.case.observed.seconds, share)
    overlap = _overlap(state)

    def fits(runs: int) -> bool:
        return clock.cost(runs * each * (1 + factor) / 2, runs) <= clock.left(until)

    confirmation = confirm(lab, comparisons, min_gain=min_gain, overlap=overlap, progress=progress, fits=fits)
    keep(replace(state, confirmation=confirmation))
    confirmation = drop_further(
        lab, confirmation, state.case.recipe, evidence, min_gain=min_gain, overlap=overlap, fits=fits
    )
    return replace(state, confirmation=confirmation)


def _overlap(state: Investigated) -> float:
    """Held-out rows over training rows where rows are few, for the variance over redrawn splits; else 0."""
    training, held_out = len(state.rows.train), len(state.rows.held_out)
    return held_out / max(training, 1) if training < FEW_ROWS else 0.0


def _hardened(
    state: Investigated,
    lab: Lab,
    clock: Clock,
    evidence: Evidence,
    baseline: Baseline,
    each: float,
    tries: Sequence[str],
    *,
    min_gain: float,
    progress: Progress,
) -> Investigated:
    """Put remedies against attacks to the test, on top of the repair that is verified."""
    case, chosen = state.case, state.confirmation.prescription if state.confirmation else None
    repaired = chosen[0].arm if chosen is not None and chosen[1].verified else None

    def until(recipe: Recipe) -> float:
        spare = max(budget.cost_factor(case.recipe, recipe) - 1, 0.0) * case.observed.seconds
        return clock.left(clock.confirmation_end(spare))

    def cost(runs: float, recipe: Recipe) -> float:
        return clock.cost(runs * each * (1 + budget.cost_factor(case.recipe, recipe)) / 2, runs)

    def afford(arms: Sequence[Arm], runs: int) -> list[Arm]:
        # Five fresh pairs must be left for the confirmation.
        return [arm for arm in arms if cost(runs * len(arms) + 2 * LOOKS[0][0], arm.recipe) <= until(arm.recipe)]

    hardening = harden(
        lab,
        evidence,
        baseline,
        state.findings[CAUSE],
        repaired or Arm(case.recipe),
        asked=tries,
        min_gain=min_gain,
        overlap=_overlap(state),
        progress=progress,
        afford=afford,
        fits=lambda runs, recipe: cost(runs, recipe) <= until(recipe),
    )
    return replace(state, hardening=hardening)


def _cost(state: Investigated, recipe: Recipe, each: float) -> float:
    """How much longer a recipe trains than the user's own: as measured in the screening, or by its updates."""
    tried = state.composition.tried if state.composition else ()
    seconds = [s.seconds for s in tried if s.arm.recipe.key == recipe.key and s.seconds]
    return seconds[0] / max(each, 1e-6) if seconds else budget.cost_factor(state.case.recipe, recipe)


def _beside(work: Callable[[], Any]) -> Future[Any]:
    """Do some work in a thread that nobody has to wait for in the end: what takes too long is left behind."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def _seconds_to(end: Limit) -> float | None:
    return None if end.moment == math.inf else max(end.moment - time.monotonic(), 0.0)


def _spared(baseline: Baseline, dropped: Sequence[Arm], composition: Composition) -> tuple[str, ...]:
    """What was left out to keep within the budget."""
    tried = {result.arm.recipe.key for result in composition.tried}
    left = {arm.recipe.key: arm for arm in dropped if arm.recipe.key not in tried}
    never = {arm.name: None for arm in left.values()}.keys() - {result.arm.name for result in composition.tried}
    names = [name for name in dict.fromkeys(arm.name for arm in left.values()) if name in never]
    told: list[str] = []
    if len(baseline.seeds) < CHEAP_SEEDS:
        seeds = "1 seed" if len(baseline.seeds) == 1 else f"{len(baseline.seeds)} seeds"
        told.append(f"to keep within the budget, no recipe was screened on more than {seeds}")
    if baseline.is_long:
        told.append("to keep within the budget, few other learning rates were tried")
    if left:
        which = f", among them {', '.join(names[:5])}" if names else ""
        told.append(f"to keep within the budget, {len(left)} changes or strengths of them were not tried{which}")
    return tuple(told)


def _baseline(lab: Lab, case: Case, clock: Clock) -> Baseline:
    """Train the user's recipe on as many seeds as its length allows; those already trained cost nothing again."""
    baseline = train_baseline(lab, case.recipe, range(FIRST_SEEDS))
    each = min((t.seconds for t in baseline.trials), default=math.inf)
    if clock.share(each) < CHEAP:
        count = SHORT_SEEDS if clock.share(each) < SHORT else CHEAP_SEEDS
        baseline = train_baseline(lab, case.recipe, range(count))
    return baseline


def _asked(
    state: Investigated, evidence: Evidence, lab: Lab, tries: Sequence[str], min_gain: float
) -> tuple[list[Comparison], Investigated]:
    """Each remedy that the user asked about, at its best strength on the screening seeds, against the user's recipe.

    The verdicts on those that another figure judges, what the other strengths did, and why a remedy does not apply, are
    noted in the state.
    """
    assert state.baseline is not None
    comparisons: list[Comparison] = []
    apart: list[Apart] = []
    refused: dict[str, str] = {}
    strengths: dict[str, tuple[Screened, ...]] = {}
    for remedy in tries:
        if remedies()[remedy].under_attack:
            continue  # rows as they are cannot judge it
        try:
            recipes = apply_remedy(remedy, state.case.recipe, evidence)
        except NotApplicable as why:
            refused[remedy] = str(why)
            continue
        judge = remedies()[remedy].judged_by
        if judge:
            overlap = _overlap(state)
            known = judge_apart(remedy, recipes[0], evidence[judge], lab.yardstick, min_gain=min_gain, overlap=overlap)
            apart.append(known)
            continue
        arms = [Arm(r, (remedy,), setting=setting_of(state.case.recipe, r)) for r in recipes]
        results = strengths[remedy] = screen(lab, state.baseline, arms)
        best = max(results, key=lambda r: r.gain)
        comparisons.append(Comparison(remedy, state.case.recipe, best.arm.recipe, "asked"))
    return comparisons, replace(state, apart=tuple(apart), refused=refused, strengths=strengths)


def _done(state: Investigated, keep: Callable[[Investigated], None]) -> Investigated:
    keep(state)
    return state
