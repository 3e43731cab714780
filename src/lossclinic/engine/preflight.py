"""Pre-flight measurements of one network: fresh weights, a few updates, and its training.

What is measured follows Karpathy, "A recipe for training neural networks" (2019), and Smith, "Cyclical learning rates
for training neural networks" (2017, the range test).
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.case import Case
from lossclinic.core.preflight import Preflight, Received
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine import stepped
from lossclinic.engine.outcome import score_rows
from lossclinic.engine.picture import strip
from lossclinic.engine.prepare import Block
from lossclinic.engine.program import State, at_rate
from lossclinic.engine.train import Training, start

Array = np.ndarray[Any, Any]
SAMPLE = 256
"""Rows that scores are taken on."""
FEWEST_MIXED = 4
UPDATES = 200
"""A network that can learn knows one batch by heart after so many updates at a fitting rate; fewer are made where the
training itself has fewer."""
REPEATED = 3
RANGE = np.geomspace(1e-6, 10.0, 57)
"""Eight learning rates for each power of ten."""
COLUMNS, ROWS, PICTURES = 8, 5, 8


def preflight_one(case: Case, plan: Plan, yardstick: Yardstick, recipe: Recipe, seed: int, deadline: float) -> Json:
    """Take all measurements that the time allows.

    Args:
        case: the case with its rows.
        plan: how rows are dealt; locked rows are never looked at.
        yardstick: the score.
        recipe: what to look at.
        seed: the trial's seed.
        deadline: `time.monotonic()` after which training ends.

    Returns:
        A `Preflight` as plain data.
    """
    training = start(case, plan, yardstick, Run(recipe, seed))
    desk = _Desk(training)
    losses = desk.range_test(deadline) if recipe.learning_rate is not None else ()
    found = Preflight(
        at_start=desk.score(training.state, desk.sample),
        one_batch=desk.one_batch(deadline),
        updates=desk.updates,
        mixing=desk.mixing(),
        repeats=desk.repeats(start(case, plan, yardstick, Run(recipe, seed)).state),
        rates=tuple(float(rate) for rate in RANGE[: len(losses)]),
        losses=losses,
        received=desk.received(),
        modes=desk.modes(deadline),
    )
    return plain(found)


class _Desk:
    """One training with what its measurements share: the compiled update and a few of its rows."""

    def __init__(self, training: Training) -> None:
        self._training, self._program = training, training.program
        train = training.prepared.train
        order = np.random.default_rng([training.run.seed, 23]).permutation(len(train))
        self._order = order
        batches = -(-len(train) // self._program.batch)
        self.updates = min(UPDATES, max(training.run.recipe.epochs * batches, len(RANGE)))
        self._batch = _some(train, np.resize(order, self._program.batch))
        self.sample = _some(train, order[:SAMPLE])
        self._step = self._program.single_step

    def score(self, state: State, block: Block) -> float:
        """The yardstick of weights on rows, in inference mode."""
        # Filled up with copies to one size for all: one compilation.
        same_size = _some(block, np.resize(np.arange(len(block)), len(self.sample)))
        return self._score(self._outputs(state, same_size.x), same_size)

    def _outputs(self, state: State, x: Array) -> Array:
        return np.asarray(stepped.predict(self._program, state, x))

    def _score(self, raw: Array, block: Block) -> float:
        it = self._training
        return score_rows(it.case.task, it.yardstick, it.run.recipe, it.prepared, raw, block)[0]

    def one_batch(self, deadline: float) -> tuple[float, float] | None:
        """Scores of one batch before and after updates on it alone; None where time ran out."""
        rate = self._training.pace.rate(0)
        state = self._training.state if rate is None else at_rate(self._program, self._training.state, rate)
        before = self.score(state, self._batch)
        for _ in range(self.updates):
            if time.monotonic() > deadline:
                return None
            state, _ = self._step(state, *_rows(self._batch))
        return before, self.score(state, self._batch)

    def range_test(self, deadline: float) -> tuple[float, ...]:
        """Loss of each update's batch while the learning rate rises; ends where the loss is no number."""
        state, losses = self._training.state, []
        train, size = self._training.prepared.train, self._program.batch
        for count, rate in enumerate(RANGE):
            chosen = np.take(self._order, np.arange(count * size, (count + 1) * size), mode="wrap")
            state, loss = self._step(at_rate(self._program, state, float(rate)), *_rows(_some(train, chosen)))
            losses.append(float(loss))
            if not math.isfinite(losses[-1]) or time.monotonic() > deadline:
                break
        return tuple(losses)

    def mixing(self) -> float | None:
        """Largest change of the first row's output when all other rows of its batch are replaced."""
        rows = self.sample.x
        if len(rows) < FEWEST_MIXED:
            return None
        others = np.concatenate([rows[:1], np.zeros_like(rows[1:])])
        one, other = (self._outputs(self._training.state, x) for x in (rows, others))
        change = float(np.max(np.abs(one[0] - other[0])))
        return 0.0 if change == 0 else change / max(float(np.std(one)), 1e-12)

    def repeats(self, again: State) -> bool:
        """Whether a few updates from the same seed, drawn anew, come out the same."""
        states = [self._training.state, again]
        for _ in range(REPEATED):
            states = [self._step(state, *_rows(self._batch))[0] for state in states]
        weights = [[np.asarray(value) for value in state["tv"]] for state in states]
        return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(*weights, strict=True))

    def modes(self, deadline: float) -> tuple[float, float] | None:
        """Scores after training, in training mode and in inference mode; None where training did not end well."""
        state = self._training.finished(deadline)
        if state is None:
            return None
        inference = self.score(state, self.sample)
        model = self._program.model
        if not any(layer._call_has_training_arg for layer in model._flatten_layers(include_self=False)):
            return inference, inference
        if "in training" not in self._program.compiled:
            import jax

            self._program.compiled["in training"] = jax.jit(
                lambda tv, ntv, x: model.stateless_call(tv, ntv, x, training=True)[0]
            )
        raw = np.asarray(self._program.compiled["in training"](state["tv"], state["ntv"], self.sample.x))
        return self._score(raw, self.sample), inference

    def received(self) -> Received:
        """What the first layer gets in one training step."""
        x = self._batch.x
        if self._program.augmentation is not None:
            x = np.asarray(
                self._program.augmentation.stateless_call([], self._training.state["av"], x, training=True)[0]
            )
        values = np.asarray(x, dtype=np.float64)
        good = values[np.isfinite(values)]
        low, mean, high = (float(f(good)) for f in (np.min, np.mean, np.max)) if good.size else (math.nan,) * 3
        is_picture = x.ndim == 4 and x.shape[-1] in (1, 3)
        few = values.reshape(len(values), -1)[:ROWS, :COLUMNS]
        return Received(
            shape=tuple(int(size) for size in x.shape),
            dtype=str(x.dtype),
            low=low,
            mean=mean,
            high=high,
            zeros=float(np.mean(values == 0)),
            missing=1.0 - good.size / max(values.size, 1),
            rows=() if is_picture else tuple(tuple(float(f"{v:.4g}") for v in row) for row in few),
            picture=strip(values[:PICTURES]) if is_picture else "",
        )


def _some(block: Block, rows: Array) -> Block:
    return Block(block.x[rows], block.y[rows], block.weight[rows], block.target[rows])


def _rows(block: Block) -> tuple[Array, Array, Array]:
    return block.x, block.y, block.weight
