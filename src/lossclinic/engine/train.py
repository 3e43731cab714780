"""One run: prepared, trained to its end or its stop rule, scored."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.folder import given_weights
from lossclinic.core.rows import Plan
from lossclinic.core.trial import NO_TIME, Answers, Run, Trial, failed_trial
from lossclinic.core.yardstick import Yardstick, link_of, natural
from lossclinic.engine import fused, stepped
from lossclinic.engine.attack import attacked_scores
from lossclinic.engine.orders import orders_of, recorded_epochs
from lossclinic.engine.outcome import COLUMNS, Kept, chosen_epoch, make_trial, reason, score_rows, stopping_epoch
from lossclinic.engine.pace import Pace
from lossclinic.engine.prepare import Block, Prepared, prepare_run
from lossclinic.engine.program import Program, State, at_rate, device_arrays, final_weights, first_state, program_for
from lossclinic.engine.stepped import OutOfTimeError

Array = np.ndarray[Any, Any]
CALL_SECONDS = 0.5
"""A compiled call trains for about this long, so that the deadline is met within it."""


def train_one(case: Case, plan: Plan, yardstick: Yardstick, run: Run, deadline: float = float("inf")) -> Trial:
    """Train one run on the JAX backend, in this process.

    Never raises for what the recipe or the data do: a training that cannot be done comes back as a failed trial.

    Args:
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: the score.
        run: what to train.
        deadline: `time.monotonic()` after which training ends as failed with the reason `NO_TIME`.
    """
    return train_timed(case, plan, yardstick, run, deadline)[0]


def train_timed(
    case: Case, plan: Plan, yardstick: Yardstick, run: Run, deadline: float = float("inf")
) -> tuple[Trial, float]:
    """As `train_one`, with the seconds that training took without compiling."""
    started = time.perf_counter()
    compiling = 0.0
    try:
        if time.monotonic() > deadline:
            raise OutOfTimeError
        training = begin(case, plan, yardstick, run)
        before = training.program.compiled.get("seconds", 0.0)
        made = time.perf_counter() - started if not before else 0.0
        training.to_the_end(deadline)
        compiling = made + training.program.compiled.get("seconds", 0.0) - before
        trial = training.trial(time.perf_counter() - started, deadline)
    except OutOfTimeError:
        trial = failed_trial(run, NO_TIME, time.perf_counter() - started)
    except MemoryError:
        trial = failed_trial(run, "out of memory", time.perf_counter() - started)
    except Exception as error:
        why = "out of memory" if "RESOURCE_EXHAUSTED" in str(error) else reason(error)
        trial = failed_trial(run, why, time.perf_counter() - started)
    return trial, max(trial.seconds - compiling, 0.0)


@dataclass
class Training:
    """A training under way.

    Attributes:
        case: the case.
        yardstick: the score.
        run: what is trained.
        program: its compiled structure.
        prepared: its rows.
        arrays: the rows as JAX arrays.
        state: where it stands.
        pace: its learning rates.
        seed: of the initial weights, the order of the rows and what layers draw.
        table: one row for each epoch so far, columns as in `COLUMNS`.
        trained: epochs that `state` has behind it.
        resume: (epoch, state) at the beginning of the call in which the chosen epoch lies.
    """

    case: Case
    yardstick: Yardstick
    run: Run
    program: Program
    prepared: Prepared
    arrays: Any
    state: State
    pace: Pace
    seed: int
    table: Array = field(default_factory=lambda: np.zeros((0, len(COLUMNS))))
    trained: int = 0
    resume: tuple[int, State] | None = None

    def to_the_end(self, deadline: float) -> None:
        """Train until all epochs are done, the stop rule ends it, or the loss is no number."""
        recipe = self.run.recipe
        recorded = recorded_epochs(recipe)
        at_once = 1
        while not self._ended() and len(self.table) < recipe.epochs:
            first = len(self.table)
            count = self._count(first, min(at_once, recipe.epochs - first))
            began, at_start = time.perf_counter(), self.state
            compiled = self.program.compiled.get("seconds", 0.0)
            table = self._advance(first, np.isin(np.arange(first, first + count), recorded), deadline)
            self.table = np.concatenate([self.table, table])
            self.trained = len(self.table)
            for train_loss, val_loss in table[:, :2]:
                self.pace.after(float(train_loss), float(val_loss))
            if chosen_epoch(self.run.recipe.stop, self.table) >= first:
                self.resume = (first, at_start)
            each = (time.perf_counter() - began - self.program.compiled.get("seconds", 0.0) + compiled) / count
            at_once = max(1, int(CALL_SECONDS / max(each, 1e-9)))
            if time.monotonic() > deadline and len(self.table) < recipe.epochs:
                raise OutOfTimeError

    def _count(self, first: int, most: int) -> int:
        """How many epochs one call can train: it has one learning rate."""
        return self.pace.steady(first, min(most, fused.capacity(self.program.rows)))

    def _advance(self, first: int, record: Array, deadline: float = float("inf")) -> Array:
        run, program = self.run, self.program
        rate = self.pace.rate(first)
        if rate is not None:
            self.state = at_rate(program, self.state, rate)
        order = orders_of(run.recipe, self.prepared.train.target, first, len(record), self.seed)
        arguments = (program, run.recipe, self.state, self.arrays, order, record)
        if program.path == "fused":
            self.state, table = fused.advance(*arguments)
        else:
            self.state, table = stepped.advance(*arguments, deadline)
        return table

    def _ended(self) -> bool:
        """Whether the stop rule or a loss that is no number ends training; cuts what was trained beyond that epoch."""
        stop, end = self.run.recipe.stop, None
        if stop is not None and stop.patience is not None and len(self.table):
            end = stopping_epoch(stop, self.table[:, 0], self.table[:, 1])
        if end is not None:
            self.table = self.table[: end + 1]
        bad = np.flatnonzero(~np.isfinite(self.table[:, 0]))
        if len(bad):
            self.table = self.table[: bad[0] + 1]
        return end is not None or len(bad) > 0

    def at_chosen_epoch(self) -> State:
        """The state after the chosen epoch; trained again from the nearest kept state where it has passed."""
        chosen = chosen_epoch(self.run.recipe.stop, self.table)
        if self.resume is None or chosen == self.trained - 1:
            return self.state
        first, self.state = self.resume
        while first <= chosen:
            count = self._count(first, chosen + 1 - first)
            self._advance(first, np.zeros(count, dtype=bool))
            first += count
        return self.state

    @property
    def is_finite(self) -> bool:
        """Whether every loss so far is a number."""
        return bool(np.isfinite(self.table[:, 0]).all())

    def finished(self, deadline: float) -> State | None:
        """Train to the end, and give the state that counts; None where time runs out or the loss is no number."""
        try:
            self.to_the_end(deadline)
        except OutOfTimeError:
            return None
        return self.at_chosen_epoch() if self.is_finite else None

    def trial(self, seconds: float, deadline: float = float("inf")) -> Trial:
        """The outcome.

        Raises:
            OutOfTimeError: the deadline passed in the middle of an attack.
        """

        def at_the_end() -> Kept:
            state, run = self.at_chosen_epoch(), self.run
            locked = self._score(state, self.prepared.locked) if run.locked and len(self.prepared.locked) else None
            weights = final_weights(self.program, run.recipe, state) if run.keep_weights else ()
            return Kept(locked, weights, self.answers([state]) if run.keep_answers else None)

        trial = make_trial(self.run, self.table, seconds, at_the_end)
        if self.run.attack is None or trial.failed:
            return trial
        return replace(trial, attacked=attacked_scores(self, self.at_chosen_epoch(), deadline))

    def answers(self, states: list[State]) -> Answers:
        """What networks of these states, averaged, say of the held-out rows; their loss is the mean of their losses."""
        prepared, held_out, task = self.prepared, self.prepared.held_out, self.case.task
        raw = np.mean([np.asarray(stepped.predict(self.program, state, held_out.x)) for state in states], axis=0)
        said = natural(np, task, link_of(self.run.recipe, task), raw, prepared.mean, prepared.std)
        loss = np.mean([stepped.loss_on(self.program, state, held_out) for state in states])
        return Answers(held_out.target, said, float(loss), self.program.rows)

    def _score(self, state: State, block: Block) -> float:
        raw = stepped.predict(self.program, state, block.x)
        return score_rows(self.case.task, self.yardstick, self.run.recipe, self.prepared, np.asarray(raw), block)[0]


@dataclass
class Ensemble:
    """Trainings on the same rows from different seeds, whose outputs are averaged.

    The reports of single epochs are means over the members; those of the last epoch are scores of the averaged outputs,
    each member with the weights that its own stop rule keeps.

    Attributes:
        members: the trainings.
    """

    members: tuple[Training, ...]

    @property
    def program(self) -> Program:
        """The compiled structure that all members have."""
        return self.members[0].program

    def to_the_end(self, deadline: float) -> None:
        """Train all members, one after the other; the first whose loss is no number ends it."""
        for member in self.members:
            member.to_the_end(deadline)
            if not member.is_finite:
                break

    def trial(self, seconds: float, deadline: float = float("inf")) -> Trial:
        """The outcome; an ensemble is not attacked."""
        first = self.members[0]
        broken = next((member for member in self.members if not member.is_finite), None)
        if broken is not None:
            return broken.trial(seconds, deadline)
        states = [member.at_chosen_epoch() for member in self.members]
        table = _mean_table([member.table for member in self.members])
        table[-1, 2] = self._scores(states, first.prepared.scored)[0]
        table[-1, 3:] = self._scores(states, first.prepared.held_out)

        def at_the_end() -> Kept:
            locked = first.prepared.locked
            score = self._scores(states, locked)[0] if first.run.locked and len(locked) else None
            answers = first.answers(states) if first.run.keep_answers else None
            if not first.run.keep_weights:
                return Kept(score, (), answers)
            weights = [final_weights(self.program, first.run.recipe, state) for state in states]
            return Kept(score, tuple(weight for member in weights for weight in member), answers)

        return make_trial(first.run, table, seconds, at_the_end, chosen=len(table) - 1)

    def _scores(self, states: list[State], block: Block) -> tuple[float, float]:
        first = self.members[0]
        raw = np.mean([np.asarray(stepped.predict(self.program, state, block.x)) for state in states], axis=0)
        return score_rows(first.case.task, first.yardstick, first.run.recipe, first.prepared, raw, block)


def _mean_table(tables: list[Array]) -> Array:
    """Epoch by epoch the mean over the members; one that ended keeps its last values."""
    longest = max(map(len, tables))
    return np.mean([np.pad(table, ((0, longest - len(table)), (0, 0)), mode="edge") for table in tables], axis=0)


def begin(case: Case, plan: Plan, yardstick: Yardstick, run: Run) -> Training | Ensemble:
    """What a run asks for: one training, or several."""
    first = start(case, plan, yardstick, run)
    if run.recipe.members == 1:
        return first
    others = np.random.default_rng([run.seed, 31]).integers(1 << 31, size=run.recipe.members - 1)
    return Ensemble((first, *(_member(first, int(seed)) for seed in others)))


def _member(first: Training, seed: int) -> Training:
    """A training of the same rows from another seed."""
    recipe = first.run.recipe
    state = first_state(first.program, recipe, seed, None, first.prepared)
    return replace(first, state=state, pace=Pace(recipe), seed=seed)


def start(case: Case, plan: Plan, yardstick: Yardstick, run: Run) -> Training:
    """Prepare the rows, compile where this structure is new, and draw the initial weights (of a first member)."""
    prepared = prepare_run(case, plan, run)
    program = program_for(run.recipe, prepared, case.task, yardstick)
    given = given_weights(case.folder) if case.folder and run.recipe.initial == "given" else None
    state = first_state(program, run.recipe, run.seed, given, prepared)
    arrays = device_arrays(prepared)
    return Training(case, yardstick, run, program, prepared, arrays, state, Pace(run.recipe), run.seed)
