"""Random recipes, one for each number: every built-in layer, loss, optimizer and setting comes in turn.

Each choice is dealt from a deck of its own that is shuffled anew when it is used up, so that a few hundred numbers
meet everything, in ever new company, and a number that fails can be drawn again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from lossclinic.core.recipe import Recipe
from lossclinic.engine.backend import use_jax
from lossclinic.engine.choose import Path
from lossclinic.intake.callbacks import read_callbacks
from tests.engine.made import recipe_of
from tests.engine.random_layers import FAMILIES
from tests.engine.random_losses import LOSSES, Goal
from tests.engine.random_optimizers import OPTIMIZERS, RATES, wrappings

keras = use_jax()
layers = keras.layers
T = TypeVar("T")
ROWS = 44
ACTIVATIONS = (
    "celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu",
    "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink",
    "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh",
    "tanh_shrink",
)  # fmt: skip
PENALTIES: tuple[Callable[[], dict[str, Any]], ...] = (
    dict,
    lambda: {"kernel_regularizer": keras.regularizers.L2(0.01)},
    lambda: {"kernel_regularizer": keras.regularizers.L1(0.003), "bias_regularizer": keras.regularizers.L2(0.1)},
    lambda: {"kernel_regularizer": keras.regularizers.L1L2(0.002, 0.01)},
    lambda: {"kernel_regularizer": keras.regularizers.OrthogonalRegularizer(0.01)},
    lambda: {"activity_regularizer": keras.regularizers.L2(0.01)},
    lambda: {"activity_regularizer": keras.regularizers.L1(0.01), "kernel_regularizer": keras.regularizers.L2(0.02)},
    lambda: {"kernel_constraint": keras.constraints.MaxNorm(0.8)},
    lambda: {"kernel_constraint": keras.constraints.UnitNorm(), "bias_constraint": keras.constraints.NonNeg()},
)


@dataclass(frozen=True)
class Drawn:
    """One random training.

    Attributes:
        x: inputs.
        y: targets.
        weight: sample weights, or None.
        recipe: what to train.
        seed: the trial's seed.
        callbacks: of fit; the recipe has what they come to.
        path: the engine's way.
        words: what was drawn, for a failing test.
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None
    recipe: Recipe
    seed: int
    callbacks: list[Any]
    path: Path
    words: str


def deal(deck: Sequence[T], name: str, number: int) -> T:
    """The card of a deck for a number: `len(deck)` numbers in a row see every card once."""
    rounds, at = divmod(number, len(deck))
    order = np.random.default_rng([zlib.crc32(name.encode()), rounds]).permutation(len(deck))
    return deck[order[at]]


def first_layer(number: int) -> tuple[str, Callable[..., Any]]:
    """The family of a number, and the layer of it that is dealt."""
    family = deal(list(FAMILIES), "family", number)
    return family, deal(FAMILIES[family].layers, f"{family} layers", number // len(FAMILIES))


def with_new_layers(numbers: Sequence[int]) -> list[int]:
    """Those whose layer no earlier one has in its family: small families come as often as large ones, and repeat."""
    first: dict[tuple[str, Callable[..., Any]], int] = {}
    for number in numbers:
        first.setdefault(first_layer(number), number)
    return list(first.values())


def draw(number: int) -> Drawn:
    """The recipe of a number, with its rows."""
    rng = np.random.default_rng([zlib.crc32(b"recipe"), number])
    keras.utils.clear_session()
    family, layer = first_layer(number)
    goal = deal(LOSSES, "loss", number)
    x = FAMILIES[family].rows(rng, ROWS)
    y = goal.targets(rng, ROWS)
    optimizer_name, make_optimizer = deal(OPTIMIZERS, "optimizer", number)
    wrapping = wrappings(rng)
    rate_name, rate = deal(RATES, "rate", number)
    penalty = deal(PENALTIES, "penalty", number)
    body = [layer]
    if FAMILIES[family].stackable and rng.random() < 0.5:
        body.append(FAMILIES[family].layers[rng.integers(len(FAMILIES[family].layers))])
    activation = deal(ACTIVATIONS, "activation", number)
    model = _model(x, family, body, activation, goal, penalty)
    settings: dict[str, Any] = {
        "epochs": int(rng.integers(2, 5)),
        "batch_size": int(rng.choice([6, 8, 9, 500], p=[0.4, 0.3, 0.2, 0.1])),
        "shuffle": bool(rng.integers(2)),
    }
    callbacks = deal(CALLBACKS, "callbacks", number)() if not callable(rate()) else []
    if callbacks:
        settings["epochs"] = 8
        read = read_callbacks(callbacks, rate=rate(), epochs=8)
        settings |= {"stop": read.stop, "pace": read.pace}
    if goal.kind in ("binary", "sparse") and rng.random() < 0.4:
        settings["class_weight"] = {0: 0.5, 1: 2.0}
    weight = rng.uniform(0.2, 2.0, ROWS).astype("float32") if rng.random() < 0.3 else None
    config = {**goal.config, "reduction": str(deal(REDUCTIONS, "reduction", number))}
    recipe = recipe_of(model, goal.loss, make_optimizer(rate(), wrapping), config, **settings)
    names = [layer.name for layer in model.layers]
    parts = (family, names, activation, goal, optimizer_name, wrapping, rate_name, settings)
    words = " ".join(map(str, (f"#{number}", *parts, "" if weight is None else "weighted")))
    path: Path = "fused" if number % 2 else "stepped"
    return Drawn(x, y, weight, recipe, int(rng.integers(1000)), callbacks, path, words)


REDUCTIONS = ("sum_over_batch_size", "sum_over_batch_size", "sum", "mean_with_sample_weight", "mean")


STOPS, REDUCES, SETS = (
    getattr(keras.callbacks, name) for name in ("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler")
)
CALLBACKS: tuple[Callable[[], list[Any]], ...] = (
    list,
    lambda: [STOPS(patience=1)],
    lambda: [STOPS(patience=2, restore_best_weights=True, min_delta=0.005)],
    lambda: [STOPS("loss", patience=0, restore_best_weights=True, start_from_epoch=2)],
    lambda: [STOPS(patience=1, restore_best_weights=True, baseline=0.4), keras.callbacks.TerminateOnNaN()],
    lambda: [STOPS(patience=2, restore_best_weights=True, mode="max")],
    lambda: [REDUCES(factor=0.3, patience=1, min_delta=0.01)],
    lambda: [REDUCES("loss", 0.5, 0, cooldown=2, min_delta=0.1, min_lr=0.002)],
    lambda: [REDUCES(factor=0.2, patience=1), STOPS(patience=3, restore_best_weights=True)],
    lambda: [SETS(lambda epoch: 0.02 / (1 + epoch))],
    lambda: [SETS(lambda epoch, rate: rate if epoch < 2 else 0.6 * rate), STOPS(restore_best_weights=True)],
)


def _model(x: Any, family: str, body: Sequence[Any], activation: str, goal: Goal, penalty: Any) -> Any:
    start = keras.Input(x.shape[1:], dtype=x.dtype)
    value = FAMILIES[family].first(start)
    for layer in body:
        value = layer(value)
    value = FAMILIES[family].last(value)
    value = layers.Dense(6, activation=activation, **penalty())(value)
    return keras.Model(start, layers.Dense(goal.units, activation=goal.activation)(value))
