"""A loss that is trained for together with a reward that has no gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import keras
import numpy as np

from lossclinic.core.errors import UsageError
from lossclinic.losses.drawing import on_host, uniform
from lossclinic.losses.rewards import NAMED, TINY, saved_cost

ops: Any = keras.ops
Array = np.ndarray[Any, Any]
Function = Callable[[Array, Array], Any]
Reward = str | Sequence[Sequence[float]] | Function
Estimator = Literal["auto", "smooth", "sampling"]
FEWEST_SAMPLES = 2
EXCLUSIVE = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy", "KLDivergence")
INDEPENDENT = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "Dice", "Tversky")


@keras.saving.register_keras_serializable("lossclinic")
class ShapedLoss(keras.losses.Loss):
    """A primary loss minus a weighted reward: `primary - weight * E[reward(y_true, labels)]`.

    The expectation is over labels drawn from the probabilities that the network gives.

    With `estimator="sampling"` its gradient is estimated from a few drawn sets of labels by the score function
    (Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement learning"):
    `mean over samples of (reward - baseline) * gradient of log p(labels)`, the baseline of a sample being the mean
    reward of the others (Kool, van Hoof and Welling 2019, "Buy 4 REINFORCE samples, get a baseline for free!"). This is
    unbiased for any reward, and noisy. With `"smooth"` probabilities stand in the place of decisions (`rewards`), which
    has no noise.

    Sample weights count for the primary loss alone. The reward is that of a batch: where a class is rare, batches
    should be large enough to hold it. On TensorFlow, a Python function as reward needs `compile(jit_compile=False)`.

    Args:
        primary: a cross-entropy of Keras (also focal, KL divergence), Dice or Tversky, or its name.
        reward: "f1" or "balanced-accuracy" (of the batch; for several classes the mean over those in the batch); a
            matrix of costs, shape (K, K), of which row i says what deciding for each class costs where class i is
            true; or any Python function of (y_true, labels), more is better. It gets NumPy arrays of equal shape: class
            numbers, shape (n,), for exclusive classes; 0 and 1, shape (n,) for one label and (n, …) for several; and
            returns a number for the batch, or an array (n,) with one for each row, which is less noisy.
        weight: how much of the reward is worth one unit of the primary loss, at least 0.
        estimator: "sampling", "smooth", or "auto": smooth wherever the reward is no Python function.
        samples: sets of labels drawn for each step, at least 2.
        seed: decides what is drawn.
        name: of the loss.

    Raises:
        UsageError: an argument is off.
    """

    def __init__(
        self,
        primary: Any,
        reward: Reward,
        weight: float = 0.1,
        *,
        estimator: Estimator = "auto",
        samples: int = 8,
        seed: int = 0,
        name: str = "shaped_loss",
    ) -> None:
        super().__init__(name=name)
        self.primary = _loss_of(primary)
        self.reward = _reward_of(reward)
        self.weight, self.samples, self.seed = float(weight), int(samples), int(seed)
        if not 0 <= self.weight < float("inf"):
            raise UsageError(f"The weight of a reward is {weight}.", expected="a number of 0 or more")
        if estimator not in ("auto", "smooth", "sampling"):
            raise UsageError(f"There is no estimator {estimator!r}.", expected='"auto", "smooth" or "sampling"')
        if estimator == "smooth" and callable(self.reward):
            raise UsageError("A Python function has no smooth counterpart.", do='Take estimator="sampling".')
        if self.samples < FEWEST_SAMPLES:
            raise UsageError(f"samples is {samples}.", expected="2 or more: each is the baseline of the others")
        self.estimator = estimator

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of a batch; arguments as for every loss of Keras."""
        loss: Any = self.primary(y_true, y_pred, sample_weight)
        return loss - self.weight * ops.cast(self.expected_reward(y_true, y_pred), loss.dtype)

    def expected_reward(self, y_true: Any, y_pred: Any) -> Any:
        """The reward of a batch, with the gradient described above."""
        held, p = self._labels(y_true, y_pred)
        if self.estimator == "sampling" or callable(self.reward):
            return self._sampled(held, p, ops.shape(y_pred))
        return self._value(ops, held, p)

    def get_config(self) -> dict[str, Any]:
        """Plain data from which Keras makes the loss again; a Python function must be registered with Keras."""
        reward: Any = self.reward
        if callable(reward):
            reward = keras.saving.serialize_keras_object(reward)
        elif not isinstance(reward, str):
            reward = reward.tolist()
        return {
            "primary": keras.saving.serialize_keras_object(self.primary),
            "reward": reward,
            "weight": self.weight,
            "estimator": self.estimator,
            "samples": self.samples,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ShapedLoss:
        """The loss from plain data."""
        made = {key: value for key, value in config.items() if key not in ("primary", "reward")}
        primary, reward = config["primary"], config["reward"]
        if isinstance(primary, dict):
            primary = getattr(keras.losses, primary["class_name"]).from_config(primary["config"])
        if isinstance(reward, dict):
            reward = keras.saving.deserialize_keras_object(reward)
        return cls(primary, reward, **made)

    @property
    def _exclusive(self) -> bool:
        return type(self.primary).__name__ in EXCLUSIVE

    def _labels(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """What holds and its probability, shape (rows, columns): a column for each class or label."""
        p = ops.cast(ops.convert_to_tensor(y_pred), "float32")
        logits = getattr(self.primary, "from_logits", False)
        if self._exclusive:
            count = p.shape[-1]
            p = ops.reshape(ops.softmax(p) if logits else p, (-1, count))
            if type(self.primary).__name__ == "SparseCategoricalCrossentropy":
                return ops.one_hot(ops.cast(ops.reshape(y_true, (-1,)), "int32"), count), p
            return ops.reshape(ops.cast(y_true, "float32"), (-1, count)), p
        p = ops.sigmoid(p) if logits else p
        several = len(p.shape) == 2 and p.shape[-1] > 1  # labels of rows; otherwise places of masks
        columns = p.shape[-1] if several else 1
        held = ops.reshape(ops.cast(y_true, "float32"), (-1, columns))
        return held, ops.reshape(p, (-1, columns))

    def _value(self, xp: Any, held: Any, found: Any) -> Any:
        """The reward of decisions, or of probabilities in their place."""
        if isinstance(self.reward, str):
            both = self.reward == "balanced-accuracy" and not self._exclusive
            if both:  # a label's two answers are its two classes
                held, found = (xp.concatenate([part, 1 - part], axis=1) for part in (held, found))
            return NAMED[self.reward](xp, held, found)
        if not self._exclusive:
            held, found = (xp.stack([1 - part, part], axis=-1) for part in (held, found))
            held, found = xp.reshape(held, (-1, 2)), xp.reshape(found, (-1, 2))
        return saved_cost(xp, held, found, self.reward)

    def _sampled(self, held: Any, p: Any, shape: tuple[Any, ...]) -> Any:
        """The mean reward of drawn labels, with the score function's estimate for its gradient."""
        p = ops.clip(p, TINY, 1 - TINY)
        drawn = uniform((self.samples, ops.shape(p)[0], 1 if self._exclusive else p.shape[-1]), p, self.seed)
        if self._exclusive:
            number = ops.sum(ops.cast(drawn > ops.cumsum(p, axis=-1)[None], "int32"), axis=-1)
            found = ops.one_hot(ops.minimum(number, p.shape[-1] - 1), p.shape[-1])
            likely = ops.log(ops.sum(found * p[None], axis=-1))
        else:
            found = ops.cast(drawn < p[None], "float32")
            likely = ops.sum(found * ops.log(p)[None] + (1 - found) * ops.log(1 - p)[None], axis=-1)
        found = ops.stop_gradient(found)
        told = ops.stop_gradient(on_host(self._host(shape), ops.shape(p)[0], held, found))
        value, credit = ops.mean(told[:, 0]), told[:, 1:]
        # Each sample's baseline is the mean of the others: (r - mean) S / (S - 1).
        ahead = (credit - ops.mean(credit, axis=0)) * (self.samples / (self.samples - 1))
        estimate = ops.mean(ops.sum(ahead * likely, axis=1))
        return value + estimate - ops.stop_gradient(estimate)

    def _host(self, shape: tuple[Any, ...]) -> Function:
        """(held, found), shapes (n, c) and (samples, n, c) → (samples, 1 + n): the reward, each row's part."""
        inner = tuple(shape[1:])

        def rewards(held: Array, found: Array) -> Array:
            told = np.zeros((len(found), 1 + len(held)), dtype=np.float32)
            for line, each in zip(told, found, strict=True):
                given = self._given(held, each, inner) if callable(self.reward) else (held, each)
                reward = np.asarray(
                    self.reward(*given) if callable(self.reward) else self._value(np, *given), dtype=np.float64
                )
                line[0] = reward.mean()
                line[1:] = _credit(reward, len(given[0]), len(held))
            return told

        return rewards

    def _given(self, held: Array, found: Array, inner: tuple[Any, ...]) -> tuple[Array, Array]:
        """Truth and decisions as a Python function of the user's takes them."""
        if self._exclusive:
            rows = (-1, *inner[:-1])
            return np.argmax(held, axis=-1).reshape(rows), np.argmax(found, axis=-1).reshape(rows)
        rows = (-1,) if inner == (1,) else (-1, *inner)
        return held.astype(np.int64).reshape(rows), found.astype(np.int64).reshape(rows)


def _credit(reward: Array, rows: int, lines: int) -> Array:
    """What each of the lines that were drawn contributes to the batch's reward.

    Args:
        reward: of the batch, or one for each row.
        rows: in the batch.
        lines: drawn; for masks each row has as many as it has places.
    """
    if not reward.ndim:
        return np.full(lines, reward)  # nobody knows whose merit it was
    if reward.shape != (rows,):
        raise UsageError(
            f"The reward has shape {reward.shape}.", expected=f"one number, or one for each of {rows} rows, ({rows},)"
        )
    return np.repeat(reward / rows, lines // rows)


def _loss_of(primary: Any) -> keras.losses.Loss:
    expected = f"a cross-entropy, Dice or Tversky of Keras: one of {', '.join((*INDEPENDENT, *EXCLUSIVE))}"
    if isinstance(primary, str):
        name = "".join(part.capitalize() for part in primary.split("_"))
        made = getattr(keras.losses, primary if primary in (*INDEPENDENT, *EXCLUSIVE) else name, None)
        if not isinstance(made, type):
            raise UsageError(f"Keras has no loss named {primary!r}.", expected=expected)
        primary = made()
    if type(primary).__name__ not in (*INDEPENDENT, *EXCLUSIVE):
        raise UsageError(f"The primary loss is {type(primary).__name__}.", expected=expected)
    return primary


def _reward_of(reward: Any) -> Any:
    if callable(reward):
        return reward
    if isinstance(reward, str):
        if reward not in NAMED:
            raise UsageError(f"There is no reward named {reward!r}.", expected=f"one of {', '.join(NAMED)}")
        return reward
    cost = np.asarray(reward, dtype=np.float32)
    if cost.ndim != 2 or cost.shape[0] != cost.shape[1] or not np.isfinite(cost).all():
        raise UsageError(
            f"The costs have shape {cost.shape}.", expected="a finite number for each pair of classes, shape (K, K)"
        )
    return cost
