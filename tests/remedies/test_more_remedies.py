"""Remedies that no cause asks for by itself: people try them by name."""

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Resampling
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.engine.prepare import prepare_run
from lossclinic.remedies.architecture import gelu_activations, narrow, selu_activations, tanh_activations, widen
from lossclinic.remedies.data import interaction_features, one_hot_categories
from lossclinic.remedies.imbalance import balanced_batches, random_oversample, undersample
from lossclinic.remedies.loss import focal_loss
from lossclinic.remedies.optimisation import adam, adamw
from lossclinic.remedies.regularisation import gaussian_noise
from lossclinic.testing import example_cases


@pytest.fixture
def cases():
    return example_cases()


def units(recipe):
    return [layer.units for layer in architecture.hidden_layers(recipe.model)]


@pytest.mark.parametrize(
    ("remedy", "name"), [(gelu_activations, "gelu"), (selu_activations, "selu"), (tanh_activations, "tanh")]
)
def test_hidden_layers_get_the_activation_and_the_output_keeps_its_own(cases, remedy, name):
    recipe = cases["uneven"].recipe
    (treated,) = remedy.apply(recipe)
    assert architecture.hidden_activations(treated.model) == (name, name)
    assert architecture.output_activation(treated.model) == architecture.output_activation(recipe.model)
    with pytest.raises(NotApplicable):
        remedy.apply(treated)


def test_selu_comes_with_the_start_that_it_was_made_for(cases):
    (treated,) = selu_activations.apply(cases["uneven"].recipe)
    starts = {layer.config["kernel_initializer"]["class_name"] for layer in architecture.hidden_layers(treated.model)}
    assert starts == {"LecunNormal"}


def test_narrow_divides_and_stops_before_a_bottleneck(cases):
    wide = widen.apply(cases["numbers"].recipe)[-1]
    half, eighth = narrow.apply(wide)
    assert units(half) == [max(4, n // 2) for n in units(wide)]
    assert units(eighth) == [max(4, n // 8) for n in units(wide)]
    smallest = eighth
    while True:
        try:
            smallest = narrow.apply(smallest)[-1]
        except NotApplicable:
            break
    assert min(units(smallest)) == 4


def test_adamw_takes_the_rate_of_an_adam_and_decays_weights(cases):
    recipe = adam.apply(
        replace(cases["numbers"].recipe, optimizer={"class_name": "SGD", "config": {"learning_rate": 0.1}})
    )[1]
    weak, strong = adamw.apply(recipe)
    assert weak.learning_rate == strong.learning_rate == 0.01
    assert weak.optimizer["config"]["weight_decay"] < strong.optimizer["config"]["weight_decay"]
    with pytest.raises(NotApplicable, match="AdamW"):
        adamw.apply(weak)


def test_noise_is_as_large_as_the_inputs_vary(cases):
    case = cases["numbers"]
    spread = np.median(np.std(case.data.x[: case.data.n_train], axis=0))
    little, much = gaussian_noise.apply(case.recipe, case)
    sizes = [architecture.layers(r.model)[1].config["stddev"] for r in (little, much)]
    assert sizes == pytest.approx([0.1 * spread, 0.3 * spread], rel=0.05)
    standardised = replace(case.recipe, inputs=("standardise",))
    assert architecture.layers(gaussian_noise.apply(standardised, case)[0].model)[1].config["stddev"] == 0.1
    with pytest.raises(NotApplicable, match="already"):
        gaussian_noise.apply(little, case)


def test_inputs_of_hundreds_are_to_be_standardised_first(cases):
    case = cases["numbers"]
    large = replace(case, data=replace(case.data, x=case.data.x * 1e4))
    with pytest.raises(NotApplicable, match="standardise"):
        gaussian_noise.apply(large.recipe, large)


def test_noise_between_token_numbers_means_nothing(cases):
    import keras

    case = cases["numbers"]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Embedding(9, 3), keras.layers.Flatten()])
    case = replace(case, recipe=replace(case.recipe, model=keras.saving.serialize_keras_object(model)))
    with pytest.raises(NotApplicable, match="token"):
        gaussian_noise.apply(case.recipe, case)


def test_rows_are_repeated_or_left_out(cases):
    case = cases["uneven"]
    (more,) = random_oversample.apply(case.recipe, case)
    assert more.resampling == Resampling("oversample")
    with pytest.raises(NotApplicable, match="resampled"):
        undersample.apply(more, case)
    with pytest.raises(NotApplicable, match="exclusive classes"):
        undersample.apply(cases["numbers"].recipe, cases["numbers"])


def test_balanced_batches_leave_the_rows_as_they_are(cases):
    case = cases["uneven"]
    (drawn,) = balanced_batches.apply(case.recipe, case)
    before, after = (prepare_run(case, Plan(), Run(recipe, 0)).train for recipe in (case.recipe, drawn))
    np.testing.assert_array_equal(after.x, before.x)
    with pytest.raises(NotApplicable, match="cannot hold"):
        balanced_batches.apply(replace(case.recipe, batch_size=1), case)
    with pytest.raises(NotApplicable, match="resampled"):
        balanced_batches.apply(drawn, case)


def test_undersampling_needs_rows_to_be_left(cases):
    case = cases["uneven"]
    (fewer,) = undersample.apply(case.recipe, case)
    assert fewer.resampling == Resampling("undersample")
    labels = case.task.encode(case.data.y)
    rare = np.flatnonzero(labels == np.argmin(np.bincount(labels)))
    kept = np.sort(np.concatenate([np.flatnonzero(~np.isin(np.arange(len(labels)), rare)), rare[:3]]))
    few = replace(case, data=replace(case.data, x=case.data.x[kept], y=case.data.y[kept], n_train=len(kept)))
    with pytest.raises(NotApplicable, match="fewer than 10"):
        undersample.apply(few.recipe, few)


@pytest.mark.parametrize(
    ("name", "focal"),
    [("BinaryCrossentropy", "BinaryFocalCrossentropy"), ("CategoricalCrossentropy", "CategoricalFocalCrossentropy")],
)
def test_focal_loss_keeps_what_the_loss_was_told(cases, name, focal):
    case = cases["uneven"]
    loss = {"class_name": name, "config": {"from_logits": True, "label_smoothing": 0.1}}
    gentle, strong = focal_loss.apply(replace(case.recipe, loss=loss), case)
    assert gentle.loss["class_name"] == focal
    assert gentle.loss["config"]["from_logits"] is True
    assert gentle.loss["config"]["label_smoothing"] == 0.1
    assert (gentle.loss["config"]["gamma"], strong.loss["config"]["gamma"]) == (1.0, 2.0)
    with pytest.raises(NotApplicable):
        focal_loss.apply(gentle, case)


def test_a_gamma_of_0_would_be_cross_entropy_itself(cases):
    """No hidden factor comes along: at gamma 0 both losses agree."""
    import keras

    case = cases["uneven"]
    y, p = np.eye(3)[[0, 2, 1]], np.array([[0.7, 0.2, 0.1], [0.2, 0.2, 0.6], [0.3, 0.3, 0.4]])
    loss = {"class_name": "CategoricalCrossentropy", "config": {}}
    (gentle, _) = focal_loss.apply(replace(case.recipe, loss=loss), case)
    settings = {**gentle.loss["config"], "gamma": 0.0}
    focal = keras.losses.CategoricalFocalCrossentropy(**settings)(y, p)
    np.testing.assert_allclose(focal, keras.losses.CategoricalCrossentropy()(y, p), rtol=1e-5)


def test_products_come_in_two_strengths_and_go_together_with_codes(cases):
    case = cases["table"]
    few, many = interaction_features.apply(case.recipe, case)
    widths = [architecture.input_shape(recipe.model)[-1] for recipe in (case.recipe, few, many)]
    assert widths == [4, 7, 10]
    (both,) = one_hot_categories.apply(few, case)
    (other, _) = interaction_features.apply(one_hot_categories.apply(case.recipe, case)[0], case)
    assert both.inputs == other.inputs
    assert architecture.input_shape(both.model) == architecture.input_shape(other.model)
    made = prepare_run(case, Plan(), Run(both, 0))
    assert made.train.x.shape[1] == architecture.input_shape(both.model)[-1]
    with pytest.raises(NotApplicable, match="already"):
        interaction_features.apply(few, case)
    with pytest.raises(NotApplicable, match="filled first"):
        interaction_features.apply(cases["uneven"].recipe, cases["uneven"])


def test_held_out_targets_choose_no_products(cases):
    case = cases["table"]
    few = interaction_features.apply(case.recipe, case)[0]
    rows = Plan().deal(case.data, case.task, few.split, 0, "screen")
    y = case.data.y.copy()
    y[np.concatenate([rows.held_out, rows.locked, rows.validation])] *= 7
    other = replace(case, data=replace(case.data, y=y))
    first, second = (prepare_run(c, Plan(), Run(few, 0)).held_out.x for c in (case, other))
    np.testing.assert_array_equal(first, second)
