"""Trainings on a Ray cluster give what worker processes give, whatever happens to its machines."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossclinic.core.errors import UsageError
from lossclinic.core.folder import load_case, save_case
from lossclinic.core.rows import Plan
from lossclinic.core.settings import Settings
from lossclinic.core.trial import Run
from lossclinic.engine.cluster import connected, differing
from lossclinic.engine.pool import Pool
from lossclinic.engine.train import train_one
from tests.engine.made import line_case, mlp, yardstick_of

SCRIPT = """
import keras
import numpy as np

rng = np.random.default_rng(0)
x = (rng.normal(0, 1, (300, 3)) * [1000, 1, 0.1]).astype("float32")
y = x[:, 0] / 1000 + np.sin(2 * x[:, 1])
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, validation_split=0.2, epochs=15, verbose=0)
"""
CLUSTER = """
import os
import sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
os.environ["PYTHONPATH"] = os.pathsep.join([*sys.argv[1:], os.environ.get("PYTHONPATH", "")])
second = cluster.add_node(num_cpus=1)
print(cluster.address, flush=True)
for line in sys.stdin:
    if line == "kill\\n":
        cluster.remove_node(second, allow_graceful=False)
    else:
        second = cluster.add_node(num_cpus=1)
    print("done", flush=True)
cluster.shutdown()
"""


class TwoMachines:
    """A cluster of two machines with one CPU each, as far as Ray can tell, in a process without JAX.

    The second one looks for packages in the folders given first.
    """

    def __init__(self, *folders: Path) -> None:
        line = [sys.executable, "-c", CLUSTER, *map(str, folders)]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self._told()

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _tell(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        assert self._told() == "done"

    def kill_second(self) -> None:
        """End the second machine as a power cut would."""
        self._tell("kill")

    def add_another(self) -> None:
        self._tell("add")

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def cluster():
    pytest.importorskip("ray", reason="Ray is not installed; `make test-ray` installs it")
    made = TwoMachines()
    yield made
    made.close()


def free_cpus(seconds: float, wanted: float) -> float:
    """CPUs that nothing uses, as soon as they are as many as wanted."""
    import ray

    end = time.monotonic() + seconds
    while (free := ray.available_resources().get("CPU", 0.0)) != wanted and time.monotonic() < end:
        time.sleep(0.2)
    return free


def command(target: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "lossclinic", "run", str(target), "--out", str(out), "--max-trials", "60", *options]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def report(out: Path) -> Any:
    (fit,) = json.loads((out / "report.json").read_text())["fits"]
    return fit


def verdict(out: Path) -> Any:
    fit = report(out)
    plan = fit["prescription"]
    causes = sorted((f["cause"], f["status"]) for f in fit["findings"])
    return fit["ending"], causes, fit["baseline"], plan and (plan["remedies"], plan["gain"], plan["p_better"])


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.1)


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_trainings_are_those_of_this_process_and_need_no_file_of_it(cluster, tmp_path):
    import ray

    weights = mlp(1, (8,)).get_weights()
    made = line_case(initial="given")
    case = load_case(save_case(made, tmp_path / "case", weights).folder)
    yardstick = yardstick_of(case)
    runs = [Run(case.recipe, seed) for seed in (3, 1, 2)]
    bad = Run(replace(case.recipe, loss={"class_name": "NoSuchLoss", "config": {}}), 1)
    here = [train_one(case, Plan(), yardstick, run) for run in runs]
    with connected(cluster.address) as two:
        assert (two.cpus, two.machines) == (2, 2)
        there = ray.get(two.share(case, Plan(), yardstick))[0].data
        assert not there.x.flags.writeable  # it lies in the store's shared memory
        with Pool(case, Plan(), yardstick, workers=2, cluster=two) as pool:
            shutil.rmtree(case.folder)
            trials = pool.train([*runs, bad])
            probes = pool.probe(case.recipe, 0)
        assert free_cpus(30, 2.0) == 2.0
    assert [t.run_key for t in trials] == [r.key for r in [*runs, bad]]
    assert trials[3].failed
    assert [p.at for p in probes] == ["start", "start", "end", "end"]
    for there, own in zip(trials, here, strict=False):
        np.testing.assert_allclose(there.train_loss, own.train_loss, rtol=1e-5)
        np.testing.assert_allclose(there.held_out_score, own.held_out_score, rtol=1e-5)


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_a_machine_that_dies_costs_no_training_and_a_new_one_is_used(cluster):
    case = line_case(epochs=4000)
    yardstick = yardstick_of(case)
    with connected(cluster.address) as two, Pool(case, Plan(), yardstick, workers=2, cluster=two) as pool:
        assert not any(t.failed for t in pool.train([Run(case.recipe, seed) for seed in range(4)]))
        cut = threading.Timer(1.0, cluster.kill_second)
        cut.start()
        assert not any(t.failed for t in pool.train([Run(case.recipe, seed) for seed in range(4, 12)]))
        # The trainings may be through before the machine is gone for good.
        cut.join()
        cluster.add_another()
        end = time.monotonic() + 120
        while not all(slot.hand.ready for slot in pool._slots):
            assert time.monotonic() < end
            time.sleep(0.2)
        assert not any(t.failed for t in pool.train([Run(case.recipe, seed) for seed in range(12, 16)]))


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_a_machine_killed_in_the_middle_of_a_run_changes_nothing(cluster, tmp_path):
    script, local, spread = tmp_path / "train.py", tmp_path / "local", tmp_path / "spread"
    script.write_text(SCRIPT)
    assert command(script, local, "--quiet").wait() == 0
    shutil.copytree(local / "cases", spread / "cases")
    process = command(spread, spread, "--quiet", "--ray", cluster.address)
    wait_for(spread / "trials.sqlite", process)
    time.sleep(5)
    assert process.poll() is None
    cluster.kill_second()
    assert process.wait() == 0
    assert verdict(spread) == verdict(local)
    assert any("Ray cluster of 2 machines" in note for note in report(spread)["notes"])


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_ctrl_c_leaves_a_report_and_a_killed_run_leaves_no_process(cluster, tmp_path):
    script, out = tmp_path / "train.py", tmp_path / "out"
    script.write_text(SCRIPT.replace("epochs=15", "epochs=3000"))
    with connected(cluster.address):
        process = command(script, out, "--skip-training", "--ray", cluster.address)
        assert free_cpus(60, 0.0) == 0.0
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
        assert json.loads((out / "report.json").read_text())["interrupted"]
        assert free_cpus(30, 2.0) == 2.0
        process = command(out, out, "--ray", cluster.address)
        assert free_cpus(60, 0.0) == 0.0
        process.kill()
        process.wait()
        assert free_cpus(30, 2.0) == 2.0


def test_without_ray_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"lossclinic\[ray\]"), connected("auto"):
        pass


@pytest.mark.ray
@pytest.mark.parametrize("address", ["127.0.0.1:9", "nonsense", "ray://127.0.0.1:10001", "no.such.host.example:6379"])
def test_a_cluster_that_is_not_there_is_told_at_once(address):
    pytest.importorskip("ray", reason="Ray is not installed; `make test-ray` installs it")
    with pytest.raises(UsageError, match="ray start"), connected(address):
        pass


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_a_machine_with_another_keras_is_refused(tmp_path):
    pytest.importorskip("ray", reason="Ray is not installed; `make test-ray` installs it")
    package = tmp_path / "keras-9.9.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: keras\nVersion: 9.9\n")
    two = TwoMachines(tmp_path)
    try:
        with pytest.raises(UsageError, match=r"keras 9\.9 \(here"), connected(two.address):
            pass
    finally:
        two.close()


def test_machines_with_other_software_are_named_with_both_versions():
    here = {"lossclinic": "1", "jax": "0.10.2"}
    assert differing(here, here) == ""
    assert differing(here, {"lossclinic": "1", "jax": "0.10.1"}) == "jax 0.10.1 (here 0.10.2)"
    assert differing(here, {"lossclinic": "1"}) == "jax none (here 0.10.2)"


def test_a_cluster_and_no_workers_contradict_each_other():
    with pytest.raises(UsageError, match="--ray"):
        Settings(workers=0, ray="auto")
