"""One case from baseline to confirmation, in the order of the experiment protocol."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from lossclinic.core.case import Case
from lossclinic.core.catalogue import Evidence
from lossclinic.core.finding import Finding
from lossclinic.core.lab import Baseline, Lab
from lossclinic.core.progress import Progress
from lossclinic.core.report import Reference
from lossclinic.core.rows import Plan, Rows
from lossclinic.core.trial import Arm, Run, Trial
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments import budget
from lossclinic.experiments.compose import Composition, compose
from lossclinic.experiments.confirm import Comparison, Confirmation, confirm
from lossclinic.experiments.design import examine_all, without
from lossclinic.experiments.judge import FEW_ROWS
from lossclinic.experiments.screen import train_baseline

FIRST_SEEDS = (0, 1, 2)
MORE_SEEDS = (0, 1, 2, 3, 4)
CHEAP = 0.01
"""A baseline run that costs less than this share of the budget is repeated five times instead of three."""


@dataclass(frozen=True, eq=False)
class Investigated:
    """Everything that is known about a case so far; later stages fill in more.

    Attributes:
        case: the training.
        yardstick: the score that decides.
        rows: the rows of one draw, for their numbers.
        baseline: the user's recipe over the screening seeds.
        references: attainable marks.
        findings: one for each cause, before the experiments settle them.
        composition: what screening came to.
        comparisons: what was confirmed; the first is the prescription.
        confirmation: the outcome.
        final: the treated recipe's training that became the repaired model.
        cut: what the budget or an interruption cut, in sentences.
    """

    case: Case
    yardstick: Yardstick
    rows: Rows
    baseline: Baseline | None = None
    references: tuple[Reference, ...] = ()
    findings: Mapping[str, Finding] = field(default_factory=dict[str, Finding])
    composition: Composition | None = None
    comparisons: tuple[Comparison, ...] = ()
    confirmation: Confirmation | None = None
    final: Trial | None = None
    cut: tuple[str, ...] = ()

    @property
    def treated(self) -> Arm | None:
        """The arm that was confirmed, if any."""
        arm = self.composition.arm if self.composition else None
        return arm if arm is not None and arm.remedies else None


def investigate(
    case: Case,
    lab: Lab,
    plan: Plan,
    clock: budget.Clock,
    rows: Rows,
    *,
    min_gain: float,
    progress: Progress,
    keep: Callable[[Investigated], None],
) -> Investigated:
    """Run the protocol on one case.

    Args:
        case: the training.
        lab: trains within the budget.
        plan: how rows are dealt.
        clock: the time for experiments on this case.
        rows: one draw, for the numbers of rows.
        min_gain: smallest useful relative gain.
        progress: told what is being tried.
        keep: receives every intermediate state, so that an interruption loses nothing.
    """
    state = Investigated(case, lab.yardstick, rows)
    keep(state)
    given = {"case": case, "recipe": case.recipe, "plan": plan, "lab": lab}
    references = Evidence(given)
    with ThreadPoolExecutor(1) as beside:
        # Reference models need the cores less than the workers need them, so they run beside the baseline.
        marks = beside.submit(lambda: references["references"])
        progress.stage("Training your recipe again on several seeds")
        baseline = _baseline(lab, case, clock)
        state = replace(state, baseline=baseline)
        keep(state)
        known = marks.result()
    state = replace(state, references=tuple(Reference(name, score) for name, score in known.scores))
    keep(state)
    if not baseline.trials:
        return _done(replace(state, cut=("not one training of your recipe fitted into the budget",)), keep)
    evidence = references.changed(baseline=baseline)
    progress.stage("Measuring layers, gradients and learning rates")
    state = replace(state, findings=examine_all(evidence))
    keep(state)
    each = statistics.median(trial.seconds for trial in baseline.trials)
    compile_s = max(t.seconds for t in baseline.trials) - each

    def afford(arms: Sequence[Arm]) -> list[Arm]:
        return budget.affordable(arms, case.recipe, each, compile_s, clock.for_screening() * clock.workers)

    suspects = [f for f in state.findings.values() if f.status == "suspected" and f.remedies]
    composition = compose(lab, evidence, baseline, min_gain=min_gain, progress=progress, afford=afford)
    cut = ("no time was left to try a single change",) if suspects and not composition.tried else ()
    state = replace(state, composition=composition, findings=composition.findings, cut=(*state.cut, *cut))
    keep(state)
    if not composition.arm.remedies:
        return _done(state, keep)
    return _confirm(state, evidence, lab, clock, each, min_gain=min_gain, progress=progress, keep=keep)


def _baseline(lab: Lab, case: Case, clock: budget.Clock) -> Baseline:
    baseline = train_baseline(lab, case.recipe, FIRST_SEEDS)
    each = min((t.seconds for t in baseline.trials), default=float("inf"))
    cheap = each < CHEAP * (clock.end - clock.start)
    return train_baseline(lab, case.recipe, MORE_SEEDS) if cheap else baseline


def _confirm(
    state: Investigated,
    evidence: Evidence,
    lab: Lab,
    clock: budget.Clock,
    each: float,
    *,
    min_gain: float,
    progress: Progress,
    keep: Callable[[Investigated], None],
) -> Investigated:
    assert state.composition is not None
    arm, base = state.composition.arm, state.case.recipe
    comparisons = [Comparison(arm.name, base, arm.recipe, locked=True)]
    if len(arm.remedies) > 1:
        for index, remedy in enumerate(arm.remedies):
            rest = without(arm, base, index, evidence)
            if rest is not None:
                comparisons.append(Comparison(remedy, rest.recipe, arm.recipe))
    factor = (1 + budget.cost_factor(base, arm.recipe)) / 2
    confirmation = confirm(
        lab,
        tuple(comparisons),
        min_gain=min_gain,
        overlap=len(state.rows.held_out) / max(len(state.rows.train), 1) if len(state.rows.train) < FEW_ROWS else 0.0,
        progress=progress,
        fits=lambda runs: runs <= clock.fits(each * factor, clock.at(budget.CONFIRMATION_UNTIL)),
    )
    state = replace(state, comparisons=tuple(comparisons), confirmation=confirmation)
    keep(state)
    progress.stage("Training the repaired model")
    (final,) = lab.train([Run(arm.recipe, 0, "final", keep_weights=True)])
    return _done(replace(state, final=final), keep)


def _done(state: Investigated, keep: Callable[[Investigated], None]) -> Investigated:
    keep(state)
    return state
