"""Trainings that a practitioner would call fine. A planted case is one of these with one thing broken.

`Training` says in plain values what a small dense network and its fit look like, so that a fault is a
`dataclasses.replace` of one field and nothing else differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from planted import data
from planted.case import Array, Material

HIDDEN_SEED = 100


def falling(rate: float, updates: int) -> dict[str, Any]:
    """A rate that falls to nothing within so many updates, as plain data."""
    config = {"initial_learning_rate": rate, "decay_steps": updates}
    return {"module": "keras.optimizers.schedules", "class_name": "CosineDecay", "config": config}


@dataclass(frozen=True)
class Training:
    """A dense network, its data and its fit.

    Attributes:
        rows: seed → (inputs, targets), targets as the loss wants them.
        outputs: units of the output layer.
        output: activation of the output layer.
        loss: a Keras loss, by name or as plain data.
        hidden: widths of the hidden layers.
        activation: their activation.
        kernel: initialiser of the hidden kernels, by name or as plain data.
        bias: initialiser of the hidden biases.
        dropout: rate behind every hidden layer; 0 for none.
        l1: penalty of the hidden kernels.
        l2: penalty of the hidden kernels.
        optimizer: class name of a Keras optimizer.
        settings: its further arguments.
        rate: learning rate, a number or a schedule as plain data.
        epochs: passes over the training rows.
        batch: rows in one update.
        validation: "split" (Keras' `validation_split`), "given" (random rows as `validation_data`) or "none".
        share: share of rows for validation.
        patience: epochs without a better validation loss before it stops; None: no `EarlyStopping`.
        keep_best: whether `EarlyStopping` restores the best weights.
        class_weight: as for `fit`.
        front: training inputs → layers before the first hidden one.
        back: () → layers behind the output.
        metrics: names of Keras metrics to report beside the loss.
    """

    rows: Callable[[int], tuple[Array, Array]]
    outputs: int
    output: str
    loss: Any
    hidden: tuple[int, ...] = (16,)
    activation: str = "relu"
    kernel: Any = "glorot_uniform"
    bias: Any = "zeros"
    dropout: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    optimizer: str = "Adam"
    settings: Mapping[str, Any] | None = None
    rate: Any = 0.01
    epochs: int = 60
    batch: int = 32
    validation: Literal["split", "given", "none"] = "split"
    share: float = 0.2
    patience: int | None = 10
    keep_best: bool = True
    class_weight: Mapping[int, float] | None = None
    front: Callable[[Array], list[Any]] | None = None
    back: Callable[[], list[Any]] | None = None
    metrics: tuple[str, ...] = ()

    @property
    def kept_away(self) -> tuple[str, ...]:
        """Faults that a sound training's own penalty keeps away, and that come in where it is left out."""
        return ("overfitting",) if self.l1 or self.l2 else ()

    def make(self, seed: int) -> Material:
        """Build and compile the model with fresh weights and lay out the arguments of its fit."""
        import keras

        x, y = self.rows(seed)
        keras.utils.set_random_seed(HIDDEN_SEED + seed)
        model = keras.Sequential([keras.Input(x.shape[1:]), *self._layers(x)])
        config = {"learning_rate": self.rate, **(self.settings or {})}
        optimizer = keras.optimizers.get({"class_name": self.optimizer, "config": config})
        loss = self.loss if isinstance(self.loss, str) else keras.losses.get(self.loss)
        model.compile(optimizer, loss, metrics=list(self.metrics) or None)
        fit, kept = self._fit(x, y)
        return Material(model, x[:kept], y[:kept], fit)

    def _layers(self, x: Array) -> list[Any]:
        import keras

        layers = list(self.front(x)) if self.front else []
        for number, units in enumerate(self.hidden, start=1):
            penalty = keras.regularizers.L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
            layers.append(
                keras.layers.Dense(
                    units,
                    activation=self.activation,
                    kernel_initializer=keras.initializers.get(self.kernel),
                    bias_initializer=keras.initializers.get(self.bias),
                    kernel_regularizer=penalty,
                    name=f"hidden_{number}",
                )
            )
            if self.dropout:
                layers.append(keras.layers.Dropout(self.dropout, name=f"dropout_{number}"))
        layers.append(keras.layers.Dense(self.outputs, activation=self.output, name="output"))
        return [*layers, *(self.back() if self.back else [])]

    def _fit(self, x: Array, y: Array) -> tuple[dict[str, Any], int]:
        """The fit's arguments, and how many rows are training data."""
        import keras

        fit: dict[str, Any] = {"epochs": self.epochs, "batch_size": self.batch, "verbose": 0}
        kept = len(x)
        if self.validation == "split":
            fit["validation_split"] = self.share
        elif self.validation == "given":
            kept = len(x) - round(self.share * len(x))
            fit["validation_data"] = (x[kept:], y[kept:])
        if self.patience is not None:
            monitor = "loss" if self.validation == "none" else "val_loss"
            fit["callbacks"] = [
                keras.callbacks.EarlyStopping(monitor, patience=self.patience, restore_best_weights=self.keep_best)
            ]
        if self.class_weight:
            fit["class_weight"] = dict(self.class_weight)
        return fit, kept


IRIS = Training(
    data.iris,
    3,
    "softmax",
    "sparse_categorical_crossentropy",
    activation="tanh",
    rate=0.03,
    l2=1e-3,
    batch=16,
    patience=25,
)
WINE = Training(data.wine, 3, "softmax", "sparse_categorical_crossentropy", batch=16, l2=0.01, patience=20)
CANCER = Training(data.cancer, 1, "sigmoid", "binary_crossentropy", l2=3e-3, patience=20)
DIABETES = Training(data.diabetes, 1, "linear", "mse", hidden=(8,), l2=0.1, rate=5e-3)
DIGITS = Training(data.digits, 10, "softmax", "sparse_categorical_crossentropy", hidden=(40,), l2=3e-3)
MOONS = Training(data.moons, 1, "sigmoid", "binary_crossentropy", hidden=(16, 16), batch=16, patience=20)
XOR = Training(data.xor, 1, "sigmoid", "binary_crossentropy")
FRIEDMAN = Training(data.friedman, 1, "linear", "mse", hidden=(24, 24), l2=0.01, epochs=100, patience=20)
WAVE = Training(data.wave, 1, "linear", "mse", hidden=(24, 24), batch=16, patience=25, epochs=150)
LINE = Training(data.line, 1, "linear", "mse", hidden=(), rate=0.03)
RARE = Training(
    data.rare_digit,
    1,
    "sigmoid",
    "binary_crossentropy",
    hidden=(16,),
    l2=0.003,
    rate=3e-3,
    epochs=200,
    patience=20,
    class_weight={0: 0.535, 1: 7.6},
)

HEALTHY: Mapping[str, Training] = {
    "iris": IRIS,
    "wine": WINE,
    "breast cancer": CANCER,
    "diabetes": DIABETES,
    "digits": DIGITS,
    "half moons": MOONS,
    "Friedman": FRIEDMAN,
    "wave": WAVE,
    "noisy line": LINE,
    "rare digit, weighted": RARE,
}


def stacked(training: Training, layers: Callable[[], list[Any]]) -> Callable[[int], Material]:
    """The training with all of its layers, the output included, replaced.

    Args:
        training: gives rows, loss, optimizer and the arguments of the fit.
        layers: () → the layers behind the input, in order.
    """
    return modelled(training, lambda shape: _sequential(shape, layers()))


def modelled(training: Training, model: Callable[[tuple[int, ...]], Any]) -> Callable[[int], Material]:
    """The training with another model.

    Args:
        training: gives rows, loss, optimizer and the arguments of the fit.
        model: shape of one row → an uncompiled model.
    """

    def make(seed: int) -> Material:
        import keras

        given = training.make(seed)
        keras.utils.set_random_seed(HIDDEN_SEED + seed)
        built = model(given.x.shape[1:])
        config = given.model.optimizer.get_config()
        built.compile(type(given.model.optimizer).from_config(config), given.model.loss)
        return Material(built, given.x, given.y, given.fit)

    return make


def _sequential(shape: tuple[int, ...], layers: list[Any]) -> Any:
    import keras

    return keras.Sequential([keras.Input(shape), *layers])
