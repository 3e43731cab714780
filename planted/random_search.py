"""What luck repairs: random search over the same changes, at the same number of updates as lossclinic took.

    python -m planted.random_search [--results docs/accuracy.jsonl] [--out docs/random-search.md] [--shard i/n]
                                    [--leave-out DATA ...]

Every draw applies one to three of lossclinic's own remedies, each at a strength drawn at random, and half of the draws
another learning rate; remedies that need a measurement are not drawn. The draw with the best held-out score on one seed
is confirmed as lossclinic confirms its own.
Each result is written to a JSON-lines file beside the page as soon as it is there; an interrupted run leaves a page,
and resumes.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from planted.case import Make
from planted.measure import Result, all_cases, read_results
from planted.table import LEAST, costs

MOST_CHANGES = 3
LOWEST, HIGHEST = 1e-5, 1.0
"""Learning rates are drawn between these, evenly by powers of ten."""
MOST_DRAWS = 2000

ANSWER = """Of {count} trainings lossclinic repaired {ours}, random search {theirs}. Only lossclinic repaired
{ours_alone}, only random search {theirs_alone} (McNemar's exact test, two-sided: p = {p_value:.2f}). Random search
finds changes that help; it names no cause, and does not tell which of its changes were needed."""
SOURCE = """Made by `python -m planted.random_search` from the {of} planted trainings of [the table](accuracy.md) whose
fault costs {least:.0%} or more, measured apart from any diagnosis.{without}{sample}"""
METHOD = """For each, random search over learning rates and lossclinic's own changes got as many updates of weights as
lossclinic took for its whole answer, with its confirmation. It draws no change that needs a measurement ({not_drawn}).
The best draw was then confirmed by the same rule, and those updates were not counted. A gain is the median over
confirmation seeds by which the held-out score falls; where nothing was verified it counts as none. Draws for one
training: {fewest} to {most}."""


@dataclass(frozen=True)
class Searched:
    """What random search did for one planted training.

    Attributes:
        cause: the planted fault.
        name: the case.
        seed: of rows, weights and draws.
        updates: as many as lossclinic took.
        draws: recipes that were tried with them.
        verified: whether the best one passed the confirmation that lossclinic's repairs must pass.
        gain: its median gain in the confirmation, a share of the held-out score.
        lossclinic: whether lossclinic's own answer was a verified repair.
        own_gain: the median gain of that repair; None without one.
    """

    cause: str
    name: str
    seed: int
    updates: int
    draws: int
    verified: bool
    gain: float
    lossclinic: bool
    own_gain: float | None


def search(make: Make, result: Result) -> Searched:
    """Search at random for as long as lossclinic took, then confirm the best draw."""
    from lossclinic.core.progress import Silent
    from lossclinic.core.recipe import Recipe
    from lossclinic.core.rows import Plan
    from lossclinic.core.trial import Run
    from lossclinic.core.yardstick import yardstick_of
    from lossclinic.engine.pool import Pool
    from lossclinic.experiments.confirm import Comparison, confirm
    from planted.pools import captured

    rng = np.random.default_rng([result.seed, 41])
    case, plan = captured(make, result.seed), Plan(result.seed)
    with Pool(case, plan, yardstick_of(case, plan), workers=0) as lab:
        (own,) = lab.train([Run(case.recipe, 0)])
        best: tuple[float, Recipe] = (own.held_out, case.recipe)
        draws = 0
        while lab.updates < result.updates and draws < MOST_DRAWS:
            draws += 1
            recipe = draw(case, rng)
            (trial,) = lab.train([Run(recipe, 0)])
            best = min(best, (trial.held_out, recipe), key=lambda pair: pair[0])
        comparison = Comparison("random search", case.recipe, best[1])
        verdict = confirm(
            lab, (comparison,), min_gain=LEAST, overlap=0.0, progress=Silent(), fits=lambda _: True
        ).verdicts[0]
    verified = verdict.verified and best[1].key != case.recipe.key
    repaired = result.ending == "repaired"
    return Searched(
        result.cause, result.name, result.seed, result.updates, draws, verified, verdict.median, repaired,
        result.gain if repaired else None,
    )  # fmt: skip


def draw(case: Any, rng: np.random.Generator) -> Any:
    """The user's recipe with a few changes drawn at random."""
    from lossclinic.core.catalogue import Evidence
    from lossclinic.core.errors import NotApplicable
    from lossclinic.experiments.design import apply_remedy

    recipe = case.recipe
    for name in rng.choice(drawable(), size=rng.integers(1, MOST_CHANGES + 1), replace=False):
        try:
            strengths = apply_remedy(str(name), recipe, Evidence({"case": case, "recipe": recipe}))
        except NotApplicable:
            continue
        recipe = strengths[int(rng.integers(len(strengths)))]
    if rng.random() < 0.5:
        recipe = recipe.with_learning_rate(float(10 ** rng.uniform(np.log10(LOWEST), np.log10(HIGHEST))))
    return recipe


def drawable() -> list[str]:
    """Ids of the remedies that ask for nothing but the training as it is."""
    from lossclinic.core.catalogue import remedies

    asked = {name: inspect.signature(remedy.apply).parameters for name, remedy in remedies().items()}
    return [name for name, parameters in asked.items() if set(parameters) <= {"case", "recipe"}]


def repairable(results: Sequence[Result], leave_out: Sequence[str] = ()) -> list[Result]:
    """Faults that cost something, as `planted.cost` measured it without any diagnosis, in an order of chance.

    The order makes a search that was cut short a fair sample.

    Args:
        results: what was measured.
        leave_out: data sets whose trainings are not wanted.
    """
    real = [r for r in results if r.kind == "planted" and r.updates and r.cost is not None and costs(r)]
    real = [r for r in real if r.data not in leave_out]
    return sorted(real, key=lambda r: zlib.crc32(f"random search {r.cause} {r.name} {r.seed}".encode()))


def render(found: Sequence[Searched], of: int, leave_out: Sequence[str] = ()) -> str:
    """The page as Markdown.

    Args:
        found: what was searched.
        of: how many trainings there are to search.
        leave_out: data sets whose trainings are not among them.
    """
    from lossclinic.core.catalogue import remedies

    causes = sorted({one.cause for one in found})
    ours, theirs = sum(one.lossclinic for one in found), sum(one.verified for one in found)
    both = sum(one.lossclinic and one.verified for one in found)
    ours_alone, theirs_alone = ours - both, theirs - both
    apart = ours_alone + theirs_alone
    p_value = float(binomtest(ours_alone, apart).pvalue) if apart else 1.0
    without = f" Those on {' and '.join(leave_out)} were left out." if leave_out else ""
    sample = f" The {len(found)} searched here were drawn from them by chance." if len(found) < of else ""
    not_drawn = sorted(set(remedies()) - {*drawable(), "learning-rate"})  # rates are drawn on their own
    draws = [one.draws for one in found]
    paragraphs = (
        ANSWER.format(
            count=len(found), ours=ours, theirs=theirs, ours_alone=ours_alone, theirs_alone=theirs_alone,
            p_value=p_value,
        ),
        SOURCE.format(of=of, least=LEAST, without=without, sample=sample),
        METHOD.format(not_drawn=", ".join(f"`{name}`" for name in not_drawn), fewest=min(draws), most=max(draws)),
    )  # fmt: skip
    table = (
        "| cause | trainings | lossclinic repaired | random search repaired | mean gain, lossclinic "
        "| mean gain, random search |",
        "|---|---|---|---|---|---|",
        *(_row(f"`{cause}`", [one for one in found if one.cause == cause]) for cause in causes),
        _row("all", found),
    )
    text = "\n\n".join(textwrap.fill(paragraph, 120, break_on_hyphens=False) for paragraph in paragraphs)
    return f"# Repair beside random search\n\n{text}\n\n" + "\n".join(table) + "\n"


def _row(name: str, found: Sequence[Searched]) -> str:
    ours, theirs = sum(one.lossclinic for one in found), sum(one.verified for one in found)
    gains = (
        float(np.mean([one.own_gain or 0.0 for one in found])),
        float(np.mean([one.gain if one.verified else 0.0 for one in found])),
    )
    return f"| {name} | {len(found)} | {ours} | {theirs} | {gains[0]:.0%} | {gains[1]:.0%} |"


def main(argv: Sequence[str] | None = None) -> None:
    """Search for every planted training that was measured and can be repaired, and write the page."""
    from lossclinic.engine.backend import use_jax

    parser = argparse.ArgumentParser(prog="python -m planted.random_search", description=__doc__.splitlines()[0])
    parser.add_argument("--results", default="docs/accuracy.jsonl")
    parser.add_argument("--out", default="docs/random-search.md")
    parser.add_argument("--shard", default="1/1", help="part i of n, written i/n, for several machines")
    parser.add_argument("--leave-out", nargs="+", default=(), metavar="DATA", help="data sets that would take too long")
    arguments = parser.parse_args(argv)
    use_jax()
    part, parts = (int(number) for number in arguments.shard.split("/"))
    raw = Path(arguments.out).with_suffix(".jsonl")
    found = [Searched(**json.loads(line)) for line in raw.read_text().splitlines()] if raw.exists() else []
    done = {(one.cause, one.name, one.seed) for one in found}
    cases = {(case.cause, case.name): case for kind, case in all_cases() if kind == "planted"}
    results = repairable(read_results(Path(arguments.results)), arguments.leave_out)
    wanted = [r for r in results if (r.cause, r.name) in cases]
    mine = wanted[part - 1 :: parts]
    for number, result in enumerate(mine, start=1):
        if (result.cause, result.name, result.seed) in done:
            continue
        one = search(cases[result.cause, result.name].make, result)
        found.append(one)
        with raw.open("a") as file:
            file.write(json.dumps(asdict(one)) + "\n")
        said = "repaired" if one.verified else "not repaired"
        print(f"[{number}/{len(mine)}] {one.cause} ({one.name}): {said}", file=sys.stderr, flush=True)
        Path(arguments.out).write_text(render(found, len(wanted), arguments.leave_out))


if __name__ == "__main__":
    main()
