"""One tuning from the space to the written answer."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lossclinic.core.canonical import content_hash
from lossclinic.core.case import Case
from lossclinic.core.errors import UsageError
from lossclinic.core.lab import Lab, Limit
from lossclinic.core.progress import Progress
from lossclinic.core.report import Prescription
from lossclinic.core.rows import Plan, Rows
from lossclinic.core.settings import Settings
from lossclinic.core.trial import NO_TIME, Arm, Run
from lossclinic.core.tuned import Tuned
from lossclinic.core.yardstick import Yardstick
from lossclinic.experiments.compose import Composition
from lossclinic.experiments.investigate import Investigated
from lossclinic.treat import OVER_SECONDS, OVER_SHARE, plan_of, spare_for, workers_of
from lossclinic.tuning.answer import Searched, answer_of, arm_of, ending_of, flags_of, prescription_of
from lossclinic.tuning.nested import PAIRS, compare_locked, train_pairs
from lossclinic.tuning.question import Question
from lossclinic.tuning.sampling import Sampler, Told
from lossclinic.tuning.score import Rungs
from lossclinic.tuning.search import Pace, first, search
from lossclinic.tuning.space import Space, arms, derive

if TYPE_CHECKING:
    from lossclinic.engine.pool import Pool
    from lossclinic.engine.store import Store

MARGIN = 1.25
"""Trainings on a machine that others use as well vary by so much, and the best point may yet become a slower one."""
MOST_FOR_PAIRS = 0.6
"""Share of the time that the comparison on fresh seeds may claim: without it there is no answer at all."""


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be tuned, within what, and where it is kept.

    Attributes:
        case: the training.
        folder: where files go; None writes none.
        settings: budget, seed, workers, memory.
        question: what is searched, how, and how it is scored.
        yardstick: the score.
        scope: hash of what all trials depend on.
        storage: database URL of the studies; None keeps none.
        store: trials of earlier runs; None keeps none.
        started: `time.monotonic()` when the user began to wait.
        progress: told how the work goes.
        notes: remarks about the capture.
    """

    case: Case
    folder: Path | None
    settings: Settings
    question: Question
    yardstick: Yardstick
    scope: str
    storage: str | None
    store: Store | None
    started: float
    progress: Progress
    notes: tuple[str, ...]

    @property
    def end(self) -> float:
        """`time.monotonic()` when everything must be over."""
        return self.started + self.settings.seconds


def carry_out(job: Job, interrupted: bool = False) -> Tuned:
    """Search, compare, write down.

    Args:
        job: what to do.
        interrupted: whether Ctrl-C came before: then nothing is searched.

    Raises:
        UsageError: nothing can be tuned, or the storage cannot be opened.
    """
    from lossclinic.engine.pool import Pool

    now, case = time.monotonic(), job.case
    stop = job.end - spare_for(case, job.folder, job.end - now)
    plan = replace(plan_of(case, job.settings, job.store, stop - now, 1), folds=job.question.folds)
    rows = plan.deal(case.data, case.task, case.recipe.split, 0, "screen")
    if not len(rows.held_out):
        raise UsageError(f"{len(case.data)} rows cannot be divided into {plan.folds} folds.", do="Take fewer --folds.")
    workers = workers_of(case, plan, job.settings, 1)
    spaces = _spaces(job, rows)
    searched: list[Searched] = []
    prescription: Prescription | None = None
    pool = Pool(
        case, plan, job.yardstick, workers=workers, deadline=stop, progress=job.progress, store=job.store
    )  # fmt: skip
    with pool:
        try:
            if not interrupted:
                _search(job, pool, spaces, workers, stop, searched)
                pool.limit(Limit())
                _compare(job, pool, searched)
                prescription = _write(job, pool, plan, rows, _ranked(searched))
        except KeyboardInterrupt:
            interrupted = True
    return _tuned(job, rows, _ranked(searched), prescription, pool.spent, interrupted)


def _spaces(job: Job, rows: Rows) -> dict[str, Space]:
    """The space of each arm: one for each value of the scientific parameter, or one in all."""
    question, recipe, count = job.question, job.case.recipe, len(rows.train)
    if not question.compare:
        return {"": derive(recipe, count, question.fixed, question.ranges)}
    fixed = (*question.fixed, question.compare)
    return {
        name: derive(each, count, fixed, question.ranges)
        for name, each in arms(recipe, count, question.compare, question.fixed).items()
    }


def _search(
    job: Job, pool: Pool, spaces: Mapping[str, Space], workers: int, stop: float, searched: list[Searched]
) -> None:
    """Search every arm for the same time; what is found stays in `searched`, whatever ends it."""
    question = job.question
    job.progress.stage(f"Trying settings ({question.method}, scored on {question.scoring})")
    for at, (name, space) in enumerate(spaces.items()):
        if name:
            job.progress.stage(f"{name}: tuning everything else")
        key = content_hash((job.scope, space.key, question.folds, question.repeats))
        study = " ".join(filter(None, (job.case.name, name, key)))
        sampler = Sampler(space, question.method, job.settings.seed, study, job.storage)
        searched.append(Searched(name, space, sampler))
        pace = first(pool, space, sampler, question.draws, workers)
        if pace is None:
            return
        now, left = time.monotonic(), len(spaces) - at

        def until(
            best: Told | None, now: float = now, left: int = left, space: Space = space, pace: Pace = pace
        ) -> Limit:
            longest = pace.each
            if best is not None:
                longest = pool.cost(space.recipe_at(best.point)) or best.seconds / question.draws
            own = pace.each * space.own_epochs / space.epochs
            kept = _for_pairs(own, max(longest, pace.each), pace.compiling, len(spaces), workers, stop - now)
            return Limit(now + max(stop - kept - now, 0.0) / left)

        search(
            pool,
            space,
            sampler,
            pace,
            seeds=question.draws,
            rungs=Rungs(question.give_up),
            points=question.trials,
            until=until,
            progress=job.progress,
        )
        pool.limit(Limit())


def _for_pairs(own: float, best: float, compiling: float, arms: int, workers: int, left: float) -> float:
    """Seconds to keep for the comparison on fresh seeds and the final model.

    Args:
        own: seconds of one training of the script's own recipe.
        best: the same of the best point.
        compiling: seconds to compile one of them.
        arms: how many are compared with the script's own.
        workers: trainings at the same time.
        left: seconds that there are in all.
    """
    wanted = MARGIN * (PAIRS * (own + arms * best) + best) / max(workers, 1) + (1 + arms) * compiling
    return wanted if math.isinf(left) else min(wanted, MOST_FOR_PAIRS * left)


def _compare(job: Job, lab: Lab, searched: list[Searched]) -> None:
    """Put the best of every arm beside the script's own settings, on fresh seeds and on the locked rows."""
    changed = {
        at: recipe
        for at, each in enumerate(searched)
        if (recipe := each.recipe) is not None and recipe != job.case.recipe
    }
    if not changed:
        return
    job.progress.stage("Comparing with your settings on fresh seeds, on rows that chose nothing")
    pairs = train_pairs(lab, job.case.recipe, list(changed.values()))
    for at, found in zip(changed, pairs, strict=True):
        nested = compare_locked(found, lab.yardstick, len(changed))
        searched[at] = replace(searched[at], pairs=found, nested=nested)


def _write(job: Job, lab: Lab, plan: Plan, rows: Rows, ranked: list[Searched]) -> Prescription | None:
    """The change in words, as a diff of the script, and as a trained model."""
    winner = ranked[0] if ranked else None
    prescription = prescription_of(winner, ending_of(winner, job.case.recipe)) if winner else None
    if winner is None or winner.recipe is None or prescription is None:
        return None
    from lossclinic.prescribe.repair import write_repair

    job.progress.stage("Training the model with the best settings")
    (final,) = lab.train([Run(winner.recipe, 0, "final", keep_weights=True)])
    treated = Composition(Arm(winner.recipe, ("tuning",)), {})
    state = Investigated(
        job.case, job.yardstick, rows, composition=treated, final=None if final.failed == NO_TIME else final
    )
    left = job.end - time.monotonic()
    late = job.end + OVER_SECONDS + OVER_SHARE * left if job.end < math.inf else None
    return write_repair(prescription, state, plan, job.folder, job.end, late, job.progress, job.store)


def _ranked(searched: list[Searched]) -> list[Searched]:
    """The arms, the best on the rows that select first: the other rows must not choose."""
    return sorted(searched, key=lambda each: each.value)


def _tuned(
    job: Job,
    rows: Rows,
    ranked: list[Searched],
    prescription: Prescription | None,
    trainings: int,
    interrupted: bool,
) -> Tuned:
    winner = ranked[0] if ranked else None
    arms_told = tuple(map(arm_of, ranked))
    ending = ending_of(winner, job.case.recipe)
    troubles = [each.sampler.trouble for each in ranked if each.sampler.trouble]
    troubles += [job.store.trouble] if job.store is not None and job.store.trouble else []
    return Tuned(
        name=job.case.name,
        script=job.case.source.script,
        answer=answer_of(arms_told[0] if arms_told else None, ending, job.yardstick.name, interrupted),
        ending=ending,
        yardstick=job.yardstick.name,
        rows={name: len(getattr(rows, name)) for name in ("train", "held_out", "locked")},
        method=job.question.method,
        scoring=job.question.scoring,
        arms=arms_told,
        prescription=prescription,
        fixed=winner.space.left_out if winner else (),
        flags=flags_of(arms_told[0]) if arms_told else (),
        notes=(*job.notes, *job.case.notes, *dict.fromkeys(troubles)),
        trainings=trainings,
        elapsed_s=time.monotonic() - job.started,
        budget_s=job.settings.seconds,
        folder=str(job.folder or ""),
        storage=(job.storage or "") if not troubles else "",
        interrupted=interrupted,
    )
