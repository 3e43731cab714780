"""Seconds of one training in this process, fused, stepped, or as the engine chooses.

    python -m benchmarks.way NETWORK fused|stepped|chosen

Prints the seconds and the way that was taken.
"""

from __future__ import annotations

import sys
import time

from benchmarks.networks import NETWORKS, case_of
from lossclinic.core.rows import Plan
from lossclinic.core.trial import Run
from lossclinic.core.yardstick import choose_yardstick
from lossclinic.engine import program, train

ROUNDS = 3


def main(name: str, way: str) -> None:
    if way != "chosen":
        program.choose_path = lambda *_: way  # type: ignore[assignment]
    case = case_of(NETWORKS[name])
    yardstick = choose_yardstick(case.task, case.task.encode(case.data.y))
    taken: list[float] = []
    for seed in range(ROUNDS + 1):
        started = time.perf_counter()
        train.train_one(case, Plan(), yardstick, Run(case.recipe, seed))
        taken.append(time.perf_counter() - started)
    (made,) = program._programs.values()
    print(min(taken[1:]), made.path)  # the first compiled


if __name__ == "__main__":
    main(*sys.argv[1:])
