"""Equal recipes have equal keys, and a difference names everything that differs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.architecture import insert_after, make_layer, remove, with_config
from lossclinic.core.recipe import Recipe, Resampling, Split, Stop

MODEL = {
    "class_name": "Sequential",
    "config": {
        "layers": [
            make_layer("InputLayer", "in", batch_shape=[None, 3]),
            make_layer("Dense", "a", units=4, activation="relu"),
            make_layer("Dense", "b", units=1, activation="linear"),
        ]
    },
}
LOSS = {"class_name": "MeanSquaredError", "config": {}}
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.1, "momentum": 0.0}}
BASE = Recipe(MODEL, LOSS, SGD, epochs=5)

CHANGES = {
    "epochs": st.integers(1, 100),
    "batch_size": st.integers(1, 512),
    "shuffle": st.booleans(),
    "class_weight": st.none() | st.dictionaries(st.integers(0, 3), st.floats(0.1, 10), min_size=1),
    "split": st.sampled_from([Split(), Split("tail", 0.2), Split("shuffled", 0.2)]),
    "stop": st.sampled_from([None, Stop(), Stop(3)]),
    "inputs": st.sampled_from([(), ("impute",), ("standardise",), ("impute", "standardise")]),
    "standardise_targets": st.booleans(),
    "resampling": st.sampled_from([None, Resampling(), Resampling("oversample")]),
    "augmentation": st.sampled_from([(), (make_layer("RandomFlip", "flip"),)]),
    "initial": st.sampled_from(["fresh", "given"]),
    "optimizer": st.sampled_from([SGD, {"class_name": "Adam", "config": {"learning_rate": 0.1}}]),
    "loss": st.sampled_from([LOSS, {"class_name": "Huber", "config": {}}]),
    "model": st.sampled_from([MODEL, with_config(MODEL, "a", units=7), remove(MODEL, "a")]),
}
RECIPES = st.fixed_dictionaries(CHANGES).map(lambda values: replace(BASE, **values))


@given(RECIPES, RECIPES)
def test_keys_differences_and_equality_agree(a, b):
    assert (a.key == b.key) == (a == b) == (a.diff(b) == ())


@given(RECIPES, RECIPES)
def test_a_difference_read_backwards_has_the_same_targets(a, b):
    assert {change.target for change in a.diff(b)} == {change.target for change in b.diff(a)}


@given(RECIPES)
def test_a_recipe_does_not_differ_from_itself(recipe):
    assert recipe.diff(replace(recipe)) == ()


def test_a_changed_layer_argument_is_named():
    (change,) = BASE.diff(replace(BASE, model=with_config(MODEL, "a", activation="tanh")))
    assert (change.kind, change.target, change.argument) == ("layer-argument", "a", "activation")
    assert (change.before, change.after) == ("relu", "tanh")


@pytest.mark.parametrize(("behind", "argument"), [("a", "a"), (None, "")])
def test_an_inserted_layer_names_the_one_before(behind, argument):
    (change,) = BASE.diff(replace(BASE, model=insert_after(MODEL, behind, make_layer("Dropout", "drop", rate=0.5))))
    assert (change.kind, change.target, change.argument) == ("insert-layer", "drop", argument)
    assert change.after["class_name"] == "Dropout"


def test_two_inserted_layers_follow_each_other():
    model = insert_after(MODEL, "a", make_layer("ReLU", "first"))
    model = insert_after(model, "first", make_layer("Dropout", "second", rate=0.5))
    assert [(c.target, c.argument) for c in BASE.diff(replace(BASE, model=model))] == [
        ("first", "a"),
        ("second", "first"),
    ]


def test_a_layer_of_another_class_under_the_same_name_is_exchanged():
    model = insert_after(remove(MODEL, "a"), None, make_layer("LSTM", "a", units=4, activation="relu"))
    assert [change.kind for change in BASE.diff(replace(BASE, model=model))] == ["remove-layer", "insert-layer"]


def test_an_optimizer_argument_is_no_new_optimizer():
    (change,) = BASE.diff(BASE.with_learning_rate(0.01))
    assert (change.kind, change.argument, change.after) == ("optimizer-argument", "learning_rate", 0.01)


def test_a_schedule_is_no_learning_rate_and_gives_way_to_one():
    schedule = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1}}
    recipe = replace(BASE, optimizer={"class_name": "SGD", "config": {"learning_rate": schedule}})
    assert recipe.learning_rate is None
    assert recipe.with_learning_rate(0.2).learning_rate == 0.2
