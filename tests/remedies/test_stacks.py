"""Remedies that let layers learn, widen one of them or move dropout, on real Keras models."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.remedies.architecture import (
    convolution,
    layer_norm,
    remove_layers,
    skip_connections,
    unfreeze,
    widen_bottleneck,
)
from lossclinic.remedies.initialisation import output_prior
from lossclinic.remedies.regularisation import move_dropout
from lossclinic.testing import example_cases


def recipe(name="deep"):
    return example_cases()[name].recipe


def with_layers(*stack, inputs=(8, 8, 1)):
    import keras

    model = keras.Sequential([keras.Input(inputs), *stack])
    return replace(recipe(), model=keras.saving.serialize_keras_object(model))


def classes(model):
    return [layer.class_name for layer in architecture.layers(model)[1:]]


def test_frozen_layers_learn_again():
    (treated,) = unfreeze.apply(recipe())
    assert all(layer.config.get("trainable", True) for layer in architecture.layers(treated.model))
    with pytest.raises(NotApplicable):
        unfreeze.apply(treated)


def test_only_the_narrow_layer_grows():
    gentle, strong = widen_bottleneck.apply(recipe())
    assert [layer.units for layer in architecture.hidden_layers(gentle.model)] == [16, 8, 16, 16, 16]
    assert [layer.units for layer in architecture.hidden_layers(strong.model)] == [16] * 5
    with pytest.raises(NotApplicable):
        widen_bottleneck.apply(strong)


def test_dropout_changes_places_with_normalisation_or_goes():
    moved, removed = move_dropout.apply(recipe())
    assert classes(moved.model)[-3:] == ["BatchNormalization", "Dropout", "Dense"]
    assert "Dropout" not in classes(removed.model)
    with pytest.raises(NotApplicable):
        move_dropout.apply(moved)


def test_dropout_behind_the_output_moves_in_front_of_it():
    from keras import layers

    moved, _ = move_dropout.apply(
        with_layers(layers.Dense(4), layers.Dense(2, activation="softmax"), layers.Dropout(0.5), inputs=(3,))
    )
    assert classes(moved.model) == ["Dense", "Dropout", "Dense"]
    (only,) = move_dropout.apply(
        with_layers(layers.Dense(4), layers.Dropout(0.2), layers.Dense(2), layers.Dropout(0.5), inputs=(3,))
    )
    assert classes(only.model) == ["Dense", "Dropout", "Dense"]


def test_dropout_before_pooling_moves_behind_it():
    from keras import layers

    moved, _ = move_dropout.apply(
        with_layers(layers.Conv2D(4, 3), layers.Dropout(0.3), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(1))
    )
    assert classes(moved.model)[1:3] == ["MaxPooling2D", "Dropout"]


def test_hidden_layers_go_and_the_first_and_last_stay():
    half, two = remove_layers.apply(recipe())
    assert [layer.units for layer in architecture.hidden_layers(half.model)] == [16, 16, 16]
    assert [layer.units for layer in architecture.hidden_layers(two.model)] == [16, 16]
    assert classes(two.model)[-3:] == ["Dropout", "BatchNormalization", "Dense"]
    with pytest.raises(NotApplicable):
        remove_layers.apply(two)


def test_a_stack_becomes_a_graph_whose_blocks_are_bypassed():
    import keras

    pairs, singles = skip_connections.apply(recipe())
    assert classes(pairs.model).count("Add") == 1
    assert classes(singles.model).count("Add") == 2
    model = keras.saving.deserialize_keras_object(copy.deepcopy(singles.model))
    assert model.output_shape == (None, 1)
    add = next(layer for layer in architecture.layers(singles.model) if layer.class_name == "Add")
    assert len(add.inbound) == 2
    with pytest.raises(NotApplicable):
        skip_connections.apply(pairs)
    with pytest.raises(NotApplicable):
        skip_connections.apply(recipe("skip"))


def test_layer_normalisation_needs_a_few_units():
    (treated,) = layer_norm.apply(recipe())
    assert classes(treated.model).count("LayerNormalization") == 4
    with pytest.raises(NotApplicable):
        layer_norm.apply(treated)


def test_the_output_begins_at_the_targets_average():
    (treated,) = output_prior.apply(recipe("sequences"), example_cases()["sequences"])
    bias = architecture.output_layer(treated.model).config["bias_initializer"]["config"]["value"]
    assert bias == pytest.approx(float(np.mean(example_cases()["sequences"].data.y)), rel=1e-3)
    with pytest.raises(NotApplicable):
        output_prior.apply(recipe("numbers"), example_cases()["numbers"])


def test_the_output_begins_at_the_log_odds_of_the_classes():
    case = example_cases()["skip"]
    (treated,) = output_prior.apply(case.recipe, case)
    bias = architecture.output_layer(treated.model).config["bias_initializer"]["config"]["value"]
    assert bias[0] - bias[1] == pytest.approx(np.log(50 / 10), rel=1e-3)
    (even,) = output_prior.apply(replace(case.recipe, class_weight={0: 0.6, 1: 3.0}), case)
    value = architecture.output_layer(even.model).config["bias_initializer"]["config"]["value"]
    assert value == pytest.approx([0, 0], abs=1e-6)


def test_a_convolution_and_pooling_come_before_flattening():
    once, twice = convolution.apply(recipe("flat"))
    assert classes(once.model) == ["Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert classes(twice.model)[:4] == ["Conv2D", "MaxPooling2D"] * 2
    for name in ("images", "numbers"):
        with pytest.raises(NotApplicable):
            convolution.apply(recipe(name))
