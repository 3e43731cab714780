"""What the engine does not take goes to the script's own fit, with the reason in words."""

import numpy as np
import pytest

from lossclinic.engine.backend import use_jax
from lossclinic.engine.model import build_model
from lossclinic.intake.model import capture_model

keras = use_jax()
layers = keras.layers
X = np.random.default_rng(0).normal(3.0, 2.0, size=(30, 4)).astype("float32")
Y = X.sum(axis=1)


class OwnStep(keras.Model):
    def train_step(self, *args):
        return super().train_step(*args)


class OwnStack(keras.Sequential):
    def call(self, x, training=None, mask=None):
        return 2 * super().call(x, training=training)


class OwnLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


class OwnOptimizer(keras.optimizers.SGD):
    pass


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1

    def get_config(self):
        return {}


def own_function(x):
    return x * 2


def looked_up():
    """Stands in for the layer of Keras, which cannot be made where TensorFlow is kept out."""
    return type("IntegerLookup", (layers.Identity,), {"__module__": "keras.src.layers"})()


def model_of(*between, kind=keras.Sequential, batch=None):
    start = keras.Input((4,)) if batch is None else keras.Input(batch_shape=(batch, 4))
    return kind([start, *between, layers.Dense(1)])


def with_a_step():
    model = model_of()
    model.train_step = lambda *given, plain=model.train_step: plain(*given)
    return model


def functional(kind):
    start = keras.Input((4,))
    return kind(start, layers.Dense(1)(start))


def excluding():
    optimizer = keras.optimizers.AdamW(0.01)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


STATEFUL = (layers.Reshape((4, 1)), layers.LSTM(3, stateful=True))
CASES = {
    "step of one model": (with_a_step, {}, "train_step of its own"),
    "own train_step": (lambda: functional(OwnStep), {}, "train_step of its own"),
    "own stack": (lambda: model_of(kind=OwnStack), {}, "OwnStack"),
    "stateful": (lambda: model_of(*STATEFUL, batch=10), {}, "from one batch to the next"),
    "needs TensorFlow": (lambda: model_of(looked_up()), {}, "needs TensorFlow"),
    "cannot be compiled": (lambda: model_of(layers.Reshape((2, 2, 1)), layers.RandomCrop(2, 2), layers.Flatten()), {},
                           "cannot be compiled"),
    "lambda": (lambda: model_of(layers.Lambda(lambda x: x * 2)), {}, "Lambda"),
    "own activation": (lambda: model_of(layers.Dense(3, own_function)), {}, "own_function"),
    "double precision": (lambda: model_of(layers.Dense(3, dtype="float64")), {}, "double precision"),
    "own loss": (model_of, {"loss": OwnLoss()}, "OwnLoss"),
    "own loss function": (model_of, {"loss": lambda t, p: keras.ops.mean((t - p) ** 2)}, "own function"),
    "loss without reduction": (model_of, {"loss": keras.losses.MeanSquaredError(reduction=None)}, "for each row"),
    "loss weights": (model_of, {"loss": "mse", "loss_weights": [0.5]}, "loss_weights"),
    "own optimizer": (model_of, {"optimizer": OwnOptimizer(0.1)}, "OwnOptimizer"),
    "own schedule": (model_of, {"optimizer": keras.optimizers.SGD(OwnSchedule())}, "OwnSchedule"),
    "decay left out": (model_of, {"optimizer": excluding()}, "weight decay"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_what_plain_data_cannot_say_is_native_with_the_reason(name, tmp_path):
    make, compiled, why = CASES[name]
    model = make()
    model.compile(**{"loss": "mse", "optimizer": "sgd", **compiled})
    case = capture_model(model, X, Y, folder=tmp_path)
    assert case.native is not None
    assert why in case.native


def test_an_ordinary_training_is_not_native(tmp_path):
    model = model_of(layers.BatchNormalization(), layers.Dropout(0.2))
    model.compile(keras.optimizers.Lamb(0.01, weight_decay=0.1), "log_cosh")
    assert capture_model(model, X, Y, folder=tmp_path).native is None


def test_what_a_normalization_layer_was_adapted_to_is_part_of_the_recipe(tmp_path):
    scale = layers.Normalization()
    scale.adapt(X)
    model = keras.Sequential([keras.Input((4,)), scale])
    whole = keras.Sequential([keras.Input((4,)), model, layers.Dense(1)])
    whole.compile("sgd", "mse")
    case = capture_model(whole, X, Y, folder=tmp_path)
    again = build_model(case.recipe, 0)
    np.testing.assert_allclose(again.layers[0](X), model(X), rtol=1e-5, atol=1e-5)
    assert case.native is None


def test_an_adapted_layer_and_given_weights_go_together(tmp_path):
    from lossclinic.core.folder import given_weights

    scale = layers.Normalization()
    scale.adapt(X)
    model = keras.Sequential([keras.Input((4,)), scale, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    case = capture_model(model, X, Y, folder=tmp_path)
    assert case.recipe.initial == "given"
    again = build_model(case.recipe, 0, given_weights(case.folder))
    np.testing.assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-5)


def test_weights_within_a_row_are_refused(tmp_path):
    from lossclinic.core.errors import CannotRebuild

    model = model_of()
    model.compile("sgd", "mse")
    with pytest.raises(CannotRebuild, match="one weight for each row"):
        capture_model(model, X, Y, sample_weight=np.ones((30, 2)), folder=tmp_path)
