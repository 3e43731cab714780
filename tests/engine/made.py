"""Small cases made by hand for the engine's tests."""

from dataclasses import replace

import numpy as np

from lossclinic.core.case import Case, Data
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.task import infer_task
from lossclinic.core.yardstick import choose_yardstick
from lossclinic.engine.backend import use_jax


def recipe_of(model, loss, optimizer, loss_settings=None, **settings) -> Recipe:
    """A recipe from Keras objects."""
    keras = use_jax()
    plain = keras.saving.serialize_keras_object(model)
    plain.pop("compile_config", None)
    return Recipe(
        plain,
        {"class_name": loss, "config": loss_settings or {}},
        keras.optimizers.serialize(keras.optimizers.get(optimizer)),
        **{"epochs": 3, **settings},
    )


def mlp(inputs=2, units=(8,), outputs=1, last="linear", hidden="relu", between=()):
    """A dense network; `between` are functions that make the layers behind each hidden layer."""
    keras = use_jax()
    layers = [keras.Input((inputs,))]
    for width in units:
        layers += [keras.layers.Dense(width, activation=hidden), *(make() for make in between)]
    return keras.Sequential([*layers, keras.layers.Dense(outputs, activation=last)])


def case_of(x, y, recipe: Recipe, **settings) -> Case:
    """A case around some rows."""
    data = Data(np.asarray(x), np.asarray(y), len(x), settings.pop("sample_weight", None))
    return Case("by hand", recipe, infer_task(data.y, recipe.model, recipe.loss), data, **settings)


def line_case(rows=50, **settings) -> Case:
    """A noisy line and a small dense network."""
    rng = np.random.default_rng(3)
    x = rng.uniform(-1, 1, (rows, 1)).astype("float32")
    y = (2 * x[:, 0] + 0.1 * rng.normal(size=rows)).astype("float32")
    keras = use_jax()
    recipe = recipe_of(mlp(1, (8,)), "MeanSquaredError", keras.optimizers.Adam(0.01), **{"batch_size": 16, **settings})
    return case_of(x, y, recipe)


def yardstick_of(case: Case):
    return choose_yardstick(case.task, case.task.encode(case.data.y))


def with_recipe(case: Case, **changes) -> Case:
    return replace(case, recipe=replace(case.recipe, **changes))


NO_SPLIT = Split()
