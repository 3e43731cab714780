"""The page that says whether verdicts can be believed knows what is true, and verdicts on real trainings hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from planted.decisions import (
    BEYOND,
    FAILING,
    HARMFUL,
    IDLE,
    MIN_GAIN,
    ONE,
    THREE,
    TWO,
    Decision,
    Rate,
    decide_all,
    differences,
    inflation,
    measure,
    tables,
    true_gain,
)
from planted.pools import COPIES, Pool
from planted.validity import render

from lossclinic.core.gain import as_gain, log_gain, lowered


def pool(spread: float = 0.2, redraws: int = 60, seed: int = 0) -> Pool:
    """Scores made by hand: redraws differ, and copies around them."""
    rng = np.random.default_rng(seed)
    scores = np.exp(rng.normal(-1, 0.3, (redraws, 1)) + rng.normal(0, spread, (redraws, COPIES)))
    return Pool("by hand", scores, scores, 1.0, 0.0, 0.25)


def test_an_effect_is_put_there_exactly():
    assert log_gain(0.4, lowered(0.4, 0.3, 1.0), 1.0) == pytest.approx(0.3)


def test_in_a_pool_nothing_is_better_than_anything_else():
    assert differences(pool()).mean() == pytest.approx(0, abs=1e-12)
    assert true_gain(IDLE, pool()) == pytest.approx(0)
    assert true_gain(ONE, pool()) == pytest.approx(as_gain(differences(pool()).std()))
    assert true_gain(BEYOND, pool()) == pytest.approx(1 - (1 - MIN_GAIN) * (1 - true_gain(ONE, pool())))


def test_what_fails_in_one_run_of_ten_does_harm_whatever_it_gains_otherwise():
    assert true_gain(FAILING, pool()) < -0.2
    assert true_gain(HARMFUL, pool()) < 0


def test_decisions_on_a_known_truth_are_mostly_right():
    found = {scenario: by_case["by hand"] for scenario, by_case in decide_all([pool()], 60).items()}
    assert sum(d.verified for d in found[IDLE]) <= 7
    assert sum(d.verified for d in found[THREE]) <= 7
    assert sum(d.verified for d in found[ONE]) <= sum(d.verified for d in found[BEYOND])
    assert sum(d.verified for d in found[TWO]) >= 55
    assert sum(d.covered for d in found[IDLE]) >= 50
    assert {d.pairs for d in found[TWO]} <= {5, 10, 20}


def test_claimed_and_true_gains_are_compared_where_something_was_claimed():
    assert math.isnan(inflation([Decision(False, 0.5, 0, 1, 0.1, 20)]))
    assert inflation([Decision(True, 0.3, 0, 1, 0.2, 20), Decision(True, 0.1, 0, 1, 0.2, 20)]) == pytest.approx(1.0)


def test_a_rate_has_its_interval():
    assert str(Rate(5, 100)) == "5.0 % (2.2 to 11.2)"
    assert str(Rate(0, 0)) == "none"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_short_measurement_holds_its_bars_within_its_error():
    pools, decisions, others = measure(short=True, say=lambda text: None)
    page = render(pools, decisions, others, drawn=tables(True))
    assert "| falsely verified: a remedy that changes nothing | ≤ 5 % |" in page
    many = [p.name for p in pools if not p.overlap]
    count = len(pools) * len(decisions[IDLE][pools[0].name])
    assert count == 300

    def verified(scenario, names):
        return np.mean([d.verified for name in names for d in decisions[scenario][name]])

    everywhere = [p.name for p in pools]
    for scenario, aim in ((IDLE, 0.05), (THREE, 0.05), (FAILING, 0.10)):
        assert verified(scenario, everywhere) <= aim + 3 * math.sqrt(aim * (1 - aim) / count)
    covered = [d.covered for s in (IDLE, ONE, TWO) for name in many for d in decisions[s][name]]
    assert np.mean(covered) >= 0.93 - 3 * math.sqrt(0.07 * 0.93 / len(covered))
    assert verified(TWO, many) >= 0.9
