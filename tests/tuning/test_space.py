from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from lossclinic.core import architecture
from lossclinic.core.architecture import make_layer
from lossclinic.core.errors import UsageError
from lossclinic.core.recipe import Cosine, Stop
from lossclinic.testing import example_cases
from lossclinic.tuning.dimensions import DIMENSIONS
from lossclinic.tuning.space import arms, derive

from ..experiments.recipes import recipe as plain_recipe

L2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.002}, "registered_name": None}


def recipe():
    """A hidden layer of 8 sigmoid units, with all that Keras writes down of it."""
    model = architecture.with_config(plain_recipe().model, "hidden", kernel_initializer="glorot_uniform")
    return replace(plain_recipe(), model=model)


def dimension(name, made=None, rows=200):
    return next(d for d in derive(made or recipe(), rows).dimensions if d.name == name)


@pytest.mark.parametrize("name", list(example_cases()))
def test_the_scripts_own_settings_lie_in_the_space_and_change_nothing(name):
    case = example_cases()[name]
    space = derive(case.recipe, len(case.data))
    assert space.recipe_at(space.now, case.recipe.epochs) == case.recipe
    for each in space.dimensions:
        inside = each.names or (each.low <= each.now <= each.high,)
        assert inside


@pytest.mark.parametrize("name", list(example_cases()))
def test_every_end_of_every_range_is_another_recipe_that_keras_can_build(name):
    keras = pytest.importorskip("keras")
    case = example_cases()[name]
    space = derive(case.recipe, len(case.data))
    for each in space.dimensions:
        ends = each.names[1:] or [end for end in (each.low, each.high) if each.shown(end) != each.shown(each.now)]
        assert ends
        for point in ends:
            changed = space.recipe_at({**space.now, each.name: point}, case.recipe.epochs)
            assert case.recipe.diff(changed)
            keras.saving.deserialize_keras_object(copy.deepcopy(changed.model))  # Keras empties what it reads


def test_changes_go_together():
    space = derive(recipe(), 200)
    point = {**space.now, "optimizer": "Adam", "learning-rate": 0.02, "width": 1, "depth": 3, "activation": "tanh"}
    made = space.recipe_at({**point, "dropout": 0.3, "l2": 0.001})
    hidden = architecture.hidden_layers(made.model)
    assert [layer.units for layer in hidden] == [16, 16, 16]
    assert {layer.activation for layer in hidden} == {"tanh"}
    assert all(layer.config["kernel_regularizer"]["config"] == {"l2": 0.001} for layer in hidden)
    dropouts = [layer for layer in architecture.layers(made.model) if layer.class_name == "Dropout"]
    assert [layer.config["rate"] for layer in dropouts] == [0.3] * 3
    assert (made.optimizer["class_name"], made.learning_rate) == ("Adam", 0.02)


def test_a_little_dropout_and_a_little_penalty_are_none():
    space = derive(recipe(), 200)
    made = space.recipe_at({**space.now, "dropout": 0.04, "l2": 5e-6}, recipe().epochs)
    assert made == recipe()
    assert space.settings({**space.now, "dropout": 0.04, "l2": 5e-6}) == space.settings(space.now)


def test_a_rate_and_a_penalty_that_the_script_has_are_set_or_taken_away():
    model = architecture.with_config(recipe().model, "hidden", kernel_regularizer=L2)
    model = architecture.insert_after(model, "hidden", make_layer("Dropout", "dropout", rate=0.5))
    own = replace(recipe(), model=model)
    space = derive(own, 200)
    assert space.settings(space.now)["dropout"] == 0.5
    assert space.settings(space.now)["l2"] == 0.002
    without = space.recipe_at({**space.now, "dropout": 0.0, "l2": 1e-6})
    assert not architecture.has(without.model, "Dropout")
    assert architecture.hidden_layers(without.model)[0].config["kernel_regularizer"] is None
    other = space.recipe_at({**space.now, "dropout": 0.2})
    assert [layer.config["rate"] for layer in architecture.layers(other.model) if "rate" in layer.config] == [0.2]


def test_a_schedule_keeps_its_rate_and_its_epochs():
    schedule = {"class_name": "CosineDecay", "config": {}}
    scheduled = replace(recipe(), optimizer={"class_name": "SGD", "config": {"learning_rate": schedule}})
    space = derive(scheduled, 200)
    assert {name for name, _ in space.left_out} >= {"learning-rate", "optimizer", "epochs"}
    assert space.epochs == recipe().epochs
    assert not derive(replace(recipe(), pace=Cosine()), 200).best_step


def test_a_stop_rule_of_the_script_decides_the_epochs():
    stopped = derive(replace(recipe(), stop=Stop(patience=3)), 200)
    assert (stopped.best_step, stopped.epochs) == (False, 10)
    assert (derive(recipe(), 200).best_step, derive(recipe(), 200).epochs) == (True, 20)


def test_given_weights_keep_their_network():
    left_out = dict(derive(replace(recipe(), initial="given"), 200).left_out)
    assert left_out.keys() >= {"width", "depth", "activation"}


def test_what_is_fixed_is_left_out_and_says_so():
    space = derive(recipe(), 200, fixed=("width", "epochs"))
    assert "width" not in space.now
    assert ("width", "you fixed it") in space.left_out
    assert space.epochs == recipe().epochs


def test_a_range_of_the_users_own_holds_the_scripts_setting_too():
    space = derive(recipe(), 200, ranges={"learning-rate": (0.1, 1.0), "batch-size": (64, 200), "epochs": (1, 50)})
    by_name = {d.name: d for d in space.dimensions}
    assert (by_name["learning-rate"].low, by_name["learning-rate"].high) == (0.01, 1.0)
    assert by_name["batch-size"].shown(by_name["batch-size"].low) == 32
    assert space.epochs == 50


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"fixed": ("rate",)}, "There is no parameter rate"),
        ({"ranges": {"optimizer": (0, 1)}}, "optimizer cannot go"),
        ({"ranges": {"learning-rate": (0.1, 0.01)}}, "learning-rate cannot go"),
        ({"ranges": {"learning-rate": (0.0, 0.01)}}, "learning-rate cannot go"),
        ({"ranges": {"depth": (90, 99)}}, "depth has no value"),
        ({"fixed": tuple(DIMENSIONS)}, "Nothing is left to tune"),
    ],
)
def test_bad_wishes_are_told(arguments, words):
    with pytest.raises(UsageError, match=words):
        derive(recipe(), 200, **arguments)


def test_a_point_at_an_end_that_could_go_on_is_an_edge():
    rate = dimension("learning-rate")
    assert rate.edge(rate.high * 0.9) == "upper"
    assert rate.edge(rate.low * 1.1) == "lower"
    assert rate.edge(rate.now) == ""
    assert dimension("depth").edge(3) == "upper"


def test_an_end_beyond_which_nothing_makes_sense_is_no_edge():
    assert dimension("dropout").edge(0.0) == ""
    assert dimension("l2").edge(1e-6) == ""
    assert dimension("depth").edge(1) == ""
    assert dimension("activation").edge("tanh") == ""


def test_arms_are_the_values_of_the_parameter_the_own_first():
    made = arms(recipe(), 200, "optimizer", ())
    assert list(made) == ["optimizer SGD", "optimizer SGD, momentum 0.9", "optimizer RMSprop", "optimizer Adam"]
    assert made["optimizer SGD"] == recipe()
    assert made["optimizer Adam"].optimizer["class_name"] == "Adam"


@pytest.mark.parametrize("name", ["learning-rate", "epochs", "nothing"])
def test_only_a_parameter_of_few_values_can_be_compared(name):
    with pytest.raises(UsageError):
        arms(recipe(), 200, name, ())


def test_a_fixed_parameter_cannot_be_compared():
    with pytest.raises(UsageError, match="optimizer"):
        arms(recipe(), 200, "optimizer", ("optimizer",))
