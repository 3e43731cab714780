import base64
import struct
import zlib
from dataclasses import replace

import numpy as np

from lossclinic.core.preflight import Preflight
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.backend import use_jax
from lossclinic.engine.picture import strip
from lossclinic.engine.preflight import preflight_one
from lossclinic.engine.prepare import prepare_run
from tests.engine.made import case_of, line_case, recipe_of, with_recipe, yardstick_of


def look(case, recipe: Recipe | None = None):
    return Preflight.from_plain(preflight_one(case, Plan(), yardstick_of(case), recipe or case.recipe, 0, float("inf")))


def test_a_healthy_network_passes():
    case = line_case(200, epochs=30)
    found = look(case)
    assert found.at_start is not None
    assert found.one_batch is not None
    assert found.one_batch[1] < 0.1 * yardstick_of(case).trivial < found.one_batch[0] * 10
    assert found.mixing == 0
    assert found.repeats
    assert found.modes is not None
    assert found.modes[0] == found.modes[1]
    assert found.received is not None
    assert found.received.shape == (16, 1)
    assert len(found.received.rows) == 5
    assert -1 <= found.received.low < found.received.mean < found.received.high <= 1


def test_the_range_test_sees_where_training_explodes():
    case = line_case(200)
    keras = use_jax()
    sgd = replace(case.recipe, optimizer=keras.optimizers.serialize(keras.optimizers.SGD(0.01)))
    found = look(with_recipe(case, optimizer=sgd.optimizer))
    assert len(found.rates) == len(found.losses)
    assert not np.isfinite(found.losses[-1]) or found.losses[-1] > 10 * found.losses[0]
    assert min(found.losses) < found.losses[0]


def test_a_layer_across_the_batch_mixes_rows():
    keras = use_jax()
    case = line_case(200)
    mixing = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(4), keras.layers.Softmax(axis=0), keras.layers.Dense(1)]
    )
    found = look(case_of(case.data.x, case.data.y, recipe_of(mixing, "MeanSquaredError", "adam")))
    assert found.mixing is not None
    assert found.mixing > 0.01


def test_strong_dropout_sets_the_two_modes_apart():
    keras = use_jax()
    case = line_case(200)
    net = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dropout(0.8), keras.layers.Dense(1)]
    )
    recipe = recipe_of(net, "MeanSquaredError", keras.optimizers.Adam(0.02), epochs=40)
    found = look(case_of(case.data.x, case.data.y, recipe))
    assert found.modes is not None
    assert found.modes[0] > 1.5 * found.modes[1]
    assert found.repeats


def test_controls_take_away_inputs_or_the_order_of_targets():
    case = line_case(100)
    plain = prepare_run(case, Plan(), Run(case.recipe, 0))
    zeroed = prepare_run(case, Plan(), Run(case.recipe, 0, control="zeroed-inputs"))
    mixed = prepare_run(case, Plan(), Run(case.recipe, 0, control="permuted-targets"))
    assert not zeroed.train.x.any()
    assert not zeroed.held_out.x.any()
    assert np.array_equal(zeroed.train.y, plain.train.y)
    assert np.array_equal(mixed.train.x, plain.train.x)
    assert np.array_equal(np.sort(mixed.train.y), np.sort(plain.train.y))
    assert not np.array_equal(mixed.train.y, plain.train.y)
    assert np.array_equal(mixed.held_out.y, plain.held_out.y)
    keys = {Run(case.recipe, 0, control=control).key for control in ("", "zeroed-inputs", "permuted-targets")}
    assert len(keys) == 3


def test_pictures_become_one_png():
    pictures = np.arange(2 * 3 * 4 * 1, dtype=float).reshape(2, 3, 4, 1)
    raw = base64.b64decode(strip(pictures).split(",")[1])
    assert raw.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", raw[16:24])
    assert (width, height) == (8, 3)
    at = raw.index(b"IDAT")
    (size,) = struct.unpack(">I", raw[at - 4 : at])
    rows = np.frombuffer(zlib.decompress(raw[at + 4 : at + 4 + size]), np.uint8).reshape(3, 9)
    assert rows[0, 0] == 0
    assert (rows[0, 1], rows[-1, -1]) == (0, 255)
