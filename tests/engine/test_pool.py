"""The pool survives what trainings do to their processes."""

import contextlib
import os
import signal
import threading
import time
from dataclasses import replace

import numpy as np

from lossclinic.core.lab import Limit
from lossclinic.core.rows import Plan
from lossclinic.core.trial import NO_TIME, Run
from lossclinic.engine.pool import Pool
from lossclinic.engine.schedule import pick
from lossclinic.engine.train import train_one
from tests.engine.made import line_case, yardstick_of


def test_workers_give_the_trials_of_this_process_in_order():
    case = line_case()
    yardstick = yardstick_of(case)
    runs = [Run(case.recipe, seed) for seed in (3, 1, 2)]
    bad = Run(replace(case.recipe, loss={"class_name": "NoSuchLoss", "config": {}}), 1)
    with Pool(case, Plan(), yardstick, workers=2) as pool:
        trials = pool.train([*runs, bad, runs[0]])
        assert trials[0] is trials[4]
        assert pool.cost(case.recipe) is not None
        probes = pool.probe(case.recipe, 0)
    assert [t.run_key for t in trials] == [r.key for r in [*runs, bad, runs[0]]]
    assert trials[3].failed
    assert [p.at for p in probes] == ["start", "start", "end", "end"]
    here = train_one(case, Plan(), yardstick, runs[0])
    np.testing.assert_allclose(trials[0].train_loss, here.train_loss, rtol=1e-5)


def kill_all(pool):
    for pid in pool.pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_a_process_that_died_is_replaced_and_one_that_keeps_dying_costs_its_run():
    case = line_case()
    with Pool(case, Plan(), yardstick_of(case), workers=1) as pool:
        kill_all(pool)
        assert not pool.train([Run(case.recipe, 0)])[0].failed
        over = threading.Event()

        def keep_killing():
            while not over.wait(0.2):
                kill_all(pool)

        killer = threading.Thread(target=keep_killing)
        killer.start()
        lost = pool.train([Run(replace(case.recipe, epochs=1_000_000), 1)])[0]
        over.set()
        killer.join()
        assert "process died" in lost.failed
        assert not pool.train([Run(case.recipe, 2)])[0].failed


def test_a_process_that_hangs_costs_its_run_only(monkeypatch):
    monkeypatch.setattr("lossclinic.engine.costs.LEAST_PATIENCE", 1.0)
    case = line_case()
    with Pool(case, Plan(), yardstick_of(case), workers=1) as pool:
        assert not pool.train([Run(case.recipe, 0)])[0].failed
        over = threading.Event()

        def stop_all():
            for pid in pool.pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)

        def keep_stopping():
            while not over.wait(0.05):
                stop_all()

        stop_all()
        stopper = threading.Thread(target=keep_stopping)
        stopper.start()
        lost = pool.train([Run(case.recipe, 1)])[0]
        over.set()
        stopper.join()
        assert "hung" in lost.failed
        assert not pool.train([Run(case.recipe, 2)])[0].failed


def test_trainings_beyond_their_number_are_not_done_and_those_of_before_stay():
    case = line_case()
    runs = [Run(case.recipe, seed) for seed in range(4)]
    with Pool(case, Plan(), yardstick_of(case), workers=0, most_trials=3) as pool:
        pool.limit(Limit(trials=2))
        assert [t.failed for t in pool.train(runs)] == ["", "", NO_TIME, NO_TIME]
        pool.limit(Limit())
        assert [t.failed for t in pool.train([*runs[:2], runs[3], runs[2]])] == ["", "", "", NO_TIME]
        assert pool.spent == 3


def test_after_the_deadline_nothing_trains():
    case = line_case(epochs=2000)
    with Pool(case, Plan(), yardstick_of(case), workers=1, deadline=time.monotonic() - 1) as late:
        assert {t.failed for t in late.train([Run(case.recipe, seed) for seed in range(3)])} == {NO_TIME}
        assert not late.trials


def test_without_workers_training_stays_in_this_process():
    case = line_case()
    with Pool(case, Plan(), yardstick_of(case), workers=0) as pool:
        first, second = pool.train([Run(case.recipe, 0), Run(case.recipe, 1, keep_weights=True)])
        assert not first.failed
        assert not first.weights
        assert len(second.weights) == 4
        assert len(pool.train([Run(case.recipe, 0, keep_weights=True)])[0].weights) == 4
        assert len(pool.probe(case.recipe, 0)) == 4


def test_work_is_shared_out_by_structure():
    assert pick(["a", "b"], {"b"}, {"a"}, lambda i: 1.0) == 1
    assert pick(["a", "b"], set(), {"a"}, lambda i: 1.0) == 1
    assert pick(["a", "a"], set(), {"a"}, lambda i: 0.1) is None
    assert pick(["a"] * 40, set(), {"a"}, lambda i: 0.1) == 0
