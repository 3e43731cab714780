"""The page on tuning beside other tools, from what each search came to."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from benchmarks.report import machine

OURS = "lossclinic"
UNTOUCHED = "untouched"
SHORTER = 10
"""By how much less time lossclinic is also given."""
NAMES = {UNTOUCHED: "none: the network as it was", OURS: "lossclinic", "optuna": "Optuna", "keras-tuner": "KerasTuner"}
TITLES = {
    "digits": ("Digits", "log-loss", "1,797 pictures of 8 x 8 pixels as rows of 64 columns, ten classes"),
    "breast-cancer": ("Breast cancer", "log-loss", "569 rows of 30 columns, two classes"),
    "diabetes": ("Diabetes", "mean squared error", "442 rows of 10 columns, a standardised number"),
}
PAGE = """# Tuning beside KerasTuner and Optuna

`{command}` made this page.

{machine} {versions}

Three tools look for better settings of the same small network (one hidden layer of 32 units, SGD) in the same space,
the one that [`lossclinic tune`](tune.md#what-is-searched) derives, all beginning with the network's own settings.
Every search runs alone, in a process of its own that finds no compiled program of another, on the same {cores}, and has
{budget:g} seconds of wall-clock time from when its packages are imported; what goes beyond that is a last training that
was not cut off. lossclinic is also given {shorter:g} seconds. Its time contains the start of its worker processes and
its own comparison on locked rows. Optuna (TPE, multivariate) and KerasTuner (Bayesian optimisation) call Keras' own
`fit` on JAX for every setting, score the best epoch on a quarter of the rows, and end with the time.

What each search found is trained again by `fit`, on all rows that the search was given and with {refits} seeds that
no search used, and scored on a quarter of the rows that no search was given. The median of the {refits} counts. All of
it is done on {repeats}. The tables show the median of the repeats and, in brackets, their range,
which contains how different the divisions are. Lower is better.

{sections}
## The target

A lower loss than each of the other tools at equal time, or no higher one in a tenth of the time, by the median of the
repeats. {verdict} The few repeats tell large differences only: where a loss is lower in some
of them and higher in others, take the tools for equal.
"""


@dataclass(frozen=True)
class Found:
    """What one search came to.

    Attributes:
        data: name of the data set.
        tool: name of the tool; `UNTOUCHED` for the network as it was.
        seed: of the division into rows for the search and for the test.
        budget_s: wall-clock seconds that it was given.
        took_s: that it took.
        settings: how many it tried.
        tested: loss of what was found, on the test rows.
    """

    data: str
    tool: str
    seed: int
    budget_s: float
    took_s: float
    settings: int
    tested: float


def page(found: Sequence[Found], command: str, budget: float, cores: int, refits: int) -> str:
    """The whole page.

    Args:
        found: every search.
        command: what made it.
        budget: seconds of each search.
        cores: that each search had.
        refits: trainings of each search's settings.
    """
    names = list(dict.fromkeys(f.data for f in found))
    repeats = len({f.seed for f in found})
    return PAGE.format(
        command=command,
        machine=machine(),
        versions=_versions(),
        cores="core" if cores == 1 else f"{cores} cores",
        budget=budget,
        shorter=budget / SHORTER,
        refits=refits,
        repeats="a single division of the rows" if repeats == 1 else f"{repeats} divisions of the rows",
        sections="\n".join(_section(name, [f for f in found if f.data == name], budget) for name in names),
        verdict=_verdict(names, found, budget),
    )


def _versions() -> str:
    told: list[str] = []
    for name in ("optuna", "keras-tuner"):
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            told.append(f"{name} was not installed, so it is left out")
    return f"{', '.join(told)}."


def _section(name: str, found: Sequence[Found], budget: float) -> str:
    title, score, what = TITLES[name]
    lines = [f"## {title}", "", f"{what[0].upper()}{what[1:]}.", ""]
    lines += [f"| tool | {score} on untouched rows | settings tried | seconds |", "|---|---|---|---|"]
    for tool, given in dict.fromkeys((f.tool, f.budget_s) for f in found):
        same = [f for f in found if (f.tool, f.budget_s) == (tool, given)]
        label = NAMES[tool] + (", a tenth of the time" if tool == OURS and given < budget else "")
        settings, took = (statistics.median(getattr(f, field) for f in same) for field in ("settings", "took_s"))
        effort = f"{settings:.0f} | {took:.0f}" if tool != UNTOUCHED else "0 | 0"
        lines.append(f"| {label} | {_spread([f.tested for f in same])} | {effort} |")
    told = [_against(other, found, budget) for other in _others(found)]
    if not improved(found):
        told.append("No search found better settings than those the network had, so this says little of the tools.")
    return "\n".join([*lines, "", *told, ""])


def _spread(values: Sequence[float]) -> str:
    middle = f"{statistics.median(values):.3g}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.3g} to {max(values):.3g})"


def _others(found: Iterable[Found]) -> list[str]:
    return list(dict.fromkeys(f.tool for f in found if f.tool not in (OURS, UNTOUCHED)))


def differences(other: str, found: Iterable[Found], budget: float) -> list[float]:
    """By which share of the other tool's loss lossclinic's is lower after so many seconds, one for each repeat."""
    found = list(found)
    ours = {f.seed: f.tested for f in found if f.tool == OURS and f.budget_s == budget}
    theirs = {f.seed: f.tested for f in found if f.tool == other}
    return [1 - ours[seed] / theirs[seed] for seed in sorted(theirs)]


def _against(other: str, found: Sequence[Found], budget: float) -> str:
    told: list[str] = []
    for when, given in (("at equal time", budget), ("in a tenth of the time", budget / SHORTER)):
        lower = differences(other, found, given)
        middle = statistics.median(lower)
        told.append(
            f"{when} {abs(middle):.0%} {'lower' if middle > 0 else 'higher'} than {NAMES[other]}'s "
            f"(lower in {sum(one > 0 for one in lower)} of {len(lower)})"
        )
    return f"lossclinic's loss is {told[0]}, and {told[1]}."


def holds(other: str, found: Sequence[Found], budget: float) -> bool:
    """Whether the target holds against one tool on one data set."""
    equal, shorter = (statistics.median(differences(other, found, given)) for given in (budget, budget / SHORTER))
    return equal > 0 or shorter >= 0


def improved(found: Sequence[Found]) -> bool:
    """Whether any search on one data set came to a lower loss than the network as it was, by the medians."""
    by_search: dict[tuple[str, float], list[float]] = {}
    for each in found:
        by_search.setdefault((each.tool, each.budget_s), []).append(each.tested)
    own = by_search.pop((UNTOUCHED, 0.0))
    return min(map(statistics.median, by_search.values())) < statistics.median(own)


def _verdict(names: Sequence[str], found: Sequence[Found], budget: float) -> str:
    missed: list[str] = []
    kept = [name for name in names if improved([f for f in found if f.data == name])]
    if not kept:
        return "Nothing can be said: no search found better settings than those the network had."
    for name in kept:
        here = [f for f in found if f.data == name]
        missed += [
            f"on {TITLES[name][0].lower()} against {NAMES[other]}"
            for other in _others(here)
            if not holds(other, here, budget)
        ]
    where = "" if len(kept) == len(names) else " where better settings were found at all"
    if not missed:
        return f"It holds on {'the data set' if len(kept) == 1 else f'all {len(kept)} data sets'}{where}."
    return f"It does not hold {', '.join(missed)}."
