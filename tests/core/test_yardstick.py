"""The score is proper, the same in NumPy and JAX, and reads every kind of output."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossclinic.core.architecture import make_layer
from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task
from lossclinic.core.yardstick import Link, Yardstick, choose_yardstick, link_of, natural

BINARY = Task("binary", 2, (0.0, 1.0))
SIGNED = Task("binary", 2, (-1.0, 1.0))
THREE = Task("multiclass", 3, (0.0, 1.0, 2.0))
FROM_ONE = Task("multiclass", 3, (1.0, 2.0, 3.0))
NUMBERS = Task("regression", 1)
LABELS = Task("multilabel", 2)
MASKS = Task("multilabel", 2, masks=True)


def linked(task, units, activation, behind=None, **config):
    layers = [make_layer("Dense", "out", units=units, activation=activation)]
    if behind:
        layers.append(make_layer("Activation", "behind", activation=behind))
    model = {"class_name": "Sequential", "config": {"layers": layers}}
    recipe = Recipe(model, {"class_name": "Any", "config": config}, {"class_name": "SGD", "config": {}}, 1)
    return link_of(recipe, task)


@pytest.mark.parametrize(
    ("task", "units", "activation", "behind", "logits", "link"),
    [
        (NUMBERS, 1, "linear", None, False, Link("numbers")),
        (BINARY, 1, "sigmoid", None, False, Link("probability")),
        (BINARY, 1, "linear", None, True, Link("probability", from_logits=True)),
        (BINARY, 1, "sigmoid", None, True, Link("probability")),
        (BINARY, 1, "linear", "sigmoid", True, Link("probability")),
        (BINARY, 2, "softmax", None, False, Link("two-units")),
        (SIGNED, 1, "tanh", None, False, Link("probability", centre=True)),
        (SIGNED, 1, "sigmoid", None, False, Link("probability")),
        (THREE, 3, "softmax", None, False, Link("distribution")),
        (THREE, 3, "linear", None, True, Link("distribution", from_logits=True)),
        (THREE, 1, "linear", None, False, Link("number-as-class")),
        (LABELS, 2, "sigmoid", None, False, Link("independent")),
    ],
)
def test_the_link_follows_output_and_loss(task, units, activation, behind, logits, link):
    assert linked(task, units, activation, behind, from_logits=logits) == link


RAW = arrays(np.float32, st.tuples(st.integers(1, 8), st.just(3)), elements=st.floats(-30, 30, width=32))


@given(RAW, st.sampled_from([Link("distribution"), Link("distribution", True), Link("number-as-class")]))
def test_classes_get_probabilities(raw, link):
    p = natural(np, THREE, link, raw)
    assert p.shape == (len(raw), 3)
    assert np.all((p >= 0) & (p <= 1))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)


@given(RAW, st.booleans(), st.booleans())
def test_one_unit_gives_both_classes_their_probability(raw, logits, centre):
    p = natural(np, BINARY, Link("probability", logits, centre), raw[:, :1])
    assert p.shape == (len(raw), 2)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert np.all((p >= 0) & (p <= 1))


# One shape, so that JAX compiles each operation once.
@settings(deadline=None, max_examples=15)
@given(arrays(np.float32, (6, 3), elements=st.floats(-30, 30, width=32)), st.integers(0, 1000))
def test_numpy_and_jax_score_alike(raw, seed):
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)
    rows = len(raw)
    known = [
        (THREE, Link("distribution", True), raw, rng.integers(0, 3, rows), ()),
        (THREE, Link("distribution"), raw, rng.integers(0, 3, rows), (0.5, 1.0, 3.0)),
        (THREE, Link("number-as-class"), raw[:, :1], rng.integers(0, 3, rows), ()),
        (BINARY, Link("probability", True), raw[:, :1], rng.integers(0, 2, rows), ()),
        (LABELS, Link("independent", True), raw[:, :2], rng.integers(0, 2, (rows, 2)), ()),
        (MASKS, Link("independent", True), raw[:, :2], rng.integers(0, 2, (rows, 2)), ()),
        (NUMBERS, Link("numbers"), raw[:, :1], rng.normal(size=(rows, 1)), ()),
    ]
    for task, link, output, target, weights in known:
        yardstick = Yardstick("any", task, weights)
        prediction = natural(np, task, link, output, 2.0, 3.0).astype(np.float32)
        compiled = natural(jnp, task, link, jnp.asarray(output), 2.0, 3.0)
        np.testing.assert_allclose(compiled, prediction, rtol=1e-4, atol=1e-5)
        # The same prediction for both: where two classes tie, rounding decides which one is the largest.
        for score in (yardstick.score, yardstick.agreement):
            plain, other = score(np, target, prediction), score(jnp, jnp.asarray(target), jnp.asarray(prediction))
            assert float(other) == pytest.approx(float(plain), rel=1e-4, abs=1e-5, nan_ok=True)


@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=3), st.lists(st.floats(0.05, 1), min_size=3, max_size=3))
def test_the_true_probabilities_score_best(true, other):
    true, other = (np.array(p) / np.sum(p) for p in (true, other))
    expected = [
        sum(true[k] * Yardstick("log-loss", THREE).score(np, np.array([k]), q[None, :]) for k in range(3))
        for q in (true, other)
    ]
    assert expected[0] <= expected[1] + 1e-12


@given(arrays(np.float64, (20, 1), elements=st.floats(-100, 100)), st.floats(-100, 100))
def test_the_mean_is_the_best_constant_and_its_score_is_the_unit(y, other):
    yardstick = choose_yardstick(NUMBERS, y)
    best = yardstick.score(np, y, np.full((20, 1), y.mean()))
    assert best <= yardstick.score(np, y, np.full((20, 1), other)) + 1e-9
    assert yardstick.trivial == pytest.approx(best or 1.0, rel=1e-6, abs=1e-12)


def test_rare_classes_count_the_same_as_common_ones():
    target = np.array([0] * 95 + [1] * 5)
    yardstick = choose_yardstick(BINARY, target)
    assert yardstick.name == "balanced log-loss"
    shares = np.tile([0.95, 0.05], (100, 1))
    even = np.tile([0.5, 0.5], (100, 1))
    assert yardstick.score(np, target, even) < yardstick.score(np, target, shares)
    assert yardstick.score(np, target, even) == pytest.approx(yardstick.trivial)
    assert np.mean(np.array(yardstick.class_weights)[target]) == pytest.approx(1)


def test_even_classes_are_scored_by_the_log_loss():
    yardstick = choose_yardstick(THREE, np.arange(30) % 3)
    assert (yardstick.name, yardstick.class_weights) == ("log-loss", ())
    assert yardstick.trivial == pytest.approx(np.log(3))


def test_one_confidently_wrong_row_costs_no_infinity():
    yardstick = Yardstick("log-loss", BINARY)
    assert yardstick.score(np, np.array([1]), np.array([[1.0, 0.0]])) == pytest.approx(11.5, abs=0.1)


def test_a_softmax_over_one_unit_is_scored_as_the_constant_it_is():
    p = natural(np, BINARY, linked(BINARY, 1, "softmax"), np.ones((4, 1), np.float32))
    np.testing.assert_array_equal(p[:, 1], 1)


def test_labels_from_1_keep_their_own_unit():
    raw = np.array([[0.0, 0.7, 0.2, 0.1]], np.float32)
    p = natural(np, FROM_ONE, Link("distribution"), raw)
    np.testing.assert_allclose(p, [[0.7, 0.2, 0.1]], atol=1e-4)


def test_a_class_without_a_unit_is_never_predicted():
    p = natural(np, THREE, Link("distribution"), np.array([[0.6, 0.4]], np.float32))
    np.testing.assert_allclose(p, [[0.6, 0.4, 0.0]], atol=1e-4)


def test_standardised_predictions_come_back_to_the_targets_units():
    assert natural(np, NUMBERS, Link("numbers"), np.array([[2.0]]), 10.0, 3.0).item() == 16


def test_an_output_of_the_wrong_width_counts_by_its_mean():
    assert natural(np, NUMBERS, Link("numbers"), np.array([[1.0, 3.0]])).tolist() == [[2.0]]


def test_masks_are_shown_with_the_mean_dice_coefficient_of_the_pictures():
    target = np.array([[1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    found = np.array([[0.9, 0.2, 0.8, 0.1], [0.1, 0.1, 0.1, 0.1], [0.6, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.7]])
    masks, labels = (Yardstick("log-loss", Task("multilabel", 4, masks=kind)) for kind in (True, False))
    # One of two pixels found and one too many: 2·1/(2+2); nothing there, nothing found; all; one where nothing is.
    assert masks.agreement(np, target, found) == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    assert masks.agreement_name == "Dice coefficient"
    assert labels.agreement(np, target, found) == pytest.approx(13 / 16)
    assert labels.agreement_name == "accuracy"


def test_a_figure_that_misleads_has_no_name():
    assert Yardstick("balanced log-loss", BINARY, (0.5, 5.0)).agreement_name == ""
    assert Yardstick("mean squared error", NUMBERS).agreement_name == ""
    assert Yardstick("log-loss", THREE).agreement_name == "accuracy"


def test_missing_targets_and_none_at_all_leave_a_finite_unit():
    target = np.array([[1.0], [np.nan], [3.0]])
    assert choose_yardstick(NUMBERS, target).trivial == 1
    assert choose_yardstick(NUMBERS, np.full((3, 1), np.nan)).trivial == 1
    assert choose_yardstick(replace(LABELS), np.array([[0, 1], [1, 1]])).trivial > 0
