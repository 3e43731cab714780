"""Move inputs a little in the direction that raises the loss most, and see how many answers change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.case import Case
from lossclinic.core.probe import Attack
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.evaluate import spread
from lossclinic.engine.knobs import turned
from lossclinic.engine.outcome import score_rows
from lossclinic.engine.program import State

Array = np.ndarray[Any, Any]
SIZE = 0.1
"""Deviations of a column: about 8 of 255 grey values on photographs, a change that people do not see."""
MOST_ROWS = 500


def attack_one(
    case: Case, plan: Plan, yardstick: Yardstick, recipe: Recipe, seed: int, deadline: float = float("inf")
) -> Json | None:
    """Train, then take one step of the fast gradient sign method on held-out rows (never on locked ones).

    Args:
        case: the case with its rows.
        plan: how rows are dealt.
        yardstick: counts right answers.
        recipe: what to train.
        seed: the trial's seed.
        deadline: `time.monotonic()` after which training ends without an answer.

    Returns:
        An `Attack` as plain data; None for numbers as targets, for whole-number inputs, and where training fails.

    References:
        Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples" (2015), section 4.
    """
    from lossclinic.engine.stepped import OutOfTimeError, predict
    from lossclinic.engine.train import start

    if not case.task.is_classes:
        return None
    training = start(case, plan, yardstick, Run(recipe, seed))
    block = training.prepared.held_out
    if block.x.dtype.kind != "f":
        return None
    state = training.finished(deadline)
    if state is None:
        return None
    block = replace(block, **{n: getattr(block, n)[:MOST_ROWS] for n in ("x", "y", "weight", "target")})
    # One deviation for each column; one for all pixels of a channel.
    axes = tuple(range(training.prepared.train.x.ndim - 1)) if block.x.ndim > 2 else (0,)
    reach = SIZE * np.std(training.prepared.train.x, axis=axes, keepdims=True)[0]
    signs = np.sign(np.asarray(_input_gradient(training.program)(state, block.x, block.y, block.weight)))
    random = np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), block.x.shape)

    def right(x: Array) -> float:
        raw = np.asarray(predict(training.program, state, x.astype(np.float32), deadline))
        return score_rows(case.task, yardstick, recipe, training.prepared, raw, block)[1]

    try:
        found = Attack(
            SIZE, right(block.x), right(block.x + reach * signs), right(block.x + reach * random), len(block)
        )
    except OutOfTimeError:
        return None
    return plain(found)


def _input_gradient(program: Any) -> Any:
    """Compiled (state, rows) → gradient of the loss with respect to the inputs, as at prediction."""
    import jax

    model = program.model
    metrics = [v.value for v in model.metrics_variables]

    def loss(x: Any, state: State, y: Any, weight: Any) -> Any:
        with turned(model, state["knobs"]):
            return model.compute_loss_and_updates(
                state["tv"],
                state["ntv"],
                metrics,
                x,
                y,
                spread(model, y, weight) if program.weighted else None,
                training=False,
                optimizer_variables=state["ov"],
            )[0]

    return jax.jit(lambda state, x, y, weight: jax.grad(loss)(x, state, y, weight))
