"""Healthy trainings on real data, one or more for each kind of task; they need the archives of `planted.archives`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planted import real
from planted.healthy import falling
from planted.tasks import Shaped


def _digit_reader(inputs: Any) -> Any:
    from keras import Sequential, layers

    return Sequential(
        [
            inputs,
            layers.Conv2D(12, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(24, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _nuclei_finder(inputs: Any) -> Any:
    from keras import Sequential, layers

    return Sequential(
        [
            inputs,
            *(layers.Conv2D(8, 3, padding="same", activation="relu") for _ in range(3)),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )


def _review_reader(inputs: Any) -> Any:
    from keras import Sequential, layers

    words = layers.Embedding(real.WORDS + 2, 6, mask_zero=True)
    return Sequential(
        [inputs, words, layers.GlobalAveragePooling1D(), layers.Dropout(0.3), layers.Dense(1, activation="sigmoid")]
    )


def _convolved_day(inputs: Any) -> Any:
    from keras import Sequential, layers

    return Sequential(
        [
            inputs,
            layers.Conv1D(12, 5, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def _remembered_day(inputs: Any) -> Any:
    from keras import Sequential, layers

    return Sequential([inputs, layers.GRU(16), layers.Dense(1, activation="sigmoid")])


def _dense(units: tuple[int, ...], outputs: int, last: str, l2: float) -> Callable[[Any], Any]:
    """Hidden layers with a penalty on their weights: the input tensor → the model."""

    def build(inputs: Any) -> Any:
        from keras import Sequential, layers, regularizers

        hidden = [layers.Dense(width, activation="relu", kernel_regularizer=regularizers.L2(l2)) for width in units]
        return Sequential([inputs, *hidden, layers.Dense(outputs, activation=last)])

    return build


HEALTHY_REAL: Mapping[str, Shaped] = {
    "written digits": Shaped(
        real.written_digits, _digit_reader, "sparse_categorical_crossentropy", rate=5e-3, epochs=40
    ),
    "nuclei": Shaped(
        real.nuclei,
        _nuclei_finder,
        "binary_crossentropy",
        settings={"learning_rate": falling(0.02, 120 * 13)},
        epochs=120,
        batch=16,
        patience=None,
    ),
    "reviews": Shaped(real.reviews, _review_reader, "binary_crossentropy", rate=0.01, epochs=40),
    "power days, convolved": Shaped(real.power_days, _convolved_day, "binary_crossentropy", epochs=60),
    "power days, remembered": Shaped(real.power_days, _remembered_day, "binary_crossentropy", epochs=60),
    "afternoons": Shaped(real.afternoons, _dense((32, 32, 32), 12, "linear", 1e-4), "mse", rate=5e-3, epochs=120),
    "genes": Shaped(real.genes, _dense((24,), 14, "sigmoid", 0.01), "binary_crossentropy", rate=3e-3, epochs=40),
    "bikes": Shaped(
        real.bikes,
        _dense((32, 16), 1, "linear", 0.01),
        "mse",
        settings={"learning_rate": falling(5e-3, 1200)},
        epochs=60,
        patience=None,
    ),
    "incomes": Shaped(real.incomes, _dense((12,), 1, "sigmoid", 0.02), "binary_crossentropy", rate=5e-3),
}
