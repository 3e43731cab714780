"""Cases, baselines and a lab by hand, without any training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.architecture import make_layer
from lossclinic.core.case import Case, Data
from lossclinic.core.lab import Baseline
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.rows import Plan
from lossclinic.core.task import infer_task
from lossclinic.core.trial import Trial
from lossclinic.core.yardstick import Yardstick, choose_yardstick
from lossclinic.evidence.references import References, references


@dataclass
class RulerOnly:
    """A lab that only knows the score."""

    yardstick: Yardstick

    def train(self, runs):
        raise AssertionError("evidence of this room must not train networks")

    def probe(self, recipe, seed):
        raise AssertionError("evidence of this room must not train networks")


def model(width: int, *layers: dict[str, Any], shape: tuple[int, ...] | None = None) -> dict[str, Any]:
    start = make_layer("InputLayer", "input", batch_shape=[None, *(shape or (width,))])
    return {"class_name": "Sequential", "config": {"name": "net", "layers": [start, *layers]}}


def dense(units: int, activation: str = "linear", name: str = "out", **config: Any) -> dict[str, Any]:
    return make_layer("Dense", name, units=units, activation=activation, **config)


def loss(name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.losses", "class_name": name, "config": config, "registered_name": None}


def case(
    x,
    y,
    *,
    units: int = 1,
    activation: str = "linear",
    loss_name: str = "MeanSquaredError",
    split: Split | None = None,
    n_train: int | None = None,
    layers: tuple[dict[str, Any], ...] | None = None,
    from_logits: bool = False,
    **recipe: Any,
) -> Case:
    x, y = np.asarray(x), np.asarray(y)
    hidden = (dense(16, "relu", "hidden"),) if layers is None else layers
    net = model(x.shape[1] if x.ndim > 1 else 1, *hidden, dense(units, activation), shape=x.shape[1:])
    chosen = loss(loss_name, **({"from_logits": True} if from_logits else {}))
    made = Recipe(
        net,
        chosen,
        {"class_name": "Adam", "config": {"learning_rate": 0.001}},
        epochs=20,
        split=split or Split("shuffled", 0.2),
        **recipe,
    )
    return Case("planted", made, infer_task(y, net, chosen), Data(x, y, n_train or len(x)))


def binary(x, y, **more: Any) -> Case:
    return case(x, y, **{"activation": "sigmoid", "loss_name": "BinaryCrossentropy", **more})


def classes(x, y, **more: Any) -> Case:
    many = int(np.max(y)) + 1
    return case(x, y, **{"units": many, "activation": "softmax", "loss_name": "SparseCategoricalCrossentropy", **more})


def baseline(train, held_out, *, train_loss=None, accuracy=float("nan"), seeds: int = 3, jitter=0.01) -> Baseline:
    """Trials with the given curves (a number: a flat one), jittered by seed."""
    held = np.asarray([held_out] * 10 if np.isscalar(held_out) else held_out, dtype=float)
    fit = np.asarray([train] * len(held) if np.isscalar(train) else train, dtype=float)
    own = fit if train_loss is None else np.asarray([train_loss] * len(held) if np.isscalar(train_loss) else train_loss)
    trials = []
    for seed in range(seeds):
        factor = 1 + jitter * (seed - (seeds - 1) / 2)
        trials.append(
            Trial(
                f"run{seed}",
                tuple(range(1, len(held) + 1)),
                tuple(own * factor),
                tuple([float("nan")] * len(held)),
                tuple(fit * factor),
                tuple(held * factor),
                tuple([accuracy] * len(held)),
                len(held) - 1,
            )
        )
    return Baseline(tuple(trials), tuple(range(seeds)))


def ruler(c: Case) -> RulerOnly:
    target = c.task.encode(c.data.y)
    return RulerOnly(choose_yardstick(c.task, target))


def marks(c: Case) -> References:
    return references(c, Plan(), ruler(c))
