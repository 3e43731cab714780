"""Which rows train, validate, score and stay locked: redrawn for every seed, the locked ones never."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossclinic.core.case import Data
from lossclinic.core.recipe import Split
from lossclinic.core.task import Task

Array = np.ndarray[Any, Any]
LOCKED_SHARE = 0.2
HELD_OUT_SHARE = 0.2
FEWEST_ROWS = 20
PURPOSES = {"screen": 0, "confirm": 1, "final": 2}


@dataclass(frozen=True, eq=False)
class Rows:
    """Row numbers of one draw; the four arrays do not meet.

    Attributes:
        train: rows the recipe trains on, in the data's order.
        validation: rows the recipe's own stop rule may look at; empty without a validation split.
        held_out: rows that score the trial.
        locked: rows that nothing looks at before the end.
    """

    train: Array
    validation: Array
    held_out: Array
    locked: Array


@dataclass(frozen=True)
class Plan:
    """How rows are dealt for one case.

    Attributes:
        seed: the user's `--seed`; decides the locked rows and all redraws.
        limit: at most this many rows are used, and as many of the locked ones (large data are thinned evenly at
            random); None: all.
        folds: for screening, seeds from 0 on hold out one of so many folds after the other, and then the folds of
            another division; 0: every seed holds out rows of its own.
        lock: whether a fifth of the rows is locked away; without, nothing may be chosen by what the held-out rows say.
    """

    seed: int = 0
    limit: int | None = None
    folds: int = 0
    lock: bool = True

    def deal(self, data: Data, task: Task, split: Split, seed: int, purpose: str, share: float = 1.0) -> Rows:
        """Draw the rows of one trial.

        Sizes depend on the data and the split, not on the seed, so that one compiled program serves all seeds.

        Args:
            data: all rows.
            task: decides the strata: classes are spread evenly over all parts.
            split: how the user divides what is not locked or held out.
            seed: the trial's seed.
            purpose: "screen", "confirm" or "final"; keeps their random streams apart.
            share: of the training rows to keep, every class in its share, the smaller within the larger; the other
                rows are the same for all shares.
        """
        strata = _strata(data, task)
        locked = self._lock(strata)
        rest = others(len(data), locked)
        rng = np.random.default_rng([self.seed, 11, PURPOSES[purpose], seed])
        rest, locked = self._thin(rest, 13), self._thin(locked, 17)
        if self.folds and purpose == "screen":
            division = np.random.default_rng([self.seed, 23, seed // self.folds])
            chosen = _fold(strata[rest], self.folds, seed % self.folds, division)
        else:
            chosen = _take(strata[rest], HELD_OUT_SHARE / (1 - LOCKED_SHARE if self.lock else 1), rng)
        held_out, usable = rest[chosen], rest[others(len(rest), chosen)]
        train, validation = _divide(usable, strata, data.n_train, split, rng)
        if share < 1:
            train = train[_take(strata[train], share, np.random.default_rng([self.seed, 19, PURPOSES[purpose], seed]))]
        return Rows(train, validation, held_out, locked)

    def _thin(self, rows: Array, stream: int) -> Array:
        if self.limit is None or len(rows) <= self.limit:
            return rows
        return np.sort(np.random.default_rng([self.seed, stream]).permutation(rows)[: self.limit])

    def locked(self, data: Data, task: Task) -> Array:
        """The locked rows alone: they depend on the seed of the plan and on nothing else."""
        return self._lock(_strata(data, task))

    def _lock(self, strata: Array) -> Array:
        if not self.lock:
            return np.zeros(0, dtype=np.int64)
        return _take(strata, LOCKED_SHARE, np.random.default_rng([self.seed, 7]))


def leave_out(rows: Rows, data: Data, task: Task, fold: tuple[int, int], seed: int) -> Rows:
    """One fold of the training rows scores in place of the held-out rows, and does not train.

    Args:
        rows: a draw.
        data: all rows.
        task: decides the strata.
        fold: (its number, how many folds there are); all have one size.
        seed: decides the division.
    """
    number, folds = fold
    out = _fold(_strata(data, task)[rows.train], folds, number, np.random.default_rng([29, seed]))
    return replace(rows, train=np.delete(rows.train, out), held_out=rows.train[out])


def others(count: int, taken: Array) -> Array:
    """The numbers from 0 to `count` - 1 that are not among `taken`, in order; linear in `count`."""
    free = np.ones(count, dtype=bool)
    free[taken] = False
    return np.flatnonzero(free)


def _strata(data: Data, task: Task) -> Array:
    """A label for each row: its class and whether it came as training or validation data."""
    origin = (np.arange(len(data)) >= data.n_train).astype(np.int64)
    if not task.is_classes:
        return origin
    return task.encode(data.y) * 2 + origin


def _take(strata: Array, share: float, rng: np.random.Generator) -> Array:
    """Sorted positions of a `share` of each stratum, at least one where it has three rows or more."""
    taken: list[Array] = []
    for label in np.unique(strata):
        members = np.flatnonzero(strata == label)
        count = max(round(share * len(members)), 1 if len(members) >= 3 else 0)
        taken.append(rng.permutation(members)[:count])
    return np.sort(np.concatenate(taken)) if taken else np.zeros(0, dtype=np.int64)


def _fold(strata: Array, folds: int, number: int, rng: np.random.Generator) -> Array:
    """Sorted positions of one fold. All have one size: what is left over in a stratum is in none of them."""
    taken: list[Array] = []
    for label in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == label))
        size = len(members) // folds
        taken.append(members[number * size : (number + 1) * size])
    return np.sort(np.concatenate(taken)) if taken else np.zeros(0, dtype=np.int64)


def _divide(usable: Array, strata: Array, n_train: int, split: Split, rng: np.random.Generator) -> tuple[Array, Array]:
    nothing = usable[:0]
    if split.kind == "given":
        return usable[usable < n_train], usable[usable >= n_train]
    if split.kind == "tail":
        cut = int(len(usable) * (1 - split.fraction))
        return usable[:cut], usable[cut:]
    if split.kind == "shuffled":
        chosen = _take(strata[usable], split.fraction, rng)
        return np.delete(usable, chosen), usable[chosen]
    return usable, nothing
