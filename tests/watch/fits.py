"""Small fits to watch, on whichever backend Keras runs on; and the same weights with and without a watch.

`python -m tests.watch.fits BACKEND` prints "same" where watching changed nothing.
"""

from __future__ import annotations

import os
import sys

import numpy as np


def rows(count=96, columns=6, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, columns)).astype("float32")
    return x, (x[:, :1] * x[:, 1:2] + 0.3 * x[:, 2:3]).astype("float32")


def network(optimizer="adam", rate=1e-3, hidden=(16, 16), activation="relu", columns=6, **layer):
    import keras

    keras.utils.set_random_seed(3)
    layers = [
        keras.layers.Dense(units, activation=activation, name=f"hidden_{i}", **layer) for i, units in enumerate(hidden)
    ]
    model = keras.Sequential([keras.Input((columns,)), *layers, keras.layers.Dense(1, name="answer")])
    model.compile(keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": rate}}), "mse")
    return model


def everything(model):
    """All a later training depends on: weights, statistics, random states, the optimizer's memory."""
    import keras

    variables = [*model.variables, *model.optimizer.variables]
    for layer in model.layers:
        seed = getattr(layer, "seed_generator", None)
        variables += [] if seed is None else [seed.state]
    # A global generator may hand out seeds to whatever the script makes next.
    after = keras.random.uniform((3,), seed=keras.random.SeedGenerator())
    return [np.array(keras.ops.convert_to_numpy(v)) for v in (*variables, after)]


def with_everything_random():
    import keras

    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.GaussianNoise(0.1),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    return model


def same_with_and_without(folder):
    from lossclinic.watch.callback import Watch

    x, y = rows()
    ends = []
    for watches in ([], [Watch(share=0.99)], [Watch(share=0.99, sample=x[:32], folder=folder)]):
        model = with_everything_random()
        history = model.fit(x, y, epochs=4, batch_size=16, verbose=0, validation_split=0.25, callbacks=watches).history
        assert all(len(watch.record.looks) >= 2 and not watch._off for watch in watches)
        ends.append([*everything(model), np.array(history["val_loss"])])
    return all(
        all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in zip(ends[0], other, strict=True))
        for other in ends[1:]
    )


if __name__ == "__main__":
    os.environ["KERAS_BACKEND"] = sys.argv[1]
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        print("same" if same_with_and_without(temporary) else "different")
