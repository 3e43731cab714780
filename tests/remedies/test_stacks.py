"""Remedies that let layers learn, widen one of them or move dropout, on real Keras models."""

from dataclasses import replace

import pytest

from lossclinic.core import architecture
from lossclinic.core.errors import NotApplicable
from lossclinic.remedies.architecture import unfreeze, widen_bottleneck
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
