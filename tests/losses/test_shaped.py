"""A shaped loss is a loss of Keras, and its estimated gradient is that of the expected reward."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from lossclinic.core.errors import UsageError
from lossclinic.losses import ShapedLoss

COST = [[0.0, 1.0, 4.0], [2.0, 0.0, 1.0], [9.0, 3.0, 0.0]]
RNG = np.random.default_rng(0)
NUMBERS = np.array([0, 1, 2, 2, 0, 1], np.int32)
LOGITS = RNG.normal(size=(6, 3)).astype("float32")
YES_NO, CHANCES = np.array([[1], [0], [0], [1]], np.float32), np.array([[0.8], [0.4], [0.1], [0.3]], np.float32)


def of_numbers(reward, **settings):
    primary = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return ShapedLoss(primary, reward, 1.0, **settings)


def gradient(loss, y, outputs):
    jax = pytest.importorskip("jax")
    return np.asarray(jax.grad(lambda given: loss.expected_reward(y, given))(outputs))


def costs(y, labels):
    return -np.array(COST)[y, labels]


def total_cost(y, labels):
    return float(np.mean(costs(y, labels)))


@pytest.mark.parametrize("reward", [costs, total_cost, COST])
def test_the_sampled_gradient_is_that_of_the_expected_cost(reward):
    exact = gradient(of_numbers(COST), NUMBERS, LOGITS)
    sampled = gradient(of_numbers(reward, estimator="sampling", samples=20_000), NUMBERS, LOGITS)
    np.testing.assert_allclose(sampled, exact, atol=0.1 * np.abs(exact).max())


def test_a_reward_for_each_row_has_less_noise_than_one_for_the_batch():
    def noise(reward):
        found = [gradient(of_numbers(reward, samples=4, seed=seed), NUMBERS, LOGITS) for seed in range(25)]
        return np.std(found, axis=0).mean()

    assert noise(costs) < 0.7 * noise(total_cost)


@pytest.mark.parametrize("samples", [2, 4])
def test_few_samples_are_noisy_and_not_biased(samples):
    exact = gradient(of_numbers(COST), NUMBERS, LOGITS)
    found = [gradient(of_numbers(costs, samples=samples, seed=seed), NUMBERS, LOGITS) for seed in range(80)]
    error = np.std(found, axis=0).max() / np.sqrt(80)
    np.testing.assert_allclose(np.mean(found, axis=0), exact, atol=5 * error)


def test_independent_labels_are_drawn_one_by_one():
    loss = ShapedLoss("binary_crossentropy", lambda y, labels: (y == labels).astype(float), 1.0, samples=20_000)
    right = np.where(YES_NO == 1, CHANCES, 1 - CHANCES)
    assert float(loss.expected_reward(YES_NO, CHANCES)) == pytest.approx(right.mean(), abs=0.01)
    np.testing.assert_allclose(gradient(loss, YES_NO, CHANCES), np.where(YES_NO == 1, 0.25, -0.25), atol=0.02)


def test_a_python_function_gets_truth_and_labels_of_one_shape():
    seen = []

    def note(y, labels):
        seen.append((y.shape, labels.shape, set(np.unique(labels))))
        return 0.0

    of_numbers(note).expected_reward(NUMBERS, LOGITS)
    ShapedLoss("binary_crossentropy", note, samples=2).expected_reward(YES_NO, CHANCES)
    masks = np.full((3, 4, 4, 1), 0.5, np.float32)
    ShapedLoss("binary_crossentropy", note, samples=2).expected_reward(masks > 2, masks)
    assert {shapes[:2] for shapes in seen} == {((6,), (6,)), ((4,), (4,)), ((3, 4, 4, 1), (3, 4, 4, 1))}
    assert all(values <= {0, 1, 2} for *_, values in seen)


def test_named_rewards_of_certain_predictions_are_those_of_decisions():
    from sklearn.metrics import balanced_accuracy_score, f1_score

    found = np.array([0, 1, 1, 2, 0, 0])
    certain = np.eye(3, dtype=np.float32)[found]
    for name, value in (
        ("f1", f1_score(NUMBERS, found, average="macro")),
        ("balanced-accuracy", balanced_accuracy_score(NUMBERS, found)),
    ):
        loss = ShapedLoss("sparse_categorical_crossentropy", name)
        assert float(loss.expected_reward(NUMBERS, certain)) == pytest.approx(value, abs=1e-4)
    yes_no = np.array([[1], [0], [0], [0]], np.float32)
    loss = ShapedLoss("binary_crossentropy", "balanced-accuracy")
    assert float(loss.expected_reward(YES_NO, yes_no)) == pytest.approx(0.75, abs=1e-4)
    assert float(ShapedLoss("binary_crossentropy", "f1").expected_reward(YES_NO, yes_no)) == pytest.approx(2 / 3)


def test_the_whole_is_the_primary_loss_minus_the_weighted_reward():
    primary = keras.losses.BinaryCrossentropy()
    loss = ShapedLoss(primary, "f1", 0.3)
    reward = float(loss.expected_reward(YES_NO, CHANCES))
    assert float(loss(YES_NO, CHANCES)) == pytest.approx(float(primary(YES_NO, CHANCES)) - 0.3 * reward, rel=1e-5)
    assert float(ShapedLoss(primary, "f1", 0)(YES_NO, CHANCES)) == pytest.approx(float(primary(YES_NO, CHANCES)))


def test_other_predictions_draw_other_numbers_and_the_same_ones_the_same():
    loss = of_numbers(costs, samples=2)
    first, again, other = (gradient(loss, NUMBERS, given) for given in (LOGITS, LOGITS, LOGITS + 1e-3))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def rare(rows=600):
    x = np.random.default_rng(1).normal(size=(rows, 2)).astype("float32")
    noise = np.random.default_rng(2).normal(size=rows)
    return x, (x[:, 0] + x[:, 1] + 0.8 * noise > 2.6).astype("float32")


def f1(y, labels):
    return 2 * np.sum(y * labels) / max(np.sum(y) + np.sum(labels), 1)


@pytest.mark.parametrize("reward", [f1, "f1"])
def test_fit_raises_the_reward(reward):
    x, y = rare()
    reached = []
    for weight in (0.0, 1.0):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile(keras.optimizers.Adam(0.03), ShapedLoss("binary_crossentropy", reward, weight, samples=16))
        model.fit(x, y, epochs=30, batch_size=200, verbose=0)
        reached.append(f1(y, np.asarray(model(x))[:, 0] > 0.5))
    assert reached[1] > reached[0] + 0.05


@keras.saving.register_keras_serializable("tests")
def hits(y, labels):
    return np.mean(y == labels)


@pytest.mark.parametrize("reward", ["f1", [[0, 1], [5, 0]], hits])
def test_a_compiled_model_is_saved_and_loaded_in_safe_mode(tmp_path, reward):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", ShapedLoss(keras.losses.BinaryFocalCrossentropy(gamma=1.5), reward, 0.4, samples=3))
    model.fit(np.zeros((4, 2)), YES_NO, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").loss
    assert isinstance(loaded, ShapedLoss)
    assert loaded.get_config() == model.loss.get_config()
    assert float(loaded(YES_NO, CHANCES)) == pytest.approx(float(model.loss(YES_NO, CHANCES)))


def test_sample_weights_count_for_the_primary_loss():
    loss = ShapedLoss("binary_crossentropy", "f1", 0.5)
    weights = np.array([1.0, 0, 0, 0], np.float32)
    plain, weighted = (float(loss.primary(YES_NO, CHANCES, given)) for given in (None, weights))
    gap = float(loss(YES_NO, CHANCES)) - float(loss(YES_NO, CHANCES, weights))
    assert gap == pytest.approx(plain - weighted, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "settings", "told"),
    [
        (("mse", "f1"), {}, "mse"),
        ((keras.losses.MeanSquaredError(), "f1"), {}, "MeanSquaredError"),
        (("binary_crossentropy", "f2"), {}, "f2"),
        (("binary_crossentropy", [[1, 2, 3]]), {}, r"\(1, 3\)"),
        (("binary_crossentropy", "f1", -1), {}, "-1"),
        (("binary_crossentropy", f1), {"estimator": "smooth"}, "no smooth"),
        (("binary_crossentropy", f1), {"samples": 1}, "samples is 1"),
        (("binary_crossentropy", "f1"), {"estimator": "magic"}, "magic"),
    ],
)
def test_what_is_off_is_told(arguments, settings, told):
    with pytest.raises(UsageError, match=told):
        ShapedLoss(*arguments, **settings)


def test_a_reward_of_the_wrong_shape_is_told():
    loss = of_numbers(lambda y, labels: np.zeros(5))
    with pytest.raises(Exception, match=r"one for each of 6 rows"):
        ops.convert_to_numpy(loss.expected_reward(NUMBERS, LOGITS))
