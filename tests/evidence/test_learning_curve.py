"""More rows are forecast to help where the held-out loss still falls with their number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lossclinic.causes.data import too_few_examples
from lossclinic.core.lab import Baseline
from lossclinic.core.recipe import Plateau, Scheduled, Stop
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run, failed_trial
from lossclinic.evidence.learning_curve import learning_curve
from lossclinic.evidence.loss_curve import loss_curve
from tests.causes.by_hand import HandLab, References, case, falling, recipe, trial

SEEDS = (0, 1, 2, 3)
RNG = np.random.default_rng(0)
NOISE = {(part, seed): 1 + 0.02 * RNG.normal() for part in (0.25, 0.5, 1.0) for seed in range(12)}


def ask(score, *, train=0.05, best=0.4, made=None, scale=None, share=0.005):
    """The curve of a recipe whose held-out score is `score(share of the rows)`; its training score is `train`."""

    def run(one):
        held = score(one.rows) * NOISE[one.rows, one.seed]
        if not np.isfinite(held):
            return failed_trial(Run(one.recipe, one.seed), "non-finite loss")
        return trial(falling(1.0, train), falling(1.0, held))

    lab = HandLab(run)
    own = made or recipe()
    rows = case()
    rows = replace(rows, data=replace(rows.data, x=np.zeros((500, 4)), y=np.zeros(500), n_train=500))
    base = Baseline(tuple(run(Run(own, seed)) for seed in SEEDS), SEEDS, share)
    found = learning_curve(rows, own, Plan(), lab, base, loss_curve(rows, base, lab), References(best=best))
    return found, lab


def test_a_power_law_is_continued():
    curve, _ = ask(lambda share: 0.4 * share**-0.5)
    assert curve.rows == (75, 150, 300)
    assert curve.gain == pytest.approx(1 - 2**-0.5, abs=0.05)
    assert curve.low < curve.gain < curve.high
    assert too_few_examples.examine(curve).status == "observed"


@pytest.mark.parametrize(("share", "seeds"), [(0.0025, 12), (0.005, 4)])
def test_short_trainings_are_asked_on_twelve_seeds(share, seeds):
    _, lab = ask(lambda rows: 0.4 * rows**-0.5, share=share)
    assert {run.seed for run in lab.runs if run.rows < 1} == set(range(seeds))


def test_where_the_floor_is_unsure_the_forecast_lies_between_the_two_laws():
    curve, _ = ask(lambda rows: {0.25: 0.8, 0.5: 0.5, 1.0: 0.35}[rows])
    with_a_floor, without = 0.15 * 0.5 / 0.35, 1 - 0.35 / 0.5
    assert curve.gain == pytest.approx((with_a_floor + without) / 2, abs=0.05)


def test_a_floor_is_seen():
    curve, _ = ask(lambda share: 0.38 + 0.02 * share**-1)
    assert curve.gain < 0.1
    assert too_few_examples.examine(curve).status == "clear"


def test_what_begins_to_be_learned_counts():
    curve, _ = ask(lambda share: {0.25: 0.9, 0.5: 0.8, 1.0: 0.5}[share])
    assert too_few_examples.examine(curve).status == "observed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"best": 0.2}, "reaches 0.2"),
        ({"train": 0.38}, "as well as those"),
        ({"train": 1e-4}, "by heart"),
        ({"score": lambda _: 0.05, "train": 0.01}, "of the constant answer's"),
        ({"score": lambda _: float("nan")}, "not all trainings"),
    ],
)
def test_nothing_is_trained_where_something_else_is_the_matter(changes, why):
    curve, lab = ask(**{"score": lambda share: 0.4 * share**-0.5, **changes})
    assert why in curve.reason
    assert not lab.runs
    assert too_few_examples.examine(curve).status == "clear"


def test_fewer_rows_are_trained_on_for_as_many_steps():
    own = recipe(stop=Stop(patience=5, start_from=2), pace=Plateau(patience=3), epochs=100)
    _, lab = ask(lambda share: 0.4 * share**-0.5, made=own)
    quarter = next(run.recipe for run in lab.runs if run.rows == 0.25)
    assert (quarter.epochs, quarter.stop.patience, quarter.stop.start_from, quarter.pace.patience) == (400, 20, 8, 12)
    _, lab = ask(lambda share: 0.4 * share**-0.5, made=recipe(pace=Scheduled((1.0, 0.5)), epochs=2))
    half = next(run.recipe for run in lab.runs if run.rows == 0.5)
    assert half.pace.factors == (1.0, 1.0, 0.5, 0.5)
