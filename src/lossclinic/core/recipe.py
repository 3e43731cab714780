"""The recipe: everything that decides a training, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, cast

from lossclinic.core import architecture
from lossclinic.core.canonical import Json, content_hash, plain
from lossclinic.core.steps import InputStep
from lossclinic.core.threat import Adversarial

SILENT: Mapping[str, Any] = {
    "log_targets": False, "drop_copies": False, "mixup": 0.0, "sharpness": 0.0, "members": 1, "threshold": None,
    "adversarial": None,
}  # fmt: skip
"""Settings of a recipe that say nothing where they are off, and what they are then."""
OF_ROWS = {
    "inputs": ("inputs", "inputs"),
    "labels": ("labels", "labels"),
    "flat_targets": ("target-shape", "targets"),
    "drop_suspects": ("suspects", "suspects"),
    "drop_copies": ("copies", "copies"),
    "standardise_targets": ("targets", "targets"),
    "log_targets": ("log-targets", "targets"),
    "resampling": ("resampling", "resampling"),
    "augmentation": ("augmentation", "augmentation"),
    "mixup": ("mixup", "mixup"),
    "adversarial": ("adversarial", "adversarial"),
}
"""What decides the rows that a training is given → kind and target of its change."""
OF_TRAINING = {
    "sharpness": ("sharpness", "sharpness"),
    "members": ("ensemble", "members"),
    "threshold": ("threshold", "threshold"),
    "initial": ("initial-weights", "initial-weights"),
}
"""The same for how it goes on."""
Monitor = Literal["val_loss", "loss"]
Mode = Literal["min", "max"]


@dataclass(frozen=True)
class Split:
    """How the user divides rows into training and validation.

    Attributes:
        kind: "none" (no validation rows), "tail" (Keras' `validation_split`: the last rows, unshuffled),
            "given" (`validation_data`: the rows the user set apart), "shuffled" (random rows, stratified by class).
        fraction: share of rows kept for validation, in (0, 1); for "given" the share that was given.
    """

    kind: Literal["none", "tail", "given", "shuffled"] = "none"
    fraction: float = 0.0


@dataclass(frozen=True)
class Stop:
    """When training ends and which weights are kept (Keras' `EarlyStopping` and `ModelCheckpoint`).

    Attributes:
        patience: epochs without improvement after which training ends; None: never ends early.
        min_delta: improvement that counts, in units of the monitored loss.
        restore_best: keep the weights of the best epoch rather than of the last.
        monitor: "val_loss" or "loss"; without validation rows a rule that watches "val_loss" never acts.
        mode: whether less ("min") or more ("max") of it is better.
        baseline: only epochs better than this start the patience anew; None: every improvement does.
        start_from: first epoch that counts (0 is the first of all).
    """

    patience: int | None = None
    min_delta: float = 0.0
    restore_best: bool = True
    monitor: Monitor = "val_loss"
    mode: Mode = "min"
    baseline: float | None = None
    start_from: int = 0


@dataclass(frozen=True)
class Plateau:
    """Keras' `ReduceLROnPlateau`: a smaller learning rate whenever a loss no longer improves.

    Attributes:
        factor: what the rate is multiplied by, below 1.
        patience: epochs without improvement before that.
        min_delta: improvement that counts, in units of the monitored loss.
        cooldown: epochs after a reduction in which nothing is counted.
        min_rate: the rate never goes below this.
        monitor: "val_loss" or "loss".
        mode: whether less ("min") or more ("max") of it is better.
    """

    factor: float = 0.1
    patience: int = 10
    min_delta: float = 1e-4
    cooldown: int = 0
    min_rate: float = 0.0
    monitor: Monitor = "val_loss"
    mode: Mode = "min"


@dataclass(frozen=True)
class Scheduled:
    """Keras' `LearningRateScheduler`: what the script's function gave, as multiples of the compiled rate.

    Attributes:
        factors: one for each epoch; epochs beyond the last one take the last one's.
        own: whether the function says the rate itself, whatever the optimizer was compiled with, rather than change
            the rate that it is given.
        arguments: how many the function takes: 1 (epoch) or 2 (epoch and rate).
    """

    factors: tuple[float, ...]
    own: bool = False
    arguments: int = 2


@dataclass(frozen=True)
class Cosine:
    """A learning rate that falls along half a cosine to 0 over all epochs of the recipe (Keras' `CosineDecay`).

    It is set once for each epoch, so that it ends where training ends, however many rows there are.

    Attributes:
        warm_up: epochs in which the rate first rises in equal steps to the compiled one.
    """

    warm_up: int = 0

    def factor(self, epoch: int, epochs: int) -> float:
        """What the compiled rate is multiplied by in an epoch (0 is the first) of so many."""
        if epoch < self.warm_up:
            return (epoch + 1) / (self.warm_up + 1)
        done = min((epoch - self.warm_up) / max(epochs - self.warm_up, 1), 1.0)
        return 0.5 * (1 + math.cos(math.pi * done))


@dataclass(frozen=True)
class Resampling:
    """A change of the training rows' class shares; never touches held-out rows.

    Attributes:
        kind: "smote" (synthetic rows between neighbours), "oversample", "undersample", or "batches" (no row is added or
            left out: every batch draws equally many of each class).
        neighbours: k of SMOTE; lowered by the engine where the rarest class has too few rows.
        categories: numbers of the raw columns that hold codes of categories, ascending; a row of "smote" takes the code
            that is commonest among its neighbours, never a number between two.
    """

    kind: Literal["smote", "oversample", "undersample", "batches"] = "smote"
    neighbours: int = 5
    categories: tuple[int, ...] = ()


@dataclass(frozen=True)
class Change:
    """One difference between two recipes.

    Attributes:
        kind: what changed: "layer-argument", "insert-layer", "remove-layer", "loss", "optimizer-argument", "optimizer",
            "fit-argument", "split", "stop", "pace", "inputs", "labels", "target-shape", "suspects", "copies",
            "targets", "log-targets", "resampling", "augmentation", "mixup", "sharpness", "ensemble", "adversarial",
            "initial-weights", "threshold".
        target: the layer name, or the argument's name.
        argument: for layer arguments, which one; for inserted layers, the name of the layer before ("" for first).
        before: plain data; None where nothing was there.
        after: plain data; None where nothing is left.
    """

    kind: str
    target: str
    argument: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training. Two equal recipes with the same seed and rows train the same.

    Attributes:
        model: the Keras model as plain data (see `core.architecture`).
        loss: {"class_name": …, "config": …} of a Keras loss.
        optimizer: {"class_name": …, "config": …} of a Keras optimizer; `config["learning_rate"]` is a float or a
            serialised schedule.
        epochs: passes over the training rows, at least 1.
        batch_size: rows in one update, at least 1.
        shuffle: whether rows are redrawn in random order each epoch.
        class_weight: weight by class index (0…K-1, in the order of `Task.classes`) or None.
        split: how the user divides rows.
        stop: when training ends; None: after all epochs, with the last weights.
        pace: how a callback changes the learning rate from epoch to epoch; None: none does.
        inputs: preparation of the inputs, in order.
        labels: class labels as "given" by the script, or "counted" from 0 in their order, as Keras' losses count them.
        flat_targets: train on targets of shape (n, columns), whatever axes the script gives them.
        drop_suspects: give training rows whose target contradicts rows like them (`evidence.suspects`) a weight of 0.
        drop_copies: give training rows that a row outside of training repeats (`evidence.copies`) a weight of 0.
        standardise_targets: train on (y - mean) / std of the training targets, and undo it on predictions.
        log_targets: train on log(1 + y), before any standardising, and undo it on predictions.
        threshold: probability from which the second of two classes is predicted; None: 0.5. Trains nothing.
        adversarial: move the rows of each batch against the network, before any augmentation; None: as they are.
        resampling: change of the class shares of the training rows.
        augmentation: Keras image layers as plain data, applied to training batches only.
        initial: "fresh" weights from the initialisers, or the "given" ones that the script loaded.
        mixup: alpha of the Beta distribution from which the share is drawn in which two training rows are mixed, inputs
            and targets alike (`engine.mixing`); 0: rows are not mixed.
        sharpness: rho, the length of the step uphill before the gradient of each update is taken (sharpness-aware
            minimisation), in units of the weights; 0: it is taken where the weights are.
        members: networks of an ensemble, trained on the same rows from other seeds, whose outputs are averaged; 1: a
            single network.
    """

    model: Json
    loss: Json
    optimizer: Json
    epochs: int
    batch_size: int = 32
    shuffle: bool = True
    class_weight: Mapping[int, float] | None = None
    split: Split = field(default_factory=Split)
    stop: Stop | None = None
    pace: Plateau | Scheduled | Cosine | None = None
    inputs: tuple[InputStep, ...] = ()
    labels: Literal["given", "counted"] = "given"
    flat_targets: bool = False
    drop_suspects: bool = False
    standardise_targets: bool = False
    resampling: Resampling | None = None
    augmentation: tuple[Json, ...] = ()
    initial: Literal["fresh", "given"] = "fresh"
    log_targets: bool = False
    drop_copies: bool = False
    mixup: float = 0.0
    sharpness: float = 0.0
    members: int = 1
    threshold: float | None = None
    adversarial: Adversarial | None = None

    @cached_property
    def key(self) -> str:
        """Content hash: equal recipes have equal keys; what is off adds nothing to it."""
        nothing = object()
        return content_hash({k: v for k, v in plain(self).items() if v != SILENT.get(k, nothing)})

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def learning_rate(self) -> float | None:
        """The constant learning rate; None where a schedule decides it."""
        rate = self.optimizer["config"].get("learning_rate")
        return float(rate) if isinstance(rate, (int, float)) else None

    @property
    def gradients(self) -> int:
        """How many gradients an update takes, over all networks that are trained."""
        moving = self.adversarial.steps if self.adversarial else 0
        return ((2 if self.sharpness else 1) + moving) * self.members

    def with_learning_rate(self, rate: float) -> Recipe:
        """The same recipe at another constant learning rate (replaces a schedule)."""
        config = {**self.optimizer["config"], "learning_rate": float(rate)}
        return replace(self, optimizer={**self.optimizer, "config": config})

    def diff(self, other: Recipe) -> tuple[Change, ...]:
        """What must change to turn this recipe into `other`; explanations and script edits follow from it."""
        return (
            *_input_changes(self, other),
            *_model_changes(self.model, other.model),
            *_optimizer_changes(self.optimizer, other.optimizer),
            *_loss_changes(self.loss, other.loss),
            *_fit_changes(self, other),
        )


def _input_changes(a: Recipe, b: Recipe) -> list[Change]:
    return [
        Change(kind, target, before=_listed(getattr(a, name)), after=_listed(getattr(b, name)))
        for name, (kind, target) in OF_ROWS.items()
        if getattr(a, name) != getattr(b, name)
    ]


def _listed(value: Any) -> Any:
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value


def _model_changes(a: Json, b: Json) -> list[Change]:
    if a == b:
        return []
    before = {layer.name: layer for layer in architecture.layers(a) if layer.class_name != "InputLayer"}
    after = {layer.name: layer for layer in architecture.layers(b) if layer.class_name != "InputLayer"}
    changes: list[Change] = [
        Change("remove-layer", name, before={"class_name": old.class_name, "config": old.config})
        for name, old in before.items()
        if name not in after or after[name].class_name != old.class_name
    ]
    for name, new in after.items():
        old = before.get(name)
        if old is None or old.class_name != new.class_name:
            previous = next((source for source in new.inbound if source in after), "")
            changes.append(
                Change("insert-layer", name, previous, after={"class_name": new.class_name, "config": new.config})
            )
        else:
            changes += [
                Change("layer-argument", name, key, old.config.get(key), new.config.get(key))
                for key in dict.fromkeys([*old.config, *new.config])
                if old.config.get(key) != new.config.get(key)
            ]
    return changes


def _optimizer_changes(a: Json, b: Json) -> list[Change]:
    if a["class_name"] != b["class_name"]:
        return [Change("optimizer", "optimizer", before=a, after=b)]
    return [
        Change("optimizer-argument", "optimizer", key, a["config"].get(key), b["config"].get(key))
        for key in dict.fromkeys([*a["config"], *b["config"]])
        if a["config"].get(key) != b["config"].get(key)
    ]


def _loss_changes(a: Json, b: Json) -> list[Change]:
    return [Change("loss", "loss", before=a, after=b)] if a != b else []


def _fit_changes(a: Recipe, b: Recipe) -> list[Change]:
    changes = [
        Change("fit-argument", name, before=getattr(a, name), after=getattr(b, name))
        for name in ("epochs", "batch_size", "shuffle", "class_weight")
        if getattr(a, name) != getattr(b, name)
    ]
    if a.split != b.split:
        changes.append(Change("split", "split", before=a.split, after=b.split))
    if a.stop != b.stop:
        changes.append(Change("stop", "stop", before=a.stop, after=b.stop))
    if a.pace != b.pace or (_says_its_own(a) and a.learning_rate != b.learning_rate):
        changes.append(Change("pace", "pace", before=(a.pace, a.learning_rate), after=(b.pace, b.learning_rate)))
    changes += [
        Change(kind, target, before=getattr(a, name), after=getattr(b, name))
        for name, (kind, target) in OF_TRAINING.items()
        if getattr(a, name) != getattr(b, name)
    ]
    return changes


def _says_its_own(recipe: Recipe) -> bool:
    """Whether another learning rate of the optimizer would leave the rates of the script as they are."""
    return isinstance(recipe.pace, Scheduled) and recipe.pace.own
