"""Remedies for how weights are updated, and for how long."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Recipe
from lossclinic.remedies.optimisation import adagrad, adam, learning_rate, momentum, more_epochs, rmsprop

SCHEDULE = {"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.5, "decay_steps": 10}}


def recipe(optimizer="SGD", epochs=20, **config):
    return Recipe({}, {}, {"class_name": optimizer, "config": {"learning_rate": 0.1, **config}}, epochs)


def rates(results):
    return [result.learning_rate for result in results]


def sweep(best):
    return SimpleNamespace(best_rate=best)


def test_the_best_rate_of_the_sweep_is_tried_with_a_lower_one():
    assert rates(learning_rate.apply(recipe(), sweep(0.003))) == [0.003, 0.001]


def test_the_best_rate_already():
    with pytest.raises(NotApplicable, match="best"):
        learning_rate.apply(recipe(), sweep(0.1))


def test_without_a_sweep_rates_around_the_current_one_nearest_first():
    found = rates(learning_rate.apply(recipe(), sweep(None)))
    assert found == [0.033, 0.3, 0.01, 1.0, 0.001, 10.0]


def test_a_schedule_gives_way_to_a_rate():
    scheduled = recipe(learning_rate=SCHEDULE)
    assert rates(learning_rate.apply(scheduled, sweep(None)))[:2] == [0.17, 1.5]
    assert 0.5 in rates(learning_rate.apply(scheduled, sweep(0.5)))


def test_momentum_tries_the_same_step_length_first():
    gentle, strong = momentum.apply(recipe())
    assert gentle.optimizer["config"] == {"learning_rate": pytest.approx(0.01), "momentum": 0.9}
    assert strong.learning_rate == 0.1
    with pytest.raises(NotApplicable, match="already"):
        momentum.apply(strong)
    with pytest.raises(NotApplicable, match="Adam"):
        momentum.apply(recipe("Adam"))


def test_momentum_keeps_a_schedule():
    (only,) = momentum.apply(recipe(learning_rate=SCHEDULE))
    assert only.optimizer["config"]["learning_rate"] == SCHEDULE


@pytest.mark.parametrize(
    ("remedy", "name", "first"), [(adam, "Adam", 0.001), (rmsprop, "RMSprop", 0.001), (adagrad, "Adagrad", 0.01)]
)
def test_another_optimizer_comes_with_its_usual_rate_and_keeps_clipping(remedy, name, first):
    gentle, strong = remedy.apply(recipe(clipnorm=1.0, momentum=0.5))
    assert gentle.optimizer["class_name"] == name
    assert gentle.optimizer["config"] == {"learning_rate": first, "clipnorm": 1.0}
    assert strong.learning_rate == pytest.approx(10 * first)
    with pytest.raises(NotApplicable, match="already"):
        remedy.apply(gentle)


def test_a_close_relative_of_adam_will_do():
    with pytest.raises(NotApplicable, match="AdamW"):
        adam.apply(recipe("AdamW"))


def test_more_epochs_double_and_quadruple():
    assert [r.epochs for r in more_epochs.apply(recipe())] == [40, 80]
    assert [r.epochs for r in more_epochs.apply(recipe(epochs=3))] == [6, 12, 30, 90]
    with pytest.raises(NotApplicable):
        more_epochs.apply(replace(recipe(), epochs=15_000))
