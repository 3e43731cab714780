"""The arrays of one run: rows dealt, prepared on training rows only, weighted and resampled."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.preparation import fit_inputs, fit_targets, log_targets, places_of, prepare, units_of
from lossclinic.core.recipe import Recipe, Resampling
from lossclinic.core.rows import Plan, leave_out
from lossclinic.core.shaped import primary_of
from lossclinic.core.task import Task
from lossclinic.core.trial import Run
from lossclinic.engine.smote import with_synthetic_rows
from lossclinic.evidence.copies import copies
from lossclinic.evidence.suspects import suspects

Array = np.ndarray[Any, Any]
MOST_SCORED = 1000
"""Training rows that the training score looks at: enough for a stable mean, few enough to cost little."""


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows as the network sees them.

    Attributes:
        x: prepared inputs, shape (n, …).
        y: targets as the loss takes them, shape (n,) or (n, …), float32 or int32.
        weight: weight of each row in the loss, shape (n,), float32.
        target: encoded targets for the yardstick: int32 (n,) for classes, float32 (n, outputs) otherwise.
    """

    x: Array
    y: Array
    weight: Array
    target: Array

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Prepared:
    """All arrays of one run.

    Attributes:
        train: rows that the network trains on, after resampling; `weight` includes class weights.
        scored: the training rows that the training score looks at, before resampling.
        validation: rows for the stop rule; may be empty.
        held_out: rows that score the trial.
        locked: rows for the end; empty unless the run asks for them.
        mean: mean that numeric targets were standardised with, shape (1, d); 0 where they were not.
        std: deviation they were divided by, shape (1, d); 1 where they were not.
        units: how much one unit of each raw column is in `x`, shape (columns,); None where that differs between rows.
    """

    train: Block
    scored: Block
    validation: Block
    held_out: Block
    locked: Block
    mean: Array
    std: Array
    units: Array | None


def prepare_run(case: Case, plan: Plan, run: Run) -> Prepared:
    """Make the arrays of one run.

    Raises:
        ValueError: where a part of the data has no rows to work with, or resampling cannot be done.
    """
    recipe, data, task = run.recipe, case.data, case.task
    rows = plan.deal(data, task, recipe.split, run.seed, run.purpose, run.rows)
    if run.fold is not None:
        rows = leave_out(rows, data, task, run.fold, run.seed)
    if not len(rows.train) or not len(rows.held_out):
        raise ValueError(f"only {len(data)} rows: none are left to train on or to score with")
    fitted = fit_inputs(recipe.inputs, data.x[rows.train], data.y[rows.train])
    parts = [rows.train, rows.validation, rows.held_out, rows.locked if run.locked else rows.locked[:0]]
    dealt = np.concatenate(parts)
    labels = labels_for(recipe, case.recipe, task, data.y[dealt])
    if recipe.flat_targets:
        labels = labels.reshape(len(labels), -1)
    targets = task.encode(data.y[dealt])
    mean, std = np.zeros((1, 1)), np.ones((1, 1))
    if recipe.log_targets:
        labels = log_targets(labels)
    if recipe.standardise_targets:
        mean, std = fit_targets(labels[: len(rows.train)])
        labels = ((labels.reshape(len(labels), -1) - mean) / std).reshape(labels.shape)
    weight = np.ones(len(dealt)) if data.sample_weight is None else np.array(data.sample_weight[dealt])
    if recipe.drop_suspects:
        # Weights rather than fewer rows: sizes must not depend on the seed, or every seed would be another program.
        training = slice(len(rows.train))
        weight[training] = weight[training] * ~suspects(data.x[rows.train], targets[training], task)
    if recipe.drop_copies:
        outside = np.concatenate([rows.validation, rows.held_out, rows.locked])
        known = copies(data.x[rows.train], targets[: len(rows.train)], data.x[outside], task.encode(data.y[outside]))
        weight[: len(rows.train)] *= ~known

    def block(chosen: Array, end: int) -> Block:
        at = slice(end - len(chosen), end)
        x = compact(prepare(fitted, data.x[chosen]))
        return Block(x, compact(labels[at]), weight[at].astype(np.float32), compact(targets[at]))

    train, validation, held_out, locked = map(block, parts, np.cumsum([len(part) for part in parts]).tolist())
    train, validation, held_out, locked = _controlled(run, train, validation, held_out, locked)
    few = np.sort(np.random.default_rng(0).permutation(len(train))[:MOST_SCORED])
    scored = Block(train.x[few], train.y[few], train.weight[few], train.target[few])
    if recipe.resampling is not None and recipe.resampling.kind != "batches" and task.is_classes:
        groups = tuple(places_of(fitted, at, data.x.shape[-1]) for at in recipe.resampling.categories)
        train = resample(recipe.resampling, train, run.seed, groups)
    if recipe.class_weight and task.is_classes:
        by_class = np.asarray([recipe.class_weight.get(k, 1.0) for k in range(len(task.classes))], dtype=np.float32)
        train = Block(train.x, train.y, train.weight * by_class[train.target], train.target)
    return Prepared(
        train, scored, validation, held_out, locked,
        mean.astype(np.float32), std.astype(np.float32), units_of(fitted, data.x.shape[-1] if data.x.ndim > 1 else 1),
    )  # fmt: skip


def _controlled(run: Run, train: Block, *others: Block) -> tuple[Block, ...]:
    """The blocks of a control, training rows first; of an ordinary run as they are."""
    if run.control == "zeroed-inputs":
        return tuple(replace(block, x=np.zeros_like(block.x)) for block in (train, *others))
    if run.control == "permuted-targets":
        mixed = np.random.default_rng([run.seed, 29]).permutation(len(train))
        train = Block(train.x, train.y[mixed], train.weight[mixed], train.target[mixed])
    return (train, *others)


def compact(values: Array) -> Array:
    """Floats as float32 and whole numbers as at most int32, as Keras would feed them."""
    values = np.asarray(values)
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    if values.dtype.kind == "b":
        return values.astype(np.float32)
    if values.dtype.kind in "iu":
        return values.astype(np.int32) if values.dtype.itemsize > 4 else values
    return values.astype(np.float32)


def labels_for(recipe: Recipe, original: Recipe, task: Task, y: Array) -> Array:
    """Targets in the form that the recipe's loss takes.

    The script's own loss gets the script's own targets, right or wrong: that is what is being diagnosed. A loss that
    a remedy put in its place gets class indices (sparse losses), one-hot rows (categorical losses, and all others
    behind several units) or 0/1 (binary); so does the script's own where a remedy counts the labels.
    """
    loss, own = primary_of(recipe.loss), primary_of(original.loss)
    wanted = str(loss.get("class_name", "")).lower().replace("_", "")
    units = architecture.output_layer(recipe.model).units
    same = loss["class_name"] == own["class_name"] and recipe.labels == "given"
    if not task.is_classes or (same and units == architecture.output_layer(original.model).units):
        return y
    index = task.encode(y)
    if wanted.startswith("sparse"):
        return index.astype(np.int32)
    if wanted.startswith("categorical") or (units or 1) > 1:
        return np.eye(max(units or 1, len(task.classes)), dtype=np.float32)[index]
    if wanted.startswith("binary"):
        return index.astype(np.float32).reshape(-1, *([1] * (y.ndim - 1)))
    return y


def resample(resampling: Resampling, train: Block, seed: int, groups: tuple[tuple[int, ...], ...] = ()) -> Block:
    """Even out the classes of training rows with imbalanced-learn.

    SMOTE's number of neighbours is lowered to what the rarest class has; a class of one row is repeated instead.

    Args:
        resampling: how.
        train: the rows.
        seed: of what is drawn.
        groups: for each column of `resampling.categories` the columns of `train.x` that say what it says.
    """
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.under_sampling import RandomUnderSampler

    counts = np.bincount(train.target)
    present = counts[counts > 0]
    if len(present) < 2:
        return train
    rarest = int(present.min())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if resampling.kind == "smote" and rarest >= 2:
            neighbours = min(resampling.neighbours, rarest - 1)
            flat = train.x.reshape(len(train), -1).astype(np.float32)
            return _with_new_rows(train, *with_synthetic_rows(flat, train.target, neighbours, groups, seed))
        maker = RandomUnderSampler if resampling.kind == "undersample" else RandomOverSampler
        sampler: Any = maker(random_state=seed)
        sampler.fit_resample(np.arange(len(train)).reshape(-1, 1), train.target)
    chosen = np.asarray(sampler.sample_indices_)
    return Block(train.x[chosen], train.y[chosen], train.weight[chosen], train.target[chosen])


def _with_new_rows(train: Block, flat: Array, target: Array) -> Block:
    """Synthetic rows stand behind the real ones; each takes label and mean weight from its class."""
    new = target[len(train) :]
    first = {int(k): int(np.flatnonzero(train.target == k)[0]) for k in np.unique(new)}
    mean_weight = {k: float(np.mean(train.weight[train.target == k])) for k in first}
    y = np.concatenate([train.y, train.y[[first[int(k)] for k in new]]]) if len(new) else train.y
    weight = np.concatenate([train.weight, [mean_weight[int(k)] for k in new]]).astype(np.float32)
    return Block(flat.reshape(-1, *train.x.shape[1:]), y, weight, target.astype(train.target.dtype))
