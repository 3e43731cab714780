"""The compiled parts of a training: one update step, and the scores of one epoch.

The step is what Keras' own JAX trainer does in `fit`: its loss with regularisation and sample weights, its gradient,
its optimizer. Everything that differs between trials of one structure is an argument: weights, data, sample
weights, learning rate (a variable of the optimizer), penalties and other continuous settings (`engine.knobs`), batch
order, seeds (variables of the layers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.canonical import canonical_json, content_hash
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.core.yardstick import Yardstick, link_of
from lossclinic.engine.choose import Path, choose_path, step_seconds
from lossclinic.engine.evaluate import final_variables, forward_of, scores_of, spread, tracing, validate_of
from lossclinic.engine.initial import model_of_seed
from lossclinic.engine.knobs import knob_values
from lossclinic.engine.mixing import mixed, mixing_of
from lossclinic.engine.model import build_model, make_augmentation
from lossclinic.engine.moves import against, reach_of
from lossclinic.engine.prepare import Block, Prepared
from lossclinic.engine.structure import structure_key

State = dict[str, Any]
"""What training carries along: `tv` and `ntv` (the model's variables), `ov` (optimizer's), `av` (augmentation's),
`mixing` (`engine.mixing`), and what does not change: `knobs`, `rho`, and `reach`, where rows are moved against the
network (`engine.moves`)."""
SMALLEST = 1e-12
"""Length of a gradient that counts as none."""


@dataclass(frozen=True, eq=False)
class Program:
    """One structure, ready to train.

    Attributes:
        model: a built and compiled Keras model; only its structure is used.
        augmentation: Keras model for training batches, or None.
        path: "fused" or "stepped".
        batch: rows in a full batch (never more than there are).
        batch_size: the recipe's, which validation rows are taken in too.
        rows: training rows.
        masked: whether a smaller last batch is filled up with rows of weight 0; otherwise it is a step of its own.
        weighted: whether the loss is given sample weights.
        by_batches: whether the loss of many rows differs from the mean over their batches, as `evaluate` takes it.
        step: (state, x, y, weight) → (state, loss), not compiled.
        forward: (state, x) → raw outputs of the weights that training would leave, not compiled.
        validate: (state, x, y, weight) → the loss of these rows as one batch, not compiled.
        scores: (raw, validation loss, arrays) → the four scores after the training loss, not compiled.
        drawn: what validation after an epoch adds to each of `ntv`: recurrent layers with dropout count masks that
            they then do not use, and the next epoch's masks depend on that count; () where nothing does.
        compiled: compiled functions of the path, filled on first use.
    """

    model: Any
    augmentation: Any | None
    path: Path
    batch: int
    batch_size: int
    rows: int
    masked: bool
    weighted: bool
    by_batches: bool
    step: Callable[..., Any]
    forward: Callable[..., Any]
    validate: Callable[..., Any]
    scores: Callable[..., Any]
    drawn: tuple[Any, ...]
    compiled: dict[str, Any]

    @property
    def full_batches(self) -> int:
        """Batches of full size in one epoch."""
        return self.rows // self.batch

    @property
    def remainder(self) -> int:
        """Rows in the smaller last batch; 0 where the last is full."""
        return self.rows % self.batch

    @property
    def single_step(self) -> Any:
        """The step, compiled for updates that are looked at one by one."""
        if "single step" not in self.compiled:
            import jax

            self.compiled["single step"] = jax.jit(self.step)
        return self.compiled["single step"]

    def validated(self, state: State) -> State:
        """The state after the validation that fit does behind each epoch, traceable."""
        if not self.drawn:
            return state
        return {**state, "ntv": [v + n for v, n in zip(state["ntv"], self.drawn, strict=True)]}


MOST_PROGRAMS = 100
"""Compiled programs kept in a process; the oldest goes first."""
_programs: dict[str, Program] = {}


def program_for(recipe: Recipe, prepared: Prepared, task: Task, yardstick: Yardstick) -> Program:
    """The program for a recipe on arrays of these shapes; made once for each structure in a process."""
    blocks = (prepared.train, prepared.scored, prepared.validation, prepared.held_out)
    shapes = [(b.x.shape, str(b.x.dtype), b.y.shape, str(b.y.dtype), b.target.shape) for b in blocks]
    link, choices = link_of(recipe, task), (_averaged(recipe), _weighs(prepared))
    key = content_hash((structure_key(recipe), shapes, prepared.mean.shape, link, yardstick, choices))
    if key not in _programs:
        if len(_programs) >= MOST_PROGRAMS:
            _programs.pop(next(iter(_programs)))
        _programs[key] = _make(recipe, prepared, task, yardstick)
    return _programs[key]


def _make(recipe: Recipe, prepared: Prepared, task: Task, yardstick: Yardstick) -> Program:
    train = prepared.train
    model = build_model(recipe, 0, row_shape=train.x.shape[1:])
    batch = min(recipe.batch_size, len(train))
    # As fit does: builds the loss and the optimizer, and raises where shapes do not go together.
    y = train.y[:batch]
    weight = spread(model, y, train.weight[:batch]) if _weighted(recipe, prepared, model) else None
    model._symbolic_build(data_batch=(train.x[:batch], y, weight))
    augmentation = make_augmentation(recipe.augmentation, train.x.shape[1:])

    by_row, weighted = _by_row(recipe, model), _weighted(recipe, prepared, model)

    def step(path: Path) -> Callable[..., Any]:
        moves = recipe.adversarial
        move = against(model, moves.threat.norm, moves.steps, weighted=weighted) if moves else None
        return _step(recipe, model, augmentation, path, weighted, move)

    def seconds(path: Path) -> float:
        rows = train.x[:batch], train.y[:batch], train.weight[:batch]
        state = {**_state(recipe, model, augmentation, 0), **_reach(recipe, prepared)}
        return step_seconds(step(path), path, state, rows)

    path = choose_path(recipe.model, (batch, *train.x.shape[1:]), seconds)
    masked = by_row and not recipe.augmentation and not recipe.mixup
    return Program(
        model, augmentation, path, batch, recipe.batch_size, len(train),
        masked, weighted, not by_row or reduction_of(recipe) not in MEANS,
        step(path), forward_of(model, path, averaged=_averaged(recipe)),
        validate_of(model, path, weighted),
        scores_of(task, yardstick, link_of(recipe, task), len(prepared.scored), len(prepared.held_out)),
        _drawn(model, recipe, prepared.validation), {},
    )  # fmt: skip


MEANS = ("sum_over_batch_size", "mean")
"""Reductions that divide by the number of rows."""
ACROSS_ROWS = re.compile(
    r'"class_name":"BatchNormalization"|"module":"keras\.src\.ops|"axis":(0|\[0)[,\]}]'
    r'|"activity_regularizer":\{|"class_name":"ActivityRegularization"'
)
"""Layers and operations whose output or penalty for one row may depend on the other rows of its batch."""
LOSSES_ACROSS_ROWS = ("Dice", "Tversky", "Circle", "ShapedLoss")


def _drawn(model: Any, recipe: Recipe, validation: Block) -> tuple[Any, ...]:
    drop = ("dropout", "recurrent_dropout")
    layers = model._flatten_layers(include_self=False)
    if not len(validation) or not any(isinstance(getattr(layer, d, None), float) for layer in layers for d in drop):
        return ()
    state = _state(recipe, model, None, 0)
    _, ntv = model.stateless_call(state["tv"], state["ntv"], validation.x[:1], training=False)
    batches = -(-len(validation) // recipe.batch_size)
    drawn = [np.asarray(after - before) * batches for before, after in zip(state["ntv"], ntv, strict=True)]
    return tuple(n.astype(v.dtype) for n, v in zip(drawn, ntv, strict=True)) if any(np.any(n) for n in drawn) else ()


def _by_row(recipe: Recipe, model: Any) -> bool:
    """Whether a batch's loss is a plain sum or mean over its rows, so that rows of weight 0 leave a step as it was."""
    plain = reduction_of(recipe) in (*MEANS, "sum", "mean_with_sample_weight")
    across = recipe.loss["class_name"] in LOSSES_ACROSS_ROWS or ACROSS_ROWS.search(canonical_json(recipe.model))
    return plain and not across and len(model.output_shape) == 2


def reduction_of(recipe: Recipe) -> Any:
    """How the recipe's loss makes one number of a batch."""
    return recipe.loss.get("config", {}).get("reduction", "sum_over_batch_size")


def _weighs(prepared: Prepared) -> bool:
    """Whether any row weighs more or less than others."""
    return any(np.any(weight != 1) for weight in (prepared.train.weight, prepared.validation.weight))


def _weighted(recipe: Recipe, prepared: Prepared, model: Any) -> bool:
    """Whether the loss is given sample weights though all are 1, so that rows of weight 0 can fill up a batch.

    For a loss that is no sum over rows, ones are not the same as none; and an output with more axes than its targets,
    which `fit` stretches, can be trained without weights only.
    """
    plain = recipe.loss["class_name"] not in LOSSES_ACROSS_ROWS and len(model.output_shape) == 2
    return plain or _weighs(prepared)


def _averaged(recipe: Recipe) -> bool:
    """Whether `fit` leaves the optimizer's moving average as weights; a stop rule puts the best epoch's in place."""
    restores = recipe.stop is not None and recipe.stop.restore_best
    return bool(recipe.optimizer["config"].get("use_ema")) and not restores


def position_weights(program: Program, recipe: Recipe) -> np.ndarray[Any, Any]:
    """Weight of each place in each batch, shape (batches, batch).

    1, but in a filled-up last batch 0 for the filling, and more than 1 for its own rows where the loss is a mean, so
    that the mean is over these alone.
    """
    weights = np.ones((program.full_batches + bool(program.remainder), program.batch), dtype=np.float32)
    if not program.remainder or not program.masked:
        return weights
    weights[-1] = program.batch / program.remainder if reduction_of(recipe) in MEANS else 1.0
    weights[-1, program.remainder :] = 0.0
    return weights


def _step(
    recipe: Recipe,
    model: Any,
    augmentation: Any | None,
    path: Path,
    weighted: bool,
    move: Callable[..., Any] | None,
) -> Callable[..., Any]:
    import jax

    metrics = [v.value for v in model.metrics_variables]
    gradient = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)

    def step(state: State, x: Any, y: Any, weight: Any) -> tuple[State, Any]:
        av, mixing = state["av"], state["mixing"]
        if move is not None:
            with tracing(model, state["knobs"], path):
                x = move(state, x, y, weight)
        if augmentation is not None:
            x, av = augmentation.stateless_call([], av, x, training=True)
        if recipe.mixup:
            mixing, x, y, weight = mixed(mixing, x, y, weight)
        rows = x, y, spread(model, y, weight) if weighted else None

        def at(tv: list[Any]) -> Any:
            (_, (loss, _, ntv, _)), grads = gradient(
                tv, state["ntv"], metrics, *rows, training=True, optimizer_variables=state["ov"]
            )
            return loss, ntv, grads

        with tracing(model, state["knobs"], path):
            loss, ntv, grads = at(state["tv"])
            if recipe.sharpness:
                _, ntv, grads = at(_uphill(state["tv"], grads, state["rho"]))
            tv, ov = model.optimizer.stateless_apply(state["ov"], grads, state["tv"])
        return {**state, "tv": tv, "ntv": ntv, "ov": ov, "av": av, "mixing": mixing}, loss

    return step


def _uphill(weights: list[Any], grads: list[Any], rho: Any) -> list[Any]:
    """The weights a step of length `rho` along the gradient further (Foret et al. 2021, equation 2 with p = 2)."""
    import jax.numpy as jnp

    length = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in grads))
    return [w + rho / (length + SMALLEST) * g for w, g in zip(weights, grads, strict=True)]


def device_arrays(prepared: Prepared) -> dict[str, Any]:
    """The arrays of a run as the compiled functions take them."""
    import jax.numpy as jnp

    train = prepared.train
    parts = (prepared.scored, prepared.held_out)
    arrays = {
        "x": train.x,
        "y": train.y,
        "weight": train.weight,
        "x_score": np.concatenate([p.x for p in parts]),
        "t_scored": prepared.scored.target,
        "t_held_out": prepared.held_out.target,
        "x_validation": prepared.validation.x,
        "y_validation": prepared.validation.y,
        "w_validation": prepared.validation.weight,
        "mean": prepared.mean,
        "std": prepared.std,
    }
    return {name: jnp.asarray(value) for name, value in arrays.items()}


def first_state(program: Program, recipe: Recipe, seed: int, given: Any, prepared: Prepared) -> State:
    """Fresh weights, optimizer variables at the recipe's learning rate, and seeds for dropout and augmentation."""
    model, drawn = model_of_seed(recipe, seed, given, prepared.train.x.shape[1:])
    return {**_state(recipe, model, program.augmentation, seed, drawn), **_reach(recipe, prepared)}


def _reach(recipe: Recipe, prepared: Prepared) -> State:
    """How far rows may be moved against the network; nothing where they are trained on as they are.

    Raises:
        ValueError: it cannot be said how far that is for the rows as the network gets them.
    """
    if recipe.adversarial is None:
        return {}
    reach = reach_of(recipe.adversarial.threat, prepared)
    if reach is None:
        raise ValueError("the size of an attack means nothing for inputs that are prepared or counted like these")
    return {"reach": reach}


def _state(
    recipe: Recipe, model: Any, augmentation: Any | None, seed: int, drawn: Mapping[int, Any] | None = None
) -> State:
    import jax.numpy as jnp

    values = drawn or {}

    av = [] if augmentation is None else [jnp.array([seed & 0xFFFFFFFF, i], dtype=jnp.uint32) for i, _ in
                                          enumerate(augmentation.non_trainable_variables)]  # fmt: skip
    return {
        "tv": [values.get(id(v), v.value) for v in model.trainable_variables],
        "ntv": [values.get(id(v), v.value) for v in model.non_trainable_variables],
        "ov": [v.value for v in model.optimizer.variables],
        "av": av,
        "knobs": jnp.asarray(knob_values(model)),
        "mixing": mixing_of(recipe.mixup, seed) if recipe.mixup else {},
        "rho": jnp.float32(recipe.sharpness),
    }


def at_rate(program: Program, state: State, rate: float) -> State:
    """The state with another learning rate; the program is the same."""
    optimizer = program.model.optimizer
    held = getattr(optimizer, "inner_optimizer", optimizer)._learning_rate
    ov = [np.asarray(rate, dtype=value.dtype) if variable is held else value
          for variable, value in zip(optimizer.variables, state["ov"], strict=True)]  # fmt: skip
    return {**state, "ov": ov}


def final_weights(program: Program, recipe: Recipe, state: State) -> tuple[np.ndarray[Any, Any], ...]:
    """The weights that `fit` would leave, in the order of `model.get_weights()`."""
    model = program.model
    tv = final_variables(model, state) if _averaged(recipe) else state["tv"]
    for variable, value in zip(model.trainable_variables, tv, strict=True):
        variable.assign(value)
    for variable, value in zip(model.non_trainable_variables, state["ntv"], strict=True):
        variable.assign(value)
    return tuple(np.asarray(w) for w in model.get_weights())
