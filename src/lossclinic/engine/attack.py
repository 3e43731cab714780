"""Attack a trained network: projected gradient descent on what decides its answers, and how much that takes away."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.case import Case
from lossclinic.core.probe import Attack, Strength
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.task import Task
from lossclinic.core.threat import Norm, Threat
from lossclinic.core.trial import Attacked, Run
from lossclinic.core.yardstick import Link, Yardstick, columns_of, link_of, natural
from lossclinic.engine.moves import moved, reach_of, stride
from lossclinic.engine.prepare import Block
from lossclinic.engine.program import State
from lossclinic.engine.stepped import ROWS_AT_ONCE, OutOfTimeError, predict

if TYPE_CHECKING:
    from lossclinic.engine.train import Training

Array = np.ndarray[Any, Any]
STEPS = 20
"""Gradients of one attack: Madry et al. (2018) use 7 to 20 in training and evaluation."""
LADDER = (1, 10, 40)
"""Steps of attacks that differ in nothing else."""
SWEEP = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Sizes of the attack that are shown, as multiples of the threat's."""
FURTHER = 4.0
"""Beyond them each attack is so many times as large as the one before, until it knows no bounds."""
UNBOUNDED = 10.0
"""Moves by so many times the range of an input lead anywhere."""
MOST_ROWS = 500
MOST_LOOKED = 256
TINY = 1e-30
SQUASHED = ("softmax", "sigmoid", "log_softmax", "tanh")


def attack_one(
    case: Case,
    plan: Plan,
    yardstick: Yardstick,
    threat: Threat,
    recipe: Recipe,
    seed: int,
    deadline: float = float("inf"),
) -> Json | None:
    """Train, then attack on held-out rows (never on locked ones), at several sizes and with several efforts.

    Args:
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: scores, and counts right answers.
        threat: how far rows may be moved.
        recipe: what to train.
        seed: the trial's seed.
        deadline: `time.monotonic()` after which training ends without an answer.

    Returns:
        An `Attack` as plain data; None for numbers as targets, for inputs that have no distance, and where training
        fails.

    References:
        Carlini et al., "On evaluating adversarial robustness" (2019), section 3: what to measure beside the attack.
    """
    from lossclinic.engine.train import start

    if not case.task.is_classes:
        return None
    training = start(case, plan, yardstick, Run(recipe, seed))
    reach = reach_of(threat, training.prepared)
    state = training.finished(deadline) if reach is not None else None
    if state is None or reach is None:
        return None
    try:
        return plain(_looked_into(training, state, threat, reach, deadline))
    except OutOfTimeError:
        return None


def _looked_into(training: Training, state: State, threat: Threat, reach: Array, deadline: float) -> Attack:
    rows = first(training.prepared.held_out, MOST_LOOKED)
    attacker = Attacker(training, state, threat, deadline)

    def at(factor: float, steps: int = STEPS) -> tuple[float, Array]:
        return attacker.answers(rows, attacker.worst(rows, factor * reach, steps))

    clean = attacker.answers(rows, rows.x)
    found = [(0.0, *clean), *((factor, *at(factor)) for factor in SWEEP)]
    signs = np.random.default_rng(training.run.seed).choice(np.array([-1.0, 1.0], np.float32), rows.x.shape)
    noise = signs * reach / (1.0 if threat.norm == "inf" else math.sqrt(max(rows.x[0].size, 1)))
    return Attack(
        threat=threat,
        rows=len(rows),
        random=float(np.mean(attacker.answers(rows, rows.x + noise)[1])),
        efforts=tuple((steps, float(np.mean(at(1.0, steps)[1]))) for steps in LADDER),
        sweep=tuple(Strength(factor, float(np.mean(right)), score) for factor, score, right in found),
        unbounded=float(np.mean(_left(at, found[-1][2], reach, np.ptp(training.prepared.train.x, axis=0)))),
    )


def _left(at: Callable[[float], tuple[float, Array]], left: Array, reach: Array, ranges: Array) -> Array:
    """Which rows stand up to attacks of any size: what a shorter move reaches, one without bounds reaches too."""
    factor = SWEEP[-1]
    while left.any() and factor * float(np.max(reach)) < UNBOUNDED * float(np.max(ranges)):
        factor *= FURTHER
        left = left & at(factor)[1]
    return left


def attacked_scores(training: Training, state: State, deadline: float) -> Attacked | None:
    """The scores of a finished training under its run's attack; None where it cannot be attacked.

    Args:
        training: its run says how far rows may be moved, and whether locked ones count.
        state: the weights that count.
        deadline: `time.monotonic()` after which there is no answer.

    Raises:
        OutOfTimeError: the deadline passed.
    """
    threat, prepared = training.run.attack, training.prepared
    reach = reach_of(threat, prepared) if threat is not None and training.case.task.is_classes else None
    if threat is None or reach is None:
        return None
    attacker = Attacker(training, state, threat, deadline)
    blocks = [first(block, MOST_ROWS) for block in (prepared.held_out, prepared.locked)]
    held_out, locked = (attacker.answers(r, attacker.worst(r, reach, STEPS)) if len(r) else None for r in blocks)
    if held_out is None:
        return None
    return Attacked(held_out[0], float(np.mean(held_out[1])), locked[0] if locked else None)


def first(block: Block, count: int) -> Block:
    """The first rows of a block."""
    return replace(block, **{name: getattr(block, name)[:count] for name in ("x", "y", "weight", "target")})


@dataclass(frozen=True, eq=False)
class Attacker:
    """Moves rows of one trained network.

    Attributes:
        training: the finished training.
        state: the weights that count.
        threat: which norm moves are measured in.
        deadline: `time.monotonic()` after which `OutOfTimeError` is raised.
    """

    training: Training
    state: State
    threat: Threat
    deadline: float

    def answers(self, rows: Block, x: Array) -> tuple[float, Array]:
        """Yardstick on these rows, moved to `x`, and which of them are still answered right, shape (n,)."""
        training = self.training
        task, prepared = training.case.task, training.prepared
        raw = np.asarray(predict(training.program, self.state, x.astype(np.float32), self.deadline))
        values = natural(np, task, link_of(training.run.recipe, task), raw, prepared.mean, prepared.std)
        return float(training.yardstick.score(np, rows.target, values)), np.argmax(values, axis=1) == rows.target

    def worst(self, rows: Block, reach: Array, steps: int) -> Array:
        """The rows at the point of each one's path where its margin is worst for the network.

        A single step starts from the row (FGSM), more from a random point of the ball (PGD).

        Raises:
            OutOfTimeError: the deadline passed.
        """
        parts = [self._worst(rows.x[at : at + ROWS_AT_ONCE], rows.target[at : at + ROWS_AT_ONCE], reach, steps)
                 for at in range(0, len(rows), ROWS_AT_ONCE)]  # fmt: skip
        return np.concatenate(parts)

    def _worst(self, x: Array, target: Array, reach: Array, steps: int) -> Array:
        kept = self.training.program.compiled.setdefault("climb", {})
        if self.threat.norm not in kept:
            kept[self.threat.norm] = _climb(self.training, self.threat.norm)
        short = ROWS_AT_ONCE - len(x)
        # One shape means one compilation.
        full, target = (np.concatenate([part, np.repeat(part[:1], short, axis=0)]) for part in (x, target))
        prepared, moves = self.training.prepared, np.zeros_like(full)
        if steps > 1:
            drawn = np.random.default_rng(self.training.run.seed).uniform(-1, 1, full.shape).astype(np.float32)
            moves = drawn if self.threat.norm == "inf" else drawn / math.sqrt(max(full[0].size, 1))
        best, height = moves, np.full(len(full), -np.inf, np.float32)
        for step in range(steps + 1):
            if time.monotonic() > self.deadline:
                raise OutOfTimeError
            # The point where a path begins is no attack yet.
            path = (moves, best, height, reach, stride(steps), step > 0)
            moves, best, height = kept[self.threat.norm](self.state, full, target, *path, prepared.mean, prepared.std)
        return np.asarray(full + reach * np.asarray(best))[: len(x)]


def _climb(training: Training, norm: Norm) -> Any:
    """Compiled: measure the margins where the moves stand, keep the worst, and go one step on."""
    import jax
    import jax.numpy as jnp

    program, task = training.program, training.case.task
    link = link_of(training.run.recipe, task)

    def margins(state: State, rows: Any, target: Any, mean: Any, std: Any) -> Any:
        with unsquashed(program.model) as open_:
            values = preferences(task, program.forward(state, rows), link, mean, std, open_=open_)
        own = jnp.take_along_axis(values, target[:, None], axis=1)[:, 0]
        others = jnp.where(jax.nn.one_hot(target, values.shape[1], dtype=bool), -jnp.inf, values)
        return jnp.max(others, axis=1) - own

    def climb(
        state: State, x: Any, target: Any, moves: Any, best: Any, height: Any, reach: Any, length: Any, counts: Any,
        mean: Any, std: Any,
    ) -> Any:  # fmt: skip
        def total(moves: Any) -> Any:
            each = margins(state, x + reach * moves, target, mean, std)
            return jnp.sum(each), each

        slope, margin = jax.grad(total, has_aux=True)(moves)
        better = counts & (margin > height)
        best = jnp.where(better.reshape(-1, *[1] * (moves.ndim - 1)), moves, best)
        return moved(norm, moves, slope, length), best, jnp.where(better, margin, height)

    return jax.jit(climb)


@contextlib.contextmanager
def unsquashed(model: Any) -> Iterator[bool]:
    """While a function is traced, the model puts out what its last activation is given.

    Probabilities that have come close to 0 or 1 have no gradient left in single precision, which would hide the way
    from an attack (Carlini and Wagner, "Towards evaluating the robustness of neural networks", 2017). Yields whether
    there was such an activation.
    """
    import keras

    last = model.outputs[0]._keras_history.operation
    activation = getattr(last, "activation", None)
    if getattr(activation, "__name__", "") not in SQUASHED:
        yield False
        return
    last.activation = keras.activations.linear
    try:
        yield True
    finally:
        last.activation = activation


def preferences(task: Task, raw: Any, link: Link, mean: Any, std: Any, *, open_: bool) -> Any:
    """For each class a number, the largest of which is the answer, shape (n, K), traceable.

    Args:
        task: with classes.
        raw: the model's output, shape (n, units).
        link: how it is read.
        mean: mean that the targets were standardised with.
        std: their deviation.
        open_: whether `raw` came before the last activation.
    """
    import jax.numpy as jnp

    raw = raw.reshape(raw.shape[0], -1)
    if link.kind == "probability":
        middle = 0.0 if open_ or link.from_logits or link.centre else 0.5
        return jnp.concatenate([jnp.zeros_like(raw[:, :1]), raw[:, :1] - middle], axis=1)
    if link.kind == "number-as-class":
        return -((raw[:, :1] * std + mean - jnp.asarray(task.classes)[None, :]) ** 2)
    values = raw if open_ or link.from_logits else jnp.log(jnp.maximum(raw, TINY))
    missing = len(task.classes) - values.shape[1]
    if missing > 0:  # classes that no unit stands for are never the answer
        nothing = jnp.min(values, axis=1, keepdims=True) - 1
        return jnp.concatenate([values, jnp.repeat(nothing, missing, axis=1)], axis=1)
    return values[:, columns_of(task, values.shape[1])]
