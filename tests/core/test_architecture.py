"""Reading and rewriting real Keras configs, Sequential and Functional."""

import copy

import pytest

from lossclinic.core import architecture
from lossclinic.core.architecture import insert_after, layers, make_layer, remove, with_config
from lossclinic.core.errors import NotApplicable
from lossclinic.testing import example_cases

NAMES = ["numbers", "uneven", "images", "sequences", "skip"]
DROPOUT = make_layer("Dropout", "new", rate=0.1)


def plain(model):
    import keras

    return keras.saving.serialize_keras_object(model)


def built(model):
    import keras

    return keras.saving.deserialize_keras_object(copy.deepcopy(model))


def wiring(model):
    return [(layer.name, layer.class_name, layer.config, layer.inbound) for layer in layers(model)]


@pytest.mark.parametrize("name", NAMES)
def test_inserting_and_removing_anywhere_gives_the_same_model_back(name):
    model = example_cases()[name].recipe.model
    before = copy.deepcopy(model)
    for layer in layers(model):
        longer = insert_after(model, layer.name, DROPOUT)
        (new,) = (found for found in layers(longer) if found.name == "new")
        assert new.inbound == (layer.name,)
        assert not [found for found in layers(longer) if layer.name in found.inbound and found.name != "new"]
        assert built(longer).output_shape == built(model).output_shape
        assert wiring(remove(longer, "new")) == wiring(model)
    assert model == before


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_before_the_first_one_reads_the_input(name):
    longer = insert_after(example_cases()[name].recipe.model, None, DROPOUT)
    assert layers(longer)[1].name == "new"
    assert built(longer).layers[-1].output is not None


def test_a_functional_model_ends_with_the_layer_inserted_last():
    model = example_cases()["skip"].recipe.model
    longer = built(insert_after(model, layers(model)[-1].name, DROPOUT))
    assert longer.layers[-1].name == "new"
    assert longer.outputs[0] is longer.layers[-1].output


def test_widths_and_activations_are_read_where_they_stand():
    read = {name: example_cases()[name].recipe.model for name in NAMES}
    assert {name: architecture.output_activation(model) for name, model in read.items()} == {
        "numbers": "relu",
        "uneven": "softmax",
        "images": "softmax",
        "sequences": "linear",
        "skip": "softmax",
    }
    assert [architecture.output_layer(model).units for model in read.values()] == [1, 1, 3, 1, 2]
    assert architecture.hidden_activations(read["uneven"]) == ("tanh", "relu")
    assert architecture.hidden_activations(read["sequences"]) == ("tanh",)
    assert architecture.input_shape(read["images"]) == (None, 12, 12, 1)


def test_an_activation_given_as_a_layer_has_the_name_of_the_activation():
    import keras

    inner = [keras.layers.Dense(2, activation=keras.layers.LeakyReLU()), keras.layers.Dense(2, activation="gelu")]
    model = plain(keras.Sequential([keras.Input((2,)), *inner]))
    assert [layer.activation for layer in layers(model)[1:]] == ["leaky_relu", "gelu"]


def test_a_new_width_reaches_the_layers_behind():
    model = example_cases()["numbers"].recipe.model
    first = architecture.hidden_layers(model)[0].name
    wider = built(with_config(model, first, units=50))
    assert wider.get_layer(first).kernel.shape == (3, 50)
    assert wider.output_shape == (None, 1)


def test_a_chain_ends_where_the_graph_branches():
    model = example_cases()["skip"].recipe.model
    first, second = architecture.hidden_layers(model)
    assert architecture.chain_end(model, first.name, lambda layer: True) == first.name
    behind = architecture.chain_end(model, second.name, lambda layer: layer.units is None)
    assert [layer.class_name for layer in architecture.readers(model, behind)] == ["Dense"]


def test_a_layer_used_twice_is_not_rewired():
    import keras

    inputs = keras.Input((2,))
    shared = keras.layers.Dense(2, name="shared")
    model = plain(keras.Model(inputs, keras.layers.Dense(1)(shared(shared(inputs)))))
    with pytest.raises(NotApplicable, match="used more than once"):
        insert_after(model, "shared", DROPOUT)


def test_a_model_class_of_the_scripts_own_is_not_rewritten():
    model = {"class_name": "MyNetwork", "config": {"layers": []}}
    with pytest.raises(NotApplicable, match="MyNetwork"):
        insert_after(model, None, DROPOUT)


def test_names_do_not_collide():
    model = example_cases()["numbers"].recipe.model
    taken = layers(model)[1].name
    assert architecture.free_name(model, taken) != taken
    assert architecture.free_name(model, "fresh") == "fresh"


def test_a_model_that_was_never_built_has_no_input_shape():
    import keras

    assert architecture.input_shape(plain(keras.Sequential([keras.layers.Dense(1)]))) is None
