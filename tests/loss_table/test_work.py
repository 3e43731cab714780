"""Which learning rate each loss is given."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from lossclinic.core.progress import Silent
from lossclinic.core.trial import NO_TIME, Answers, Trial, failed_trial
from lossclinic.loss_table.work import suit_rates
from tests.prescribe.cases import dense, loss, optimizer, recipe

NOTHING = np.zeros((1, 1))


class Bowls:
    """A lab in which each loss is lowest at a rate of its own."""

    def __init__(self, lowest, most=math.inf):
        self.lowest, self.most, self.spent = lowest, most, 0

    def limit(self, until):
        pass

    def cost(self, recipe):
        return 1.0

    def train(self, runs):
        return [self._trial(run) for run in runs]

    def _trial(self, run):
        self.spent += 1
        if self.spent > self.most:
            return failed_trial(run, NO_TIME)
        reached = math.log(run.recipe.learning_rate / self.lowest[run.recipe.loss["class_name"]]) ** 2
        return Trial(run.key, (1,), *[(1.0,)] * 5, chosen=0, answers=Answers(NOTHING, NOTHING, reached, 1))


def losses(**changes):
    return {name: recipe(dense("out", 1), loss=loss(name), **changes) for name in ("MeanSquaredError", "Huber")}


def suited(lab, made=None):
    return suit_rates(lab, made or losses(), time.monotonic() + 100, 10, 1, Silent())


def test_each_loss_gets_the_rate_at_which_it_is_lowest_itself():
    rates = suited(Bowls({"MeanSquaredError": 0.003, "Huber": 0.03}))
    assert rates.recipes["MeanSquaredError"].learning_rate == pytest.approx(0.0033)
    assert rates.recipes["Huber"].learning_rate == pytest.approx(0.03)
    assert (rates.at_the_edge, rates.untried) == ((), ())


def test_an_end_is_followed_and_told_where_it_goes_on():
    rates = suited(Bowls({"MeanSquaredError": 0.01, "Huber": 0.3}))
    assert rates.recipes["Huber"].learning_rate == pytest.approx(0.3)
    assert rates.at_the_edge == ()
    rates = suited(Bowls({"MeanSquaredError": 0.01, "Huber": 300}))
    assert rates.recipes["Huber"].learning_rate == pytest.approx(0.9)
    assert rates.at_the_edge == ("Huber",)


def test_a_rate_counts_for_all_losses_or_for_none():
    rates = suited(Bowls({"MeanSquaredError": 0.03, "Huber": 0.03}, most=6))
    assert {made.learning_rate for made in rates.recipes.values()} == {0.01}
    assert len(rates.untried) == 4


def test_a_schedule_is_left_alone():
    made = losses(optimizer=optimizer(learning_rate={"class_name": "CosineDecay"}))
    lab = Bowls({})
    assert suited(lab, made).recipes == made
    assert lab.spent == 0
