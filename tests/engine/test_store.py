"""What was trained once is never trained again, whatever happened in between."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.rows import Plan
from lossclinic.core.trial import NO_TIME, Run, Trial, failed_trial
from lossclinic.engine.pool import DIED, Pool
from lossclinic.engine.store import Store, scope_of
from tests.engine.made import line_case, yardstick_of

NUMBERS = st.floats(width=32)


def made(key: str = "run", **changes: object) -> Trial:
    trial = Trial(key, (1, 2), (2.0, 1.0), (float("nan"),) * 2, (2.0, 1.0), (2.0, float("inf")), (0.5, 0.5), 1)
    return replace(trial, **changes)


def same(a: Trial, b: Trial) -> bool:
    return repr(a) == repr(b)  # NaN is not equal to itself


@given(
    series=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5),
    locked=st.none() | NUMBERS,
    seconds=st.floats(0, 1e6),
    why=st.text(max_size=30),
)
def test_a_trial_comes_back_as_it_was(tmp_path_factory, series, locked, seconds, why):
    columns = tuple(zip(*series, strict=True))
    epochs = tuple(range(1, len(series) + 1))
    trial = Trial("r", epochs, columns[0], columns[1], columns[0], columns[1], columns[0], 0, locked, why, seconds)
    path = tmp_path_factory.mktemp("store") / "trials.sqlite"
    store = Store(path, "scope")
    store.keep(trial, 0.25)
    store.close()
    again, cost = Store(path, "scope").read()["r"]
    assert same(again, trial)
    assert cost == 0.25


def test_weights_are_not_kept_and_other_scopes_are_not_read(tmp_path):
    store = Store(tmp_path / "t", "one")
    store.keep(made(weights=(np.ones(3),)), 1.0)
    assert store.read()["run"][0].weights == ()
    assert Store(tmp_path / "t", "other").read() == {}


def test_two_runs_at_once_share_a_file(tmp_path):
    first, second = Store(tmp_path / "t", "s"), Store(tmp_path / "t", "s")
    for number in range(10):
        (first, second)[number % 2].keep(made(f"run {number}"), 1.0)
        first.keep(made("both"), 1.0)
        second.keep(made("both"), 1.0)
    assert len(first.read()) == len(second.read()) == 11
    assert not first.trouble + second.trouble


def test_trials_of_another_format_are_forgotten(tmp_path):
    path = tmp_path / "t"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE trials (something TEXT)")
        file.execute("PRAGMA user_version = 99")
    store = Store(path, "s")
    assert store.read() == {}
    store.keep(made(), 1.0)
    assert list(store.read()) == ["run"]


def test_a_file_that_is_no_database_is_set_aside(tmp_path):
    path = tmp_path / "trials.sqlite"
    path.write_bytes(b"not a database, " * 100)
    store = Store(path, "s")
    store.keep(made(), 1.0)
    assert list(store.read()) == ["run"]
    assert path.with_suffix(".damaged").read_bytes().startswith(b"not a database")


def test_a_place_that_cannot_be_written_is_said_and_stops_nothing(tmp_path):
    store = Store(tmp_path / "missing" / "t", "s")
    store.keep(made(), 1.0)
    assert store.read() == {}
    assert "could not be kept" in store.trouble


def test_a_full_disk_is_said_and_stops_nothing(tmp_path):
    store = Store(tmp_path / "t", "s")
    assert store._file is not None
    store._file.execute("PRAGMA max_page_count = 4")
    for number in range(50):
        store.keep(made(f"run {number}", failed="x" * 500), 1.0)
    assert "full" in store.trouble


@pytest.mark.parametrize("change", ["rows", "targets", "seed", "weights"])
def test_a_scope_depends_on_what_trials_depend_on(change):
    case = line_case()
    other, seed = case, 0
    if change == "rows":
        other = replace(case, data=replace(case.data, x=case.data.x + 1))
    elif change == "targets":
        other = replace(case, data=replace(case.data, y=case.data.y + 1))
    elif change == "weights":
        other = replace(case, data=replace(case.data, sample_weight=np.ones(len(case.data))))
    else:
        seed = 1
    yardstick = yardstick_of(case)
    assert scope_of(case, 0, yardstick) == scope_of(line_case(), 0, yardstick)
    assert scope_of(case, 0, yardstick) != scope_of(other, seed, yardstick)


def test_how_many_rows_are_used_is_decided_once_for_each_command(tmp_path):
    store = Store(tmp_path / "t", "s")
    assert store.plan(3, (120.0, 2), lambda: 4096) == Plan(3, 4096)
    store.keep(made(), 1.0)
    again = Store(tmp_path / "t", "s")
    assert again.plan(3, (120.0, 2), lambda: 2048) == Plan(3, 4096)
    assert list(again.read()) == ["run"]
    assert again.plan(3, (600.0, 2), lambda: None) == Plan(3, None)
    assert again.read() == {}
    assert Store(tmp_path / "missing" / "t", "s").plan(0, "q", lambda: 7) == Plan(0, 7)


def test_other_results_are_kept_by_name_and_scope(tmp_path):
    store = Store(tmp_path / "t", "s")
    assert store.recall("marks") is None
    store.remember("marks", {"scores": ((1, 0.1),), "best": float("inf")})
    store.remember("marks", "a second opinion")
    again = Store(tmp_path / "t", "s")
    assert again.recall("marks") == {"scores": [[1, 0.1]], "best": "inf"}
    assert again.recall("others") is None
    assert Store(tmp_path / "t", "another").recall("marks") is None
    nowhere = Store(tmp_path / "missing" / "t", "s")
    nowhere.remember("marks", 1)
    assert nowhere.recall("marks") is None


def test_a_layer_is_measured_once_for_all_runs(tmp_path, monkeypatch):
    case = line_case()
    with Pool(case, Plan(), yardstick_of(case), workers=0, store=Store(tmp_path / "t", "s")) as pool:
        before = pool.probe(case.recipe, 0)
    monkeypatch.setattr("lossclinic.engine.probe.probe_one", lambda *_: pytest.fail("measured again"))
    with Pool(case, Plan(), yardstick_of(case), workers=0, store=Store(tmp_path / "t", "s")) as pool:
        assert pool.probe(case.recipe, 0) == before
    assert len(before) == 4


def test_a_pool_takes_over_what_an_earlier_one_stored(tmp_path):
    case = line_case()
    yardstick = yardstick_of(case)
    scope = scope_of(case, 0, yardstick)
    runs = [Run(replace(case.recipe, epochs=2), seed) for seed in range(3)]
    with Pool(case, Plan(), yardstick, workers=0, store=Store(tmp_path / "t", scope)) as pool:
        before = pool.train(runs[:2])
        assert pool.reused == 0
    with Pool(case, Plan(), yardstick, workers=0, store=Store(tmp_path / "t", scope)) as pool:
        after = pool.train(runs)
        assert pool.reused == 2
        assert pool.cost(runs[0].recipe) is not None
    assert all(same(a, b) for a, b in zip(before, after, strict=False))


def test_what_a_second_chance_may_mend_is_not_stored(tmp_path):
    case = line_case()
    pool = Pool(case, Plan(), yardstick_of(case), workers=0, store=Store(tmp_path / "t", "s"))
    run, missed = Run(case.recipe, 0), {}
    pool._keep(run, failed_trial(run, NO_TIME), 0.0, missed)
    pool._keep(run, failed_trial(run, f"{DIED} (out of memory?)"), 0.0, missed)
    assert Store(tmp_path / "t", "s").read() == {}
    pool._keep(run, failed_trial(run, "non-finite loss"), 0.0, missed)
    assert Store(tmp_path / "t", "s").read()[run.key][0].failed == "non-finite loss"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a list of processes")
def test_workers_follow_their_parent_into_the_grave(tmp_path):
    code = (
        "import sys, time, os\n"
        "from tests.engine.made import line_case, yardstick_of\n"
        "from lossclinic.core.rows import Plan\n"
        "from lossclinic.core.trial import Run\n"
        "from lossclinic.engine.pool import Pool\n"
        "if __name__ == '__main__':\n"
        "    case = line_case()\n"
        "    pool = Pool(case, Plan(), yardstick_of(case), workers=1)\n"
        "    pool.train([Run(case.recipe, 0)])\n"
        "    print(*pool.pids, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=False)
    (pid,) = map(int, done.stdout.split())
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.2)
    pytest.fail(f"worker {pid} lives on")
