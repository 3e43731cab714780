"""What models without a network reach on the same rows: the marks that are attainable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.lab import Lab
from lossclinic.core.recipe import Split
from lossclinic.core.rows import Plan
from lossclinic.core.task import Task
from lossclinic.core.yardstick import FLOOR, Yardstick

Array = np.ndarray[Any, Any]
SEEDS = (0, 1)
MOST_ROWS = 5000
MOST_COLUMNS = 60
MOST_TOKENS = 300
RESAMPLES = 60
NEIGHBOURS = 10
TREES = "boosted trees"
LINEAR = "linear"
NEAREST = "k-nearest neighbours"
TRIVIAL = "trivial"


@dataclass(frozen=True)
class References:
    """Scores of reference models, on the case's yardstick; lower is better.

    Attributes:
        scores: (name, median score on held-out rows) of "trivial", "linear", "k-nearest neighbours" and
            "boosted trees", as far as the rows allowed each.
        errors: standard errors of the scores from resampled held-out rows (Efron 1979), in the same order.
        lift: the best model's gain over the trivial one, relative to the trivial score.
        lift_error: standard error of `lift`, from held-out rows resampled in pairs.
        permuted: score of the trees trained on shuffled targets; None where no trees were trained.
        noise: for one number: half the mean squared difference between the targets of nearest rows, an upper bound
            on the noise floor (Rice 1984, the "delta test"); None for classes.
        rows: training rows each model saw.
        held_out: rows it was scored on, over the seeds.
    """

    scores: tuple[tuple[str, float], ...]
    errors: tuple[float, ...]
    lift: float = 0.0
    lift_error: float = 0.0
    permuted: float | None = None
    noise: float | None = None
    rows: int = 0
    held_out: int = 0

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> References:
        """The same from its plain data (`core.canonical.plain`)."""
        numbers = {name: float(value) if isinstance(value, str) else value for name, value in values.items()}
        scores = tuple((name, float(score)) for name, score in values["scores"])
        return cls(**{**numbers, "scores": scores, "errors": tuple(map(float, values["errors"]))})

    def score(self, name: str) -> float | None:
        """Score of one model, or None where it was not trained."""
        return dict(self.scores).get(name)

    @property
    def trivial(self) -> float:
        """Score of the best constant answer."""
        return dict(self.scores)[TRIVIAL]

    @property
    def linear(self) -> float:
        """Score of the linear (logistic) model; the trivial score where none could be trained."""
        return dict(self.scores).get(LINEAR, self.trivial)

    @property
    def ranked(self) -> tuple[tuple[str, float, float], ...]:
        """(name, score, standard error) of the trained models without the trivial one, best first."""
        all_of = [(name, score, error) for (name, score), error in zip(self.scores, self.errors, strict=True)]
        return tuple(sorted((each for each in all_of if each[0] != TRIVIAL), key=lambda each: each[1]))

    @property
    def best(self) -> float:
        """The lowest score, the trivial one included."""
        return min(score for _, score in self.scores)

    @property
    def best_name(self) -> str:
        """Name of the model with the lowest score."""
        return min(self.scores, key=lambda pair: pair[1])[0]


def references(case: Case, plan: Plan, lab: Lab) -> References:
    """Train the reference models on rows dealt as the networks' are, and score them on the same held-out rows.

    A tail or given split is replaced by a random one of the same size: what is attainable must not suffer from the
    user's split. Inputs are flattened, filled and standardised; token rows become bags of tokens.
    """
    import sklearn.ensemble
    import sklearn.linear_model
    import sklearn.neighbors
    from threadpoolctl import threadpool_limits

    # Several threads on busy cores wait for each other: small trees then take ten times as long. The limit holds for
    # libraries that are loaded by now, so everything is imported first.
    del sklearn
    with threadpool_limits(limits=1):
        return _measure(case, plan, lab.yardstick)


def _measure(case: Case, plan: Plan, yardstick: Yardstick) -> References:
    data, task = case.data, case.task
    split = case.recipe.split
    split = Split("shuffled", split.fraction) if split.kind in ("tail", "given") and split.fraction > 0 else split
    if split.kind == "given":
        split = Split("none")
    y = np.asarray(task.encode(data.y))
    finite = np.isfinite(np.asarray(data.y, dtype=np.float64).reshape(len(data), -1))
    known = np.asarray(finite.all(axis=1))
    draws: list[dict[str, Array]] = []
    truths: list[Array] = []
    permuted: list[float] = []
    trained = 0
    noise: float | None = None
    for seed in SEEDS:
        rows = plan.deal(data, task, split, seed, "screen")
        train, held = _thin(rows.train[known[rows.train]], seed), _thin(rows.held_out[known[rows.held_out]], seed)
        if not len(train) or not len(held):
            continue
        inputs = _features(case, train, held)
        guesses = _predictions(*inputs, y[train], task, yardstick)
        draws.append(guesses)
        truths.append(y[held])
        trained = len(train)
        if TREES in guesses and not permuted:
            shuffled = np.random.default_rng(seed).permutation(y[train])
            guess = _guarded(_trees, *inputs, shuffled, task)
            if guess is not None:
                permuted.append(_score(yardstick, y[held], _weighted(guess, yardstick)))
        if task.kind == "regression" and task.outputs == 1 and len(train) >= 20 and noise is None:
            noise = _nearest_noise(inputs[0], y[train, 0])
    if not draws:
        return References(((TRIVIAL, float(yardstick.trivial)),), (0.0,))
    return _summary(draws, truths, yardstick, permuted[0] if permuted else None, noise, trained)


def _thin(rows: Array, seed: int) -> Array:
    return rows if len(rows) <= MOST_ROWS else np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_ROWS])


def _features(case: Case, train: Array, held: Array) -> tuple[Array, Array]:
    """Flat, filled, standardised inputs of few columns, fitted on the training rows."""
    x = np.asarray(case.data.x)
    if x.dtype.kind not in "fiub":
        return np.zeros((len(train), 1)), np.zeros((len(held), 1))
    first = next((layer for layer in architecture.layers(case.recipe.model) if layer.class_name != "InputLayer"), None)
    if first is not None and first.class_name == "Embedding":
        return _bags(x.reshape(len(x), -1)[train], x.reshape(len(x), -1)[held])
    a, b = (x[rows].reshape(len(rows), -1).astype(np.float64) for rows in (train, held))
    a, b = (np.where(np.isfinite(part), part, np.nan) for part in (a, b))
    empty = np.isnan(a).all(axis=0)
    middle = np.nanmedian(np.where(empty, 0.0, a), axis=0)
    a, b = (np.where(np.isnan(part), middle, part) for part in (a, b))
    deviation = a.std(axis=0)
    centre, scale = a.mean(axis=0), np.where(deviation > 1e-12, deviation, np.inf)
    # Training columns without spread say nothing; elsewhere a held-out value far out would decide alone.
    a, b = (np.clip((part - centre) / scale, -20, 20) for part in (a, b))
    if a.shape[1] > MOST_COLUMNS and len(a) > MOST_COLUMNS:
        from sklearn.decomposition import PCA

        reduce = PCA(MOST_COLUMNS, random_state=0, svd_solver="randomized").fit(a)
        a, b = reduce.transform(a), reduce.transform(b)
    return a, b


def _bags(a: Array, b: Array) -> tuple[Array, Array]:
    """Whether each of the most frequent tokens occurs in the row."""
    tokens, counts = np.unique(a, return_counts=True)
    chosen = tokens[np.argsort(-counts)[:MOST_TOKENS]]
    present = [np.stack([(part == token).any(axis=1) for token in chosen], axis=1) for part in (a, b)]
    return present[0].astype(np.float64), present[1].astype(np.float64)


def _guarded(model: Callable[..., Array], *arguments: Any) -> Array | None:
    """A reference that cannot be fitted on such rows (too few, one class) is left out."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            guess = model(*arguments)
        except (ValueError, np.linalg.LinAlgError):
            return None
    return guess if np.isfinite(guess).all() else None


def _predictions(x: Array, held: Array, y: Array, task: Task, yardstick: Yardstick) -> dict[str, Array]:
    found = {TRIVIAL: _weighted(_constant(held, y, task), yardstick)}
    enough = len(y) >= 5 and (not task.is_classes or len(np.unique(y)) > 1)
    for name, model in ((LINEAR, _linear), (NEAREST, _nearest), (TREES, _trees)):
        guess = _guarded(model, x, held, y, task) if enough else None
        if guess is not None:
            found[name] = _weighted(guess, yardstick)
    return found


def _weighted(guess: Array, yardstick: Yardstick) -> Array:
    """Probabilities moved to the class weights of the yardstick: its optimum for given beliefs (Elkan 2001)."""
    if not yardstick.class_weights:
        return guess
    moved = np.clip(guess, FLOOR, 1.0) * np.asarray(yardstick.class_weights)
    return moved / moved.sum(axis=1, keepdims=True)


def _constant(held: Array, y: Array, task: Task) -> Array:
    if task.is_classes:
        share = np.bincount(y, minlength=len(task.classes)) / len(y)
        return np.tile(share, (len(held), 1))
    return np.tile(y.mean(axis=0), (len(held), 1))


def _spread(guess: Array, seen: Array, classes: int) -> Array:
    """Probabilities of the classes seen in training → of all classes."""
    full = np.full((len(guess), classes), FLOOR)
    full[:, np.asarray(seen, dtype=int)] = guess
    return full / full.sum(axis=1, keepdims=True)


def _bounded(guess: Array, task: Task, rows: int) -> Array:
    guess = np.asarray(guess).reshape(rows, -1)
    return np.clip(guess, 0.01, 0.99) if task.kind == "multilabel" else guess


def _linear(x: Array, held: Array, y: Array, task: Task) -> Array:
    from sklearn.linear_model import LogisticRegression, RidgeCV

    if task.is_classes:
        model = LogisticRegression(max_iter=200, C=1.0).fit(x, y)
        return _spread(model.predict_proba(held), model.classes_, len(task.classes))
    guess = RidgeCV(alphas=np.logspace(-3, 3, 7)).fit(x, y).predict(held)
    return _bounded(guess, task, len(held))


def _nearest(x: Array, held: Array, y: Array, task: Task) -> Array:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    k = max(1, min(NEIGHBOURS, len(x) // 5))
    if not task.is_classes:
        guess = KNeighborsRegressor(k, weights="distance").fit(x, y).predict(held)
        return _bounded(guess, task, len(held))
    model = KNeighborsClassifier(k, weights="distance").fit(x, y)
    votes = _spread(model.predict_proba(held), model.classes_, len(task.classes))
    # One pseudo-row of the class shares: ten neighbours never prove a certainty.
    return (k * votes + _constant(held, y, task)) / (k + 1)


def _trees(x: Array, held: Array, y: Array, task: Task) -> Array:
    from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor

    classes = len(task.classes)
    settings: dict[str, Any] = {
        "max_iter": 80 if classes <= 3 else max(15, 240 // classes),
        "learning_rate": 0.1 if classes <= 3 else 0.2,
        "max_leaf_nodes": 15,
        "min_samples_leaf": int(np.clip(len(x) // 20, 2, 20)),
        "l2_regularization": 1.0,
        "early_stopping": len(x) >= 200 and (not task.is_classes or int(np.min(np.bincount(y)[np.unique(y)])) >= 10),
        "random_state": 0,
    }
    if task.is_classes:
        model = HistGradientBoostingClassifier(**settings).fit(x, y)
        return _spread(model.predict_proba(held), model.classes_, classes)
    if y.shape[1] == 1:
        return HistGradientBoostingRegressor(**settings).fit(x, y[:, 0]).predict(held).reshape(-1, 1)
    forest = ExtraTreesRegressor(60, min_samples_leaf=2, random_state=0).fit(x, y)
    return _bounded(forest.predict(held), task, len(held))


def _nearest_noise(x: Array, y: Array) -> float:
    from sklearn.neighbors import NearestNeighbors

    _, at = NearestNeighbors(n_neighbors=2).fit(x).kneighbors(x)
    return float(np.mean((y - y[at[:, 1]]) ** 2) / 2)


def _score(yardstick: Yardstick, truth: Array, guess: Array) -> float:
    return float(yardstick.score(np, truth, guess))


def _summary(
    draws: list[dict[str, Array]],
    truths: list[Array],
    yardstick: Yardstick,
    permuted: float | None,
    noise: float | None,
    rows: int,
) -> References:
    """Median scores over the seeds, with errors from resampled held-out rows."""
    names = [name for name in (TRIVIAL, LINEAR, NEAREST, TREES) if all(name in draw for draw in draws)]
    medians = {
        name: float(np.median([_score(yardstick, t, draw[name]) for draw, t in zip(draws, truths, strict=True)]))
        for name in names
    }
    rng = np.random.default_rng(0)
    truth, together = np.concatenate(truths), {name: np.concatenate([d[name] for d in draws]) for name in names}
    resampled: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(RESAMPLES):
        chosen = rng.integers(0, len(truth), len(truth))
        for name in names:
            resampled[name].append(_score(yardstick, truth[chosen], together[name][chosen]))
    best = min(names, key=lambda name: medians[name])
    trivial = max(medians[TRIVIAL], 1e-12)
    gains = (np.array(resampled[TRIVIAL]) - np.array(resampled[best])) / trivial
    return References(
        scores=tuple((name, medians[name]) for name in names),
        errors=tuple(float(np.std(resampled[name])) for name in names),
        lift=(medians[TRIVIAL] - medians[best]) / trivial,
        lift_error=float(np.std(gains)),
        permuted=permuted,
        noise=noise,
        rows=rows,
        held_out=len(truth),
    )
