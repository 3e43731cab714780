import pytest

from lossclinic.core.lab import Baseline
from lossclinic.core.trial import NO_TIME, failed_trial
from lossclinic.evidence.learning_rates import learning_rates
from tests.causes.by_hand import HandLab, baseline, failed, recipe, sweep, trial


def test_all_rates_are_trained_on_the_first_two_seeds():
    lab = HandLab(lambda run: trial([1.0, 0.5]))
    found = learning_rates(lab, recipe(rate=0.01), baseline(lambda s: trial([1.0, 0.5])))
    assert [r.rate for r in found.rates] == pytest.approx([0.0001, 0.001, 0.0033, 0.01, 0.03, 0.1, 1.0])
    assert {run.seed for run in lab.runs} == {1, 2}
    assert len(lab.runs) == 12


def test_the_best_rate_is_the_one_with_the_lowest_held_out_loss():
    found = sweep(0.5, {0.1: 0.2, 10.0: "non-finite loss", 100.0: "non-finite loss"})
    assert found.best_rate == pytest.approx(0.0001)
    assert found.failures_from == pytest.approx(0.01)
    assert found.best.gain > 0.5
    assert found.best.always


def test_noise_does_not_make_another_rate_the_best_one():
    assert sweep(0.5, {3.0: 0.495}).best_rate == pytest.approx(0.001)


def test_where_the_own_rate_fails_another_is_best():
    made = Baseline((failed(), failed()), (1, 2))
    lab = HandLab(lambda run: trial([1.0, 5.0]) if run.recipe.learning_rate < 0.001 else failed())
    assert learning_rates(lab, recipe(rate=0.001), made).best_rate < 0.001


def test_where_nothing_trains_there_is_no_best_rate():
    found = learning_rates(HandLab(lambda run: failed()), recipe(), Baseline((failed(),), (1,)))
    assert found.best_rate is None


def test_schedules_are_not_swept():
    scheduled = recipe(rate={"class_name": "CosineDecay", "config": {}})
    found = learning_rates(HandLab(), scheduled, baseline(lambda s: trial([1.0, 0.5])))
    assert found.rates == ()
    assert "schedule" in found.reason


def test_runs_without_time_left_do_not_count_as_failures():
    def run(run):
        return failed_trial(run, NO_TIME) if run.recipe.learning_rate > 0.001 else trial([1.0, 0.5])

    found = learning_rates(HandLab(run), recipe(rate=0.001), baseline(lambda s: trial([1.0, 0.5])))
    assert found.higher == ()
    assert found.failures_from is None
