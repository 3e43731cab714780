"""How accurate is the catalogue? Runs lossclinic on every planted case, near miss and healthy training.

    python -m planted.measure [--only CAUSE ...] [--kind KIND ...] [--half tuning|judged] [--seeds 1] [--in-turn]
                              [--budget 2m | --max-trials N] [--out docs/accuracy.md] [--workers 2] [--shard i/n]

Each result is written to a JSON-lines file beside the table as soon as it is there; an interrupted run resumes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import shlex
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from planted.archives import Unavailable
from planted.case import Planted
from planted.cost import cost_of

if TYPE_CHECKING:
    from lossclinic.core.finding import Finding

Kind = Literal["planted", "control", "near miss", "healthy"]
"""A control is a training before its fault was planted."""


@dataclass(frozen=True)
class Result:
    """What lossclinic said about one training.

    Attributes:
        kind: whether a fault was planted, is yet to be planted, only looks planted, or neither.
        cause: the cause in question; "" for a healthy training.
        name: the case.
        data: its data set.
        seed: of rows, weights and experiments.
        budget: what was allowed: a time ("2m"), or a number of trainings ("300 trainings").
        also: causes that name the same fault from another side.
        named: causes confirmed or observed.
        confirmed: those of them that an experiment confirmed.
        ending: how the run ended; "failed: …" where it raised.
        gain: median gain of the prescription; None without one.
        seconds: what it took.
        first: the cause that the report names first; "" where it names none.
        suspected: causes that were still suspected at the end.
        updates: updates of weights that all its trainings took.
        said: what the report says of the cause in question, line by line; () for a healthy training.
        strength: how much of the fault was planted; "" where it has no degrees.
        cost: share by which the held-out score is lower without the fault, as `planted.cost` measures it; None where
            that does not matter or is not known.
    """

    kind: Kind
    cause: str
    name: str
    data: str
    seed: int
    budget: str
    also: tuple[str, ...]
    named: tuple[str, ...]
    confirmed: tuple[str, ...]
    ending: str
    gain: float | None
    seconds: float
    first: str = ""
    suspected: tuple[str, ...] = ()
    updates: int = 0
    said: tuple[str, ...] = ()
    strength: str = ""
    cost: float | None = None

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """Two results with one key are the same measurement."""
        return self.kind, self.cause, self.name, self.seed, self.budget


def planted_modules() -> dict[str, Any]:
    """Cause id → its planted file, for every file here that names a cause."""
    import planted

    modules = [importlib.import_module(f"planted.{info.name}") for info in pkgutil.iter_modules(planted.__path__)]
    return {module.CAUSE: module for module in modules if hasattr(module, "CAUSE")}


def all_cases(only: Sequence[str] = ()) -> Iterator[tuple[Kind, Planted]]:
    """Everything there is to measure; with `only`, what belongs to these causes."""
    from planted.healthy import HEALTHY
    from planted.real_tasks import HEALTHY_REAL
    from planted.tasks import HEALTHY_TASKS

    for cause, module in planted_modules().items():
        if not only or cause in only:
            yield from (("planted", case) for case in module.PLANTED)
            yield from (
                ("control", replace(c, make=c.sound, sound=None)) for c in module.PLANTED if _stands_for_others(c)
            )
            yield from (("near miss", case) for case in module.NEAR_MISSES)
    if not only or "healthy" in only:
        yield from (
            ("healthy", Planted(name, "", name, training.make))
            for name, training in {**HEALTHY, **HEALTHY_TASKS, **HEALTHY_REAL}.items()
        )


def _stands_for_others(case: Planted) -> bool:
    """Whether the training before the fault is measured for this strength: it is much the same for all three."""
    return case.sound is not None and case.strength in ("plain", None)


def measure(kind: Kind, case: Planted, seed: int, budget: str, workers: int) -> Result:
    """Run lossclinic on one case, as a user would from Python; `budget` as in `Result`.

    Raises:
        Unavailable: its data set cannot be had here, so there is nothing to measure.
    """
    from lossclinic.session import run_model

    started = time.perf_counter()
    named: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    suspected: tuple[str, ...] = ()
    gain = None
    updates = 0
    said: tuple[str, ...] = ()
    try:
        material = case.make(seed)
        fit = {name: value for name, value in material.fit.items() if name != "verbose"}
        count, counted, _ = budget.partition(" trainings")
        allowed: dict[str, Any] = {"max_trials": int(count)} if counted else {"budget": budget}
        report = run_model(material.model, material.x, material.y, **fit, **allowed, seed=seed, workers=workers)
        answer = report.fits[0]
        confirmed = tuple(f.cause for f in answer.findings if f.status == "confirmed")
        observed = tuple(f.cause for f in answer.findings if f.status == "observed")
        suspected = tuple(f.cause for f in answer.findings if f.status == "suspected")
        named = (*confirmed, *observed)
        gain = answer.prescription.gain.median if answer.prescription else None
        updates = answer.updates
        said = next((in_words(f) for f in answer.findings if f.cause == case.cause), ())
        ending: str = answer.ending
    except Unavailable:
        raise
    except Exception as error:  # one broken case must not end the measurement; it counts as not named
        ending = f"failed: {type(error).__name__}: {error}"
    seconds = round(time.perf_counter() - started, 1)
    return Result(
        kind, case.cause, case.name, case.data, seed, budget, case.also, named, confirmed, ending, gain, seconds,
        next(iter(named), ""), suspected, updates, said, case.strength or "",
    )  # fmt: skip


def in_words(finding: Finding) -> tuple[str, ...]:
    """A finding as a report has it: its status and reason, then the evidence."""
    from lossclinic.reports.words import sentence

    return (f"{finding.status}: {finding.reason or 'see the evidence'}", *(sentence(f.text) for f in finding.evidence))


def read_results(path: Path) -> list[Result]:
    """Results of earlier runs; a last line that was cut off is left out."""
    found: list[Result] = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        found.append(Result(**{k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}))
    return found


def run(arguments: argparse.Namespace) -> list[Result]:
    """Measure what has not been measured yet, and return all results that the arguments ask for."""
    raw = Path(arguments.out).with_suffix(".jsonl")
    raw.parent.mkdir(parents=True, exist_ok=True)
    budget = budget_of(arguments)
    part, parts = (int(number) for number in arguments.shard.split("/"))
    wanted = wanted_of(arguments)
    results = {result.key: result for result in read_results(raw)}
    mine = wanted[part - 1 :: parts]
    for number, (kind, case, seed) in enumerate(mine, start=1):
        key = (kind, case.cause, case.name, seed, budget)
        try:
            result = results.get(key) or measure(kind, case, seed, budget, arguments.workers)
            if result.cost is None and case.sound is not None:
                result = replace(result, cost=cost_of(case, seed))
        except Unavailable as error:
            print(f"[{number}/{len(mine)}] {kind}: left out ({case.name}): {error}", file=sys.stderr, flush=True)
            continue
        if result != results.get(key):
            results[key] = result
            with raw.open("a") as file:
                file.write(json.dumps(asdict(result)) + "\n")
        said = ", ".join(result.named) or "nothing"
        print(
            f"[{number}/{len(mine)}] {kind}: {case.cause or 'none'} ({case.name}) → {said}", file=sys.stderr, flush=True
        )
    if results:  # one line for each, where costs came later
        raw.write_text("".join(json.dumps(asdict(result)) + "\n" for result in results.values()))
    keys = {(kind, case.cause, case.name, seed, budget) for kind, case, seed in wanted}
    return [result for key, result in results.items() if key in keys]


def wanted_of(arguments: argparse.Namespace) -> list[tuple[Kind, Planted, int]]:
    """The measurements that the arguments ask for: kind, case and seed.

    With `in_turn`, the strengths of a training take the seeds in turn and the next training begins with the next
    seed: one run for each case, and every strength meets every seed. Healthy trainings are run on all seeds.
    """
    from planted.table import for_tuning

    numbers: Counter[tuple[Kind, str]] = Counter()
    wanted: list[tuple[Kind, Planted, int]] = []
    for kind, case in all_cases(arguments.only):
        number = numbers[kind, case.cause]
        numbers[kind, case.cause] += 1
        if arguments.kind and kind not in arguments.kind:
            continue
        if arguments.half and for_tuning(case.data) != (arguments.half == "tuning"):
            continue
        turn = (number + number // 3) % arguments.seeds
        seeds = [turn] if arguments.in_turn and kind != "healthy" else range(arguments.seeds)
        wanted += [(kind, case, seed) for seed in seeds]
    # In an order of chance, so that a measurement that was cut short is a fair sample.
    return sorted(wanted, key=lambda one: zlib.crc32(f"{one[0]} {one[1].cause} {one[1].name} {one[2]}".encode()))


def budget_of(arguments: argparse.Namespace) -> str:
    """What each training is allowed, as `Result.budget` has it."""
    return f"{arguments.max_trials} trainings" if arguments.max_trials else arguments.budget


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and write the table."""
    from lossclinic.engine.backend import keep_compiled, use_jax
    from planted.table import render

    parser = argparse.ArgumentParser(prog="python -m planted.measure", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=(), metavar="CAUSE", help="ids of causes, or `healthy`")
    parser.add_argument("--kind", nargs="+", choices=get_args(Kind), help="only these kinds of trainings")
    parser.add_argument("--half", choices=("tuning", "judged"), help="only data sets of this half")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--in-turn", action="store_true", help="one seed for each case, each seed as often")
    parser.add_argument("--budget", default="2m", help="for each case")
    parser.add_argument("--max-trials", type=int, help="trainings for each case, whatever time they take")
    parser.add_argument("--out", default="docs/accuracy.md")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--shard", default="1/1", help="part i of n, written i/n, for several machines")
    arguments = parser.parse_args(argv)
    use_jax()
    keep_compiled()
    command = shlex.join(["python", "-m", "planted.measure", *(sys.argv[1:] if argv is None else argv)])
    results = run(arguments)
    done = {(result.kind, result.cause, result.name) for result in results}
    budget = budget_of(arguments)
    wanted = {(kind, case.cause, case.name): (kind, case.data) for kind, case, _ in wanted_of(arguments)}
    left = Counter(where for key, where in wanted.items() if key not in done)
    text = render(results, budget, command, left)
    Path(arguments.out).write_text(text)
    print(text)


if __name__ == "__main__":
    main()
