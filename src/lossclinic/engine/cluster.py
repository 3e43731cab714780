"""Trainings on a Ray cluster: the same hands as worker processes, on all the machines that the user has.

Ray's names are `ray.…` here and nowhere else; it is imported when a cluster is asked for.
"""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.errors import UsageError
from lossclinic.core.folder import given_weights, save_weights
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.version import VERSION
from lossclinic.core.yardstick import Yardstick
from lossclinic.engine.hand import MachineLostError
from lossclinic.engine.look import Look, look_one
from lossclinic.engine.worker import ENVIRONMENT

REACH_SECONDS = 5.0
"""How long to wait for a cluster's first sign of life; Ray itself would try for a quarter of an hour."""
ANSWER_SECONDS = 60.0
"""How long the machines of a cluster may take to tell which software they have."""
SOFTWARE = ("keras", "jax", "numpy")
START = "`ray start --head --disable-usage-stats` starts one on this machine; docs/ray.md says how to add others."


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster that this process is connected to.

    Attributes:
        cpus: trainings that it can run at the same time: one for each CPU that its machines offer.
        machines: those that offer any.
    """

    cpus: int
    machines: int

    def share(self, case: Case, plan: Plan, yardstick: Yardstick) -> Any:
        """Put what all trainings of a case need into the object store, once; each machine keeps one copy of the rows.

        Args:
            case: with its rows; nothing of its folder is needed on other machines.
            plan: how rows are dealt.
            yardstick: the score.

        Returns:
            Ray's reference to it, for `RayWorker`.
        """
        weights = given_weights(case.folder) if case.folder else ()
        data, weight = case.data, case.data.sample_weight
        # Rows that are mapped from a file would be copied into every process; plain arrays are not.
        plain = replace(
            data,
            x=np.asarray(data.x),
            y=np.asarray(data.y),
            sample_weight=None if weight is None else np.asarray(weight),
        )
        return _ray().put((replace(case, data=plain, folder=""), weights, plan, yardstick))


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to a running cluster, or use the connection that this process already has.

    Args:
        address: "auto" for the cluster that this machine belongs to, or "host:port" of its head.

    Raises:
        UsageError: Ray is not installed, no cluster answers, or its machines have other software.
    """
    ray = _ray()
    ours = not ray.is_initialized()
    if ours:
        _connect(ray, _found(ray, address))
    try:
        nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        if not nodes:
            raise UsageError("The Ray cluster offers no CPU.", do="Add a machine with `ray start --address=…`.")
        _compare_software(ray, nodes)
        yield Cluster(sum(int(node["Resources"]["CPU"]) for node in nodes), len(nodes))
    finally:
        if ours:
            ray.shutdown()


class RayWorker:
    """A process on some machine of the cluster, as the pool sees it; it takes up one CPU there."""

    pids: tuple[int, ...] = ()
    """None: its process is not this machine's to look after."""

    def __init__(self, shared: Any) -> None:
        """Ask the cluster for a process; it starts as soon as a CPU is free.

        Args:
            shared: from `Cluster.share`.
        """
        self._ray = _ray()
        settings = {"num_cpus": 1, "num_gpus": 0, "runtime_env": {"env_vars": dict(ENVIRONMENT)}}
        self._actor = self._ray.remote(Trainer).options(**settings).remote(shared)
        self._calls = ThreadPoolExecutor(1, thread_name_prefix="lossclinic-ray")
        self._started = self._calls.submit(self._ask, self._actor.start.remote)

    @property
    def ready(self) -> bool:
        """Whether it has a machine, or never will."""
        return self._started.done()

    def train(self, run: Run, seconds_left: float) -> Future[Any]:
        """Train one run; the result is (trial, seconds without compiling)."""
        return self._calls.submit(self._ask, self._actor.train.remote, run, seconds_left)

    def look(self, what: Look, recipe: Any, seed: int, seconds_left: float) -> Future[Any]:
        """Take a look at one recipe."""
        return self._calls.submit(self._ask, self._actor.look.remote, what, recipe, seed, seconds_left)

    def kill(self) -> None:
        """End the process, whatever it is doing, or take back the wish for one."""
        with suppress(Exception):  # there is nothing left to end where the connection is gone
            self._ray.kill(self._actor)
        self._calls.shutdown(wait=False, cancel_futures=True)

    def _ask(self, method: Callable[..., Any], *arguments: Any) -> Any:
        """Call the process and wait.

        Raises:
            MachineLostError: its machine is gone or out of reach.
            BrokenExecutor: the process died on a machine that is well.
        """
        errors = self._ray.exceptions
        try:
            return self._ray.get(method(*arguments))
        except errors.ActorUnavailableError as error:
            raise MachineLostError(str(error)) from None
        except (errors.ActorDiedError, errors.OutOfMemoryError) as error:
            raise (BrokenExecutor if self._machine_is_well() else MachineLostError)(str(error)) from None

    def _machine_is_well(self) -> bool:
        """False where the process had a machine and that is gone; a process that never started is to blame itself."""
        if not self._started.done() or self._started.cancelled() or self._started.exception() is not None:
            return True
        return any(node["NodeID"] == self._started.result() and node["Alive"] for node in self._ray.nodes())


class Trainer:
    """The far side of a `RayWorker`, in a process of the cluster."""

    def __init__(self, shared: tuple[Case, tuple[Any, ...], Plan, Yardstick]) -> None:
        """Keep what was shared; the rows stay in the machine's shared memory."""
        case, weights, self._plan, self._yardstick = shared
        if weights:
            self._folder = tempfile.TemporaryDirectory(prefix="lossclinic-")
            save_weights(Path(self._folder.name), weights)
            case = replace(case, folder=self._folder.name)
        self._case = case

    def start(self) -> str:
        """Import Keras; the answer is the id of the machine in the cluster."""
        from lossclinic.engine import train
        from lossclinic.engine.backend import keep_compiled, use_jax

        del train
        warnings.simplefilter("ignore")
        use_jax()
        keep_compiled()
        return _ray().get_runtime_context().get_node_id()

    def train(self, run: Run, seconds_left: float) -> Any:
        """As `Worker.train`."""
        from lossclinic.engine.train import train_timed

        return train_timed(self._case, self._plan, self._yardstick, run, time.monotonic() + seconds_left)

    def look(self, what: Look, recipe: Any, seed: int, seconds_left: float) -> Any:
        """As `Worker.look`."""
        until = time.monotonic() + seconds_left
        return look_one(what, self._case, self._plan, self._yardstick, recipe, seed, until)


def software() -> dict[str, str]:
    """Versions that decide whether two machines train the same."""
    from importlib.metadata import version

    return {"lossclinic": VERSION, **{name: version(name) for name in SOFTWARE}}


def differing(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Where two machines' software differs, for people: "jax 0.10.1 (here 0.10.2)"; "" where it does not."""
    names = [name for name in here if here[name] != there.get(name)]
    return ", ".join(f"{name} {there.get(name, 'none')} (here {here[name]})" for name in names)


def _ray() -> Any:
    """Ray, with its reports to its makers switched off."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UsageError(
            "--ray was given, and Ray is not installed.",
            expected="the package `ray` here and on every machine of the cluster",
            do="Install it with `pip install 'lossclinic[ray]'`, or leave out --ray.",
        ) from None
    return ray


def _found(ray: Any, address: str) -> str:
    """The head's address, once something answers there.

    Raises:
        UsageError: nothing does.
    """
    if "://" in address:
        raise UsageError(
            f"--ray {address}: Ray Client is not used.",
            expected="`auto`, or HOST:PORT of the cluster's head (usually port 6379)",
            do="Make this machine a part of the cluster with `ray start --address=HOST:PORT`, then use --ray auto.",
        )
    try:
        where = ray._private.services.canonicalize_bootstrap_address_or_die(address)
    except (ConnectionError, ValueError) as error:
        raise _unreachable(address, str(error)) from None
    host, _, port = where.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except (OSError, ValueError) as error:
        raise _unreachable(address, f"{where}: {error}") from None
    return where


def _unreachable(address: str, why: str) -> UsageError:
    return UsageError(f"--ray {address}: no Ray cluster was found ({why}).", expected="a running cluster", do=START)


def _connect(ray: Any, address: str) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except RuntimeError as error:
        if "ersion mismatch" not in str(error):
            raise UsageError(f"Ray could not connect to {address}: {error}", do=START) from None
        raise UsageError(
            f"The cluster at {address} has other versions. {' '.join(str(error).split())}",
            expected="the same Ray and the same Python on all machines",
            do="Install the cluster's versions here, or start the cluster with the ones that are here.",
        ) from None
    except (ConnectionError, ValueError) as error:
        raise UsageError(
            f"Ray could not connect to {address}: {error}",
            expected="that this machine is a part of the cluster",
            do=f"Run `ray start --address={address}` here first.",
        ) from None
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)  # Ray puts its own in the place of the script's


def _compare_software(ray: Any, nodes: list[Any]) -> None:
    """Refuse machines that would train other networks than this one."""
    strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    ask = ray.remote(software)
    asked = [
        (
            node["NodeManagerAddress"],  # which several nodes may share
            ask.options(num_cpus=0, max_retries=0, scheduling_strategy=strategy(node["NodeID"], soft=False)).remote(),
        )
        for node in nodes
    ]
    for name, answer in asked:
        try:
            trouble = differing(software(), ray.get(answer, timeout=ANSWER_SECONDS))
        except ray.exceptions.RayError as error:
            trouble = f"lossclinic cannot run there ({str(error).strip().splitlines()[-1]})"
        if trouble:
            raise UsageError(
                f"The machine {name} of the Ray cluster has other software: {trouble}.",
                expected="the same versions on all machines",
                do="Install lossclinic there as it is here, in the environment that `ray start` was called from.",
            )
