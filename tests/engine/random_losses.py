"""Every built-in loss with targets and an output that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

KINDS = {
    "numbers": lambda rng, n: rng.normal(size=n).astype("float32"),
    "positive": lambda rng, n: rng.uniform(0.5, 3.0, size=n).astype("float32"),
    "vectors": lambda rng, n: rng.normal(size=(n, 3)).astype("float32"),
    "shares": lambda rng, n: rng.dirichlet(np.ones(3), n).astype("float32"),
    "binary": lambda rng, n: rng.permutation(np.arange(n) % 2),
    "signs": lambda rng, n: 2 * rng.permutation(np.arange(n) % 2) - 1,
    "sparse": lambda rng, n: rng.permutation(np.arange(n) % 3),
    "one-hot": lambda rng, n: np.eye(3, dtype="float32")[rng.permutation(np.arange(n) % 3)],
    "labels": lambda rng, n: rng.integers(0, 2, (n, 3)).astype("float32"),
}


@dataclass(frozen=True)
class Goal:
    """A loss and what stands before it.

    Attributes:
        loss: class name.
        kind: of the targets, see `KINDS`.
        units: of the output layer.
        activation: of the output layer.
        config: of the loss, without its reduction.
    """

    loss: str
    kind: str
    units: int
    activation: str = "linear"
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def targets(self) -> Callable[[Any, int], np.ndarray]:
        """Makes targets: (generator, rows) → array."""
        return KINDS[self.kind]


LOGITS = {"from_logits": True}
LOSSES = (
    Goal("MeanSquaredError", "numbers", 1),
    Goal("MeanSquaredError", "vectors", 3),
    Goal("MeanAbsoluteError", "vectors", 3),
    Goal("MeanAbsolutePercentageError", "positive", 1, "softplus"),
    Goal("MeanSquaredLogarithmicError", "positive", 1, "softplus"),
    Goal("Huber", "numbers", 1, config={"delta": 0.5}),
    Goal("LogCosh", "numbers", 1),
    Goal("Poisson", "positive", 1, "exponential"),
    Goal("CosineSimilarity", "vectors", 3, config={"axis": -1}),
    Goal("KLDivergence", "shares", 3, "softmax"),
    Goal("BinaryCrossentropy", "binary", 1, "sigmoid"),
    Goal("BinaryCrossentropy", "binary", 1, "linear", {**LOGITS, "label_smoothing": 0.1}),
    Goal("BinaryCrossentropy", "labels", 3, "sigmoid", {"label_smoothing": 0.2}),
    Goal("BinaryFocalCrossentropy", "binary", 1, "sigmoid", {"gamma": 1.5, "apply_class_balancing": True}),
    Goal("BinaryFocalCrossentropy", "labels", 3, "linear", {**LOGITS, "alpha": 0.4, "label_smoothing": 0.1}),
    Goal("CategoricalCrossentropy", "one-hot", 3, "softmax", {"label_smoothing": 0.1}),
    Goal("CategoricalCrossentropy", "one-hot", 3, "linear", LOGITS),
    Goal("CategoricalFocalCrossentropy", "one-hot", 3, "softmax", {"alpha": 0.3, "gamma": 1.0}),
    Goal("CategoricalFocalCrossentropy", "one-hot", 3, "linear", {**LOGITS, "label_smoothing": 0.1}),
    Goal("CategoricalGeneralizedCrossEntropy", "sparse", 3, "softmax", {"q": 0.4}),
    Goal("CategoricalHinge", "one-hot", 3),
    Goal("SparseCategoricalCrossentropy", "sparse", 3, "softmax"),
    Goal("SparseCategoricalCrossentropy", "sparse", 3, "linear", LOGITS),
    Goal("SparseCategoricalCrossentropy", "sparse", 3, "softmax", {"ignore_class": 1}),
    Goal("Hinge", "signs", 1, "tanh"),
    Goal("Hinge", "binary", 1),
    Goal("SquaredHinge", "signs", 1),
    Goal("Dice", "labels", 3, "sigmoid"),
    Goal("Dice", "labels", 3, "sigmoid", {"axis": (1,)}),
    Goal("Tversky", "labels", 3, "sigmoid", {"alpha": 0.3, "beta": 0.7}),
    Goal("Circle", "sparse", 3, "linear", {"gamma": 8.0, "margin": 0.3}),
)
