"""Remedies that change layers, on real Keras models."""

import copy
from dataclasses import replace

import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.remedies.architecture import batch_norm, deepen, elu_activations, leaky_relu, relu_activations, widen
from lossclinic.remedies.initialisation import glorot_initialisation, he_initialisation
from lossclinic.testing import example_cases


def recipe(name):
    return example_cases()[name].recipe


def classes(model):
    return [layer.class_name for layer in architecture.layers(model)[1:]]


def output(model):
    layer = architecture.output_layer(model)
    return layer.config["activation"], layer.units


def with_model(name, *stack, inputs=(3,)):
    import keras

    model = keras.Sequential([keras.Input(inputs), *stack])
    return replace(recipe(name), model=keras.saving.serialize_keras_object(model))


def test_relu_replaces_saturating_and_missing_activations_but_not_the_output():
    (treated,) = relu_activations.apply(recipe("numbers"))
    assert architecture.hidden_activations(treated.model) == ("relu", "relu")
    assert output(treated.model) == output(recipe("numbers").model)


def test_an_activation_layer_is_changed_in_place():
    (treated,) = relu_activations.apply(recipe("uneven"))
    assert architecture.hidden_activations(treated.model) == ("relu", "relu")
    assert classes(treated.model) == classes(recipe("uneven").model)
    assert architecture.output_activation(treated.model) == "softmax"


def test_a_relu_layer_gives_way_to_another_activation():
    (treated,) = elu_activations.apply(recipe("uneven"))
    assert architecture.hidden_activations(treated.model) == ("elu", "elu")
    assert "ReLU" not in classes(treated.model)


def test_a_branch_that_is_activated_after_the_merge_is_not_linear():
    with pytest.raises(NotApplicable):
        relu_activations.apply(recipe("skip"))


def test_recurrent_layers_keep_their_tanh():
    for remedy in (relu_activations, leaky_relu, elu_activations):
        with pytest.raises(NotApplicable):
            remedy.apply(recipe("sequences"))


def test_leaky_relu_revives_dead_units():
    (treated,) = leaky_relu.apply(recipe("images"))
    assert architecture.hidden_activations(treated.model) == ("leaky_relu",)
    with pytest.raises(NotApplicable):
        leaky_relu.apply(treated)


def test_widening_multiplies_hidden_units_up_to_a_bound():
    gentle, strong = widen.apply(recipe("numbers"))
    assert [layer.units for layer in architecture.hidden_layers(gentle.model)] == [32, 16]
    assert [layer.units for layer in architecture.hidden_layers(strong.model)] == [128, 64]
    widest = widen.apply(strong)[-1]
    assert max(layer.units for layer in architecture.hidden_layers(widest.model)) == 512
    assert output(gentle.model) == output(recipe("numbers").model)
    with pytest.raises(NotApplicable):
        widen.apply(widen.apply(widest)[-1])


def test_layers_behind_a_skip_connection_grow_together():
    gentle, _ = widen.apply(recipe("skip"))
    assert {layer.units for layer in architecture.hidden_layers(gentle.model)} == {24}


def test_a_layer_that_is_added_to_the_input_keeps_its_width():
    import keras

    inputs = keras.Input((3,))
    inner = keras.layers.Dense(5, activation="relu")(inputs)
    merged = keras.layers.Add()([inputs, keras.layers.Dense(3)(inner)])
    model = keras.Model(inputs, keras.layers.Dense(1)(merged))
    treated = widen.apply(replace(recipe("numbers"), model=keras.saving.serialize_keras_object(model)))[0]
    assert [layer.units for layer in architecture.hidden_layers(treated.model)] == [20, 3]
    keras.saving.deserialize_keras_object(copy.deepcopy(treated.model))


def test_a_model_without_hidden_layers_cannot_be_widened_but_deepened():
    import keras

    line = with_model("numbers", keras.layers.Dense(1))
    with pytest.raises(NotApplicable):
        widen.apply(line)
    once, twice = deepen.apply(line)
    assert [layer.units for layer in architecture.hidden_layers(once.model)] == [32]
    assert architecture.hidden_activations(twice.model) == ("relu", "relu")
    assert keras.saving.deserialize_keras_object(copy.deepcopy(twice.model)).output_shape == (None, 1)


def test_new_layers_are_like_the_last_hidden_one():
    once, twice = deepen.apply(recipe("uneven"))
    assert [layer.units for layer in architecture.hidden_layers(twice.model)] == [8] * 4
    assert classes(once.model)[-4:] == ["ReLU", "Dense", "Dense", "Activation"]
    assert architecture.hidden_activations(once.model) == ("tanh", "relu", "relu")


def test_deepening_a_convolutional_model_adds_a_dense_layer_behind_flatten():
    once, _ = deepen.apply(recipe("images"))
    assert classes(once.model) == ["Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"]


def test_batch_norm_stands_behind_each_activated_hidden_layer_once():
    case = example_cases()["uneven"]
    (treated,) = batch_norm.apply(case.recipe, case)
    one = ["Dense", "Activation", "BatchNormalization"]
    two = ["Dense", "ReLU", "BatchNormalization"]
    assert classes(treated.model) == [*one, *two, "Dense", "Activation"]
    with pytest.raises(NotApplicable):
        batch_norm.apply(treated, case)


def test_batch_norm_between_layer_and_activation_is_seen():
    import keras

    layers = keras.layers
    made = with_model("numbers", layers.Dense(4), layers.BatchNormalization(), layers.ReLU(), layers.Dense(1))
    with pytest.raises(NotApplicable, match="without normalisation"):
        batch_norm.apply(made, example_cases()["numbers"])


def test_batch_norm_needs_batches():
    case = example_cases()["numbers"]
    with pytest.raises(NotApplicable, match="too small"):
        batch_norm.apply(replace(case.recipe, batch_size=2), case)


def test_structural_changes_start_from_fresh_weights():
    case = example_cases()["numbers"]
    given = replace(case.recipe, initial="given")
    for results in (widen.apply(given), deepen.apply(given), batch_norm.apply(given, case)):
        assert results[0].initial == "fresh"
    assert relu_activations.apply(given)[0].initial == "given"


def test_he_for_hidden_layers_glorot_for_all():
    def starts(treated):
        kernels = (layer.config.get("kernel_initializer") for layer in architecture.layers(treated.model))
        return [kernel["class_name"] for kernel in kernels if kernel]

    numbers = recipe("numbers")
    assert starts(numbers) == ["Zeros", "GlorotUniform", "GlorotUniform"]
    assert starts(he_initialisation.apply(numbers)[0]) == ["HeNormal", "HeNormal", "GlorotUniform"]
    assert starts(glorot_initialisation.apply(numbers)[0]) == ["GlorotUniform"] * 3
    with pytest.raises(NotApplicable):
        glorot_initialisation.apply(recipe("skip"))


def test_biases_start_from_zero():
    import keras

    made = with_model("numbers", keras.layers.Dense(4, bias_initializer="ones"), keras.layers.Dense(1))
    (treated,) = glorot_initialisation.apply(made)
    biases = {layer.config["bias_initializer"]["class_name"] for layer in architecture.layers(treated.model)[1:]}
    assert biases == {"Zeros"}
