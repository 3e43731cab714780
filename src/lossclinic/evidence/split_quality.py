"""How the user's validation rows relate to the training rows: order, copies, and columns that give the target away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.rows import Plan
from lossclinic.evidence.copies import comparable, near_distance

Array = np.ndarray[Any, Any]
MOST_ROWS = 4000
MOST_COLUMNS = 256
FEWEST_DISTINCT = 50
"""With fewer distinct rows, equal rows are what the data is like, and no sign of copying."""
DISTINGUISHING_SHARE = 0.3
"""A column is continuous enough to tell rows apart if it has this many distinct values for each distinct row."""
CHANCE = 1e-6
"""Expected number of equal pairs, columns taken as independent, below which equality is no accident."""
ALONE = {True: 0.98, False: 0.99}
"""Share of the target that one column explains, for classes and for numbers; measurements carry more noise."""
OTHERS = 0.9
"""How far all other columns get, at most, where one column says too much."""
THE_TARGET_ITSELF = 1 - 1e-6
"""A column with one value for each class is the label under another name, however easy the task is without it."""


@dataclass(frozen=True)
class Telltale:
    """One column that says the target nearly alone.

    Attributes:
        at: the column's number.
        name: the column.
        alone: share of the target's variance that it explains alone (correlation ratio for classes, squared
            correlation for numbers), in 0 … 1.
        others: the same measure of skill for a shallow forest on all other columns, out of bag, in 0 … 1.
    """

    at: int
    name: str
    alone: float
    others: float

    def gives_away(self, is_classes: bool) -> bool:
        """Whether the column says so much that it can hardly be known when predicting."""
        return self.alone >= (ALONE[is_classes] if self.others < OTHERS else THE_TARGET_ITSELF)


@dataclass(frozen=True)
class SplitQuality:
    """What the user's own split does, measured without the locked rows.

    Attributes:
        kind: "none", "tail", "given" or "shuffled".
        train_rows: rows on the training side.
        validation_rows: rows on the validation side; 0 without a split.
        train_shares: class shares on the training side; () for numbers.
        validation_shares: class shares on the validation side; () for numbers or without a split.
        unseen: classes of the validation side that training never sees.
        shift: distance of the two target distributions, 0 (equal) … 1: total variation for classes,
            Kolmogorov–Smirnov for numbers.
        shift_p: probability of such a shift if rows had been drawn at random.
        runs: runs of equal class (numbers: of one side of the median) over those of a random order; near 0: sorted.
        copies: share of validation rows that are also training rows, target included.
        near_copies: the same, with rows that differ by next to nothing.
        tellable: whether equal rows mean anything in these data (many distinct, continuous rows).
        telltales: columns that say the target alone.
    """

    kind: str
    train_rows: int
    validation_rows: int
    train_shares: tuple[float, ...] = ()
    validation_shares: tuple[float, ...] = ()
    unseen: tuple[float, ...] = ()
    shift: float = 0.0
    shift_p: float = 1.0
    runs: float = 1.0
    copies: float = 0.0
    near_copies: float = 0.0
    tellable: bool = False
    telltales: tuple[Telltale, ...] = ()


def split_quality(case: Case, plan: Plan) -> SplitQuality:
    """Measure the split of `case.recipe`, as the user made it; locked rows are left out."""
    data, task, split = case.data, case.task, case.recipe.split
    locked = plan.locked(data, task)
    open_rows = np.setdiff1d(np.arange(len(data)), locked)
    wide = np.asarray(data.y).reshape(len(data), -1).astype(np.float64)
    open_rows = open_rows[np.isfinite(wide[open_rows]).all(axis=1)]
    train, validation = sides(open_rows, data.n_train, split.kind, split.fraction)
    y = task.encode(data.y) if task.is_classes else wide
    result: dict[str, Any] = {"train_rows": len(train), "validation_rows": len(validation)}
    if task.is_classes and len(train):
        classes = len(task.classes)
        shares = _shares(y[train], classes)
        result["train_shares"] = tuple(float(s) for s in shares)
        if len(validation):
            other = _shares(y[validation], classes)
            result["validation_shares"] = tuple(float(s) for s in other)
            result["unseen"] = tuple(task.classes[k] for k in range(classes) if other[k] > 0 and shares[k] == 0)
    if len(validation) >= 5 and len(train) >= 5:
        result["shift"], result["shift_p"] = _shift(y[train], y[validation], task.is_classes)
    result["runs"] = _runs(y[train], task.is_classes)
    x = np.asarray(data.x)
    if x.dtype.kind in "fiub" and len(train) >= 20:
        # Copies are looked for among at most this many rows; what share of them is seen follows from the sample.
        a, b = _thin(train, 4 * MOST_ROWS), _thin(validation, MOST_ROWS)
        used = np.concatenate([a, b])
        flat = np.nan_to_num(x[used].reshape(len(used), -1).astype(np.float64), posinf=0.0, neginf=0.0)
        at = np.arange(len(used))
        if len(b) and split.kind != "shuffled":
            key = y[used].reshape(len(used), -1).astype(np.float64)
            result |= _copies(flat, key, at[: len(a)], at[len(a) :], len(train) / len(a))
        if x.ndim == 2:
            result["telltales"] = _telltales(flat, y[used], at, task.is_classes, data.columns)
    return SplitQuality(split.kind, **result)


def sides(rows: Array, n_train: int, kind: str, fraction: float) -> tuple[Array, Array]:
    """Training and validation rows as the user's own fit divides them."""
    if kind == "given":
        return rows[rows < n_train], rows[rows >= n_train]
    if kind == "tail":
        cut = int(n_train * (1 - fraction))
        return rows[rows < cut], rows[rows >= cut]
    if kind == "shuffled":
        chosen = np.random.default_rng(0).permutation(len(rows))[: round(fraction * len(rows))]
        return np.delete(rows, chosen), rows[np.sort(chosen)]
    return rows, rows[:0]


def _shares(labels: Array, classes: int) -> Array:
    return np.bincount(labels, minlength=classes) / max(len(labels), 1)


def _shift(train: Array, validation: Array, is_classes: bool) -> tuple[float, float]:
    from scipy import stats

    if not is_classes:
        tests: list[Any] = [stats.ks_2samp(train[:, k], validation[:, k]) for k in range(train.shape[1])]
        worst = max(tests, key=lambda test: float(test.statistic))
        return float(worst.statistic), min(1.0, float(worst.pvalue) * len(tests))
    classes = int(max(train.max(), validation.max())) + 1
    table = np.array([np.bincount(side, minlength=classes) for side in (train, validation)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 0.0, 1.0
    distance = float(np.abs(table[0] / table[0].sum() - table[1] / table[1].sum()).sum() / 2)
    return distance, float(np.asarray(stats.chi2_contingency(table)[1]))


def _runs(y: Array, is_classes: bool) -> float:
    """Runs of equal labels over the number expected in random order (Wald and Wolfowitz 1940, for K labels)."""
    if len(y) < 10:
        return 1.0
    labels = y if is_classes else (y[:, 0] > np.median(y[:, 0])).astype(np.int64)
    share = np.bincount(labels) / len(labels)
    expected = 1 + (len(labels) - 1) * (1 - float(np.sum(share**2)))
    return (1 + int(np.count_nonzero(np.diff(labels)))) / expected if expected > 1.5 else 1.0


def _thin(rows: Array, most: int) -> Array:
    return rows if len(rows) <= most else np.sort(np.random.default_rng(0).permutation(rows)[:most])


def _copies(x: Array, key: Array, train: Array, validation: Array, times: float) -> dict[str, Any]:
    """Share of validation rows that stand among the training rows too; `times`: training rows for each one sampled."""
    rows = [row.tobytes() for row in np.ascontiguousarray(np.round(x, 9) + 0.0)]
    labels = [row.tobytes() for row in np.ascontiguousarray(np.round(key, 9) + 0.0)]
    used = np.concatenate([train, validation])
    distinct = np.array(list({rows[i]: i for i in used}.values()))
    if not _tellable(x[distinct], len(train)):
        return {}
    known = {rows[i]: labels[i] for i in train}
    same_inputs = [i for i in validation if rows[i] in known]
    same_both = [i for i in same_inputs if known[rows[i]] == labels[i]]
    # Measured twice with other answers: repetitions of an experiment, not copies.
    copied = len(same_both) / len(validation) if len(same_both) >= 0.95 * len(same_inputs) else 0.0
    copied, near = (min(1.0, times * share) for share in (copied, _near_copies(x, key, train, validation)))
    return {"tellable": True, "copies": copied, "near_copies": max(copied, near)}


def _tellable(distinct: Array, n_train: int) -> bool:
    if len(distinct) < FEWEST_DISTINCT:
        return False
    counts = [np.unique(distinct[:, k], return_counts=True)[1] for k in range(min(distinct.shape[1], MOST_COLUMNS))]
    if max(len(count) for count in counts) >= DISTINGUISHING_SHARE * len(distinct):
        return True
    # Probability that two rows agree in a column, multiplied up.
    log_chance = sum(float(np.log(np.sum((count / len(distinct)) ** 2))) for count in counts)
    return np.log(n_train) + np.log(n_train) + log_chance < np.log(CHANCE)


def _near_copies(x: Array, key: Array, train: Array, validation: Array) -> float:
    """Share of (sampled) validation rows with a training row of the same target next to them."""
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(0)
    validation = rng.permutation(validation)[: MOST_ROWS // 4]
    z = comparable(x, x[train].std(axis=0), rng)
    reach = near_distance(z[train[: MOST_ROWS // 4]], z[train])
    across, at = NearestNeighbors(n_neighbors=1).fit(z[train]).kneighbors(z[validation])
    close = across[:, 0] < reach
    spread = key[train].std(axis=0) + 1e-12
    same = (np.abs(key[train[at[:, 0]]] - key[validation]) <= 0.01 * spread).all(axis=1)
    if close.any() and same[close].mean() < 0.95:
        return 0.0
    return float(np.mean(close & same))


def _telltales(x: Array, y: Array, rows: Array, is_classes: bool, names: tuple[str, ...]) -> tuple[Telltale, ...]:
    """Columns that alone explain nearly all of the target, where the others together do not."""
    if x.shape[1] < 2 or x.shape[1] > MOST_COLUMNS or (y.ndim > 1 and y.shape[1] > 1):
        return ()
    rows = np.random.default_rng(0).permutation(rows)[:MOST_ROWS]
    x, y = x[rows], y[rows].reshape(-1)
    alone = np.array([_explained(x[:, k], y, is_classes) for k in range(x.shape[1])])
    suspects = np.flatnonzero(alone >= 0.98)
    if not len(suspects) or len(suspects) == x.shape[1]:
        return ()
    others = _skill(np.delete(x, suspects, axis=1), y, is_classes)
    return tuple(
        Telltale(int(k), str(names[k]) if len(names) == x.shape[1] else f"column {k}", float(alone[k]), others)
        for k in suspects
    )


def _explained(column: Array, y: Array, is_classes: bool) -> float:
    """Share of variance: of the column between classes, or common to column and numeric target."""
    total = float(np.var(column))
    if total < 1e-24 or float(np.var(y)) < 1e-24:
        return 0.0
    if not is_classes:
        return float(np.corrcoef(column, y)[0, 1] ** 2)
    within = sum(float(np.var(column[y == k])) * float(np.mean(y == k)) for k in np.unique(y))
    return 1.0 - within / total


def _skill(x: Array, y: Array, is_classes: bool) -> float:
    """How far a shallow forest gets from the trivial answer (0) to the perfect one (1), cross-validated."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.model_selection import cross_val_predict

    if is_classes and np.min(np.bincount(y)[np.bincount(y) > 0]) < 3:
        return 0.0
    settings: dict[str, Any] = {"n_estimators": 40, "min_samples_leaf": 2, "random_state": 0}
    model = ExtraTreesClassifier(**settings) if is_classes else ExtraTreesRegressor(**settings)
    guess = np.asarray(cross_val_predict(model, x, y, cv=3))
    if is_classes:
        trivial = 1.0 - float(np.max(np.bincount(y)) / len(y))
        return max(0.0, 1.0 - float(np.mean(guess != y)) / trivial) if trivial else 1.0
    return max(0.0, 1.0 - float(np.mean((guess - y) ** 2)) / float(np.var(y)))
