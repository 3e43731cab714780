"""What paired trainings of losses come to in words."""

from __future__ import annotations

import numpy as np
import pytest

from lossclinic.core.task import Task
from lossclinic.core.trial import Answers, Trial
from lossclinic.loss_table.compare import Trained, answer_of, ending_of, level_of, row_of
from lossclinic.loss_table.yardsticks import measures_of
from tests.prescribe.cases import dense, loss, recipe

MEASURES = measures_of(Task("regression", 1))
RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=(40, 1))


def trial(error, failed="", trained_on=160):
    answers = None if failed else Answers(TARGET, TARGET + error, 0.0, trained_on)
    return Trial("key", (1,), (1.0,), (1.0,), (1.0,), (1.0,), (1.0,), 0, failed=failed, answers=answers)


def trained(name, errors, class_name="MeanSquaredError", **options):
    made = recipe(dense("out", 1), loss=loss(class_name))
    trials = {seed: trial(error, **options) for seed, error in enumerate(errors)}
    return Trained(name, made, trials)


def rows(*losses):
    return tuple(row_of(each, losses[0], MEASURES, level_of(len(losses))) for each in losses)


def alike(around, count=10):
    """Errors of one size for every row, that vary a little over the repeats."""
    return [np.full_like(TARGET, around + 0.01 * (seed % 3)) for seed in range(count)]


def mixed(count=10):
    """Small errors on most rows, huge ones on a few."""
    return [np.where(np.arange(40)[:, None] < 36, 0.1 + 0.01 * (seed % 3), 9.0) for seed in range(count)]


def test_each_yardstick_has_its_own_winner():
    told = rows(trained("squared error", alike(1.0)), trained("absolute error", mixed()))
    answer = answer_of(told, MEASURES, ending_of(told), interrupted=False)
    assert answer == (
        "By MSE keep squared error; by MAE and median error absolute error is better: "
        "median error 0.11 against 1.01 in 10 of 10 repeats."
    )
    assert [told[1].cells[name].verdict for name in MEASURES] == ["worse", "better", "better"]


def test_a_lead_that_changes_from_repeat_to_repeat_is_no_lead():
    errors = [np.full_like(TARGET, 1.0 + (0.3 if seed % 2 else -0.4)) for seed in range(10)]
    told = rows(trained("squared error", alike(1.0)), trained("absolute error", errors))
    assert {cell.verdict for cell in told[1].cells.values()} == {"not different"}
    assert answer_of(told, MEASURES, ending_of(told), interrupted=False).startswith("Keep squared error: by no")


def test_few_training_rows_make_the_interval_wider():
    widths = []
    for trained_on in (40, 4000):
        told = rows(
            trained("squared error", alike(1.0), trained_on=trained_on),
            trained("absolute error", [e * 0.9 + 0.01 * i for i, e in enumerate(alike(1.0))], trained_on=trained_on),
        )
        band = told[1].cells["MAE"].difference
        widths.append(band.high - band.low)
    assert widths[0] / widths[1] == pytest.approx(np.sqrt((0.1 + 1) / (0.1 + 0.01)))


def test_every_further_loss_asks_for_more_certainty():
    assert level_of(2) == pytest.approx(0.95)
    assert level_of(6) == pytest.approx(0.99)


def test_too_few_repeats_say_nothing():
    told = rows(trained("squared error", alike(1.0, 4)), trained("absolute error", mixed(4)))
    assert ending_of(told) == "budget-too-small"
    assert "after 4 of at least 5" in answer_of(told, MEASURES, ending_of(told), interrupted=False)
    assert "interrupted" in answer_of(told, MEASURES, ending_of(told), interrupted=True)
    assert told[1].cells["MAE"].verdict == "unknown"


def test_a_loss_that_sometimes_fails_is_better_by_nothing():
    losses = trained("squared error", alike(1.0)), trained("absolute error", mixed())
    broken = {**losses[1].trials, 3: trial(None, failed="non-finite loss")}
    told = rows(losses[0], Trained("absolute error", losses[1].recipe, broken))
    assert told[1].failures == 1
    assert told[1].repeats == 9
    assert "better" not in {cell.verdict for cell in told[1].cells.values()}


def test_a_training_that_always_fails_is_told():
    told = rows(trained("squared error", [None] * 6, failed="non-finite loss"), trained("absolute error", mixed(6)))
    assert ending_of(told) == "failed"
    assert "failed in every repeat" in answer_of(told, MEASURES, "failed", interrupted=False)


def test_keras_code_stands_beside_the_name():
    assert rows(trained("squared error", alike(1.0)))[0].code == '"mean_squared_error"'
