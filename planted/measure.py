"""How accurate is the catalogue? Runs lossclinic on every planted case, near miss and healthy training.

    python -m planted.measure [--only CAUSE] [--kind KIND] [--seeds 1] [--budget 2m | --max-trials N]
                              [--out docs/accuracy.md] [--workers 2] [--shard i/n]

Each result is written to a JSON-lines file beside the table as soon as it is there; an interrupted run resumes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from planted.case import Planted

if TYPE_CHECKING:
    from lossclinic.core.finding import Finding

APART = {"__init__", "case", "data", "healthy", "measure", "random_search", "table", "tasks"}
Kind = Literal["planted", "near miss", "healthy"]


@dataclass(frozen=True)
class Result:
    """What lossclinic said about one training.

    Attributes:
        kind: whether a fault was planted, only looks planted, or neither.
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

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """Two results with one key are the same measurement."""
        return self.kind, self.cause, self.name, self.seed, self.budget


def planted_modules() -> dict[str, Any]:
    """Cause id → its planted file, for every planted file."""
    import planted

    names = [info.name for info in pkgutil.iter_modules(planted.__path__) if info.name not in APART]
    modules = [importlib.import_module(f"planted.{name}") for name in names]
    return {module.CAUSE: module for module in modules}


def all_cases(only: str | None = None) -> Iterator[tuple[Kind, Planted]]:
    """Everything there is to measure; with `only`, what belongs to one cause."""
    from planted.healthy import HEALTHY
    from planted.tasks import HEALTHY_TASKS

    for cause, module in planted_modules().items():
        if only in (None, cause):
            yield from (("planted", case) for case in module.PLANTED)
            yield from (("near miss", case) for case in module.NEAR_MISSES)
    if only in (None, "healthy"):
        yield from (
            ("healthy", Planted(name, "", name, training.make))
            for name, training in {**HEALTHY, **HEALTHY_TASKS}.items()
        )


def measure(kind: Kind, case: Planted, seed: int, budget: str, workers: int) -> Result:
    """Run lossclinic on one case, as a user would from Python; `budget` as in `Result`."""
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
    except Exception as error:  # one broken case must not end the measurement; it counts as not named
        ending = f"failed: {type(error).__name__}: {error}"
    seconds = round(time.perf_counter() - started, 1)
    return Result(
        kind, case.cause, case.name, case.data, seed, budget, case.also, named, confirmed, ending, gain, seconds,
        next(iter(named), ""), suspected, updates, said,
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
    wanted = [
        (kind, case, seed)
        for seed in range(arguments.seeds)
        for kind, case in all_cases(arguments.only)
        if arguments.kind in (None, kind)
    ]
    results = {result.key: result for result in read_results(raw)}
    mine = wanted[part - 1 :: parts]
    for number, (kind, case, seed) in enumerate(mine, start=1):
        key = (kind, case.cause, case.name, seed, budget)
        if key not in results:
            result = measure(kind, case, seed, budget, arguments.workers)
            results[key] = result
            with raw.open("a") as file:
                file.write(json.dumps(asdict(result)) + "\n")
        result = results[key]
        said = ", ".join(result.named) or "nothing"
        print(
            f"[{number}/{len(mine)}] {kind}: {case.cause or 'none'} ({case.name}) → {said}", file=sys.stderr, flush=True
        )
    keys = {(kind, case.cause, case.name, seed, budget) for kind, case, seed in wanted}
    return [result for key, result in results.items() if key in keys]


def budget_of(arguments: argparse.Namespace) -> str:
    """What each training is allowed, as `Result.budget` has it."""
    return f"{arguments.max_trials} trainings" if arguments.max_trials else arguments.budget


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and write the table."""
    from lossclinic.engine.backend import use_jax
    from planted.table import render

    parser = argparse.ArgumentParser(prog="python -m planted.measure", description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="one cause's id, or `healthy`")
    parser.add_argument("--kind", choices=get_args(Kind), help="only planted, near misses or healthy trainings")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--budget", default="2m", help="for each case")
    parser.add_argument("--max-trials", type=int, help="trainings for each case, whatever time they take")
    parser.add_argument("--out", default="docs/accuracy.md")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--shard", default="1/1", help="part i of n, written i/n, for several machines")
    arguments = parser.parse_args(argv)
    use_jax()
    text = render(run(arguments), budget_of(arguments))
    Path(arguments.out).write_text(text)
    print(text)


if __name__ == "__main__":
    main()
