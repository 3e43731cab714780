"""The accuracy table: cause × recall, precision and false alarms, beside the best constant answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planted.measure import Result

HEADER = """# Accuracy of the catalogue

Measured by `make planted`; the raw results lie beside this file as JSON lines.

* A cause is *named* if its status is `confirmed`, or `observed` (a fact that needs no experiment, even if it costs
  nothing today).
* *Recall*: share of the trainings with the planted fault whose cause was named.
* *Precision*: of all times that the cause was named in trainings with a planted fault, how often it was the
  planted one. Causes that name the same fault from another side, listed with each case, count neither way.
* *Near misses*: trainings that only look like the fault and were given its name.
* Budget: {budget} a training.
* Seeds, each of which draws rows, weights and experiments anew: {seeds}.
"""


def share(part: int, whole: int) -> str:
    """ "0.93", or "–" where there is nothing to divide by."""
    return f"{part / whole:.2f}" if whole else "–"


def render(results: Sequence[Result], budget: str) -> str:
    """The page as Markdown."""
    planted = [r for r in results if r.kind == "planted"]
    near = [r for r in results if r.kind == "near miss"]
    healthy = [r for r in results if r.kind == "healthy"]
    causes = sorted({r.cause for r in [*planted, *near]})
    lines = [
        HEADER.format(budget=budget, seeds=_seeds(results)),
        "| cause | planted | recall | precision | near misses named |",
        "|---|---|---|---|---|",
    ]
    for cause in causes:
        own = [r for r in planted if r.cause == cause]
        hits = sum(cause in r.named for r in own)
        alarms = sum(cause in r.named and cause != r.cause and cause not in r.also for r in planted)
        look = [r for r in near if r.cause == cause]
        fooled = sum(cause in r.named for r in look)
        lines.append(
            f"| `{cause}` | {len(own)} | {share(hits, len(own))} | {share(hits, hits + alarms)} "
            f"| {fooled} of {len(look)} |"
        )
    return "\n".join([*lines, "", *_summary(planted, near, healthy), *_misses(results), ""])


def _seeds(results: Sequence[Result]) -> str:
    """ "planted: 0, 1; near miss: 0; healthy: 0"."""
    by_kind: dict[str, set[int]] = {}
    for result in results:
        by_kind.setdefault(result.kind, set()).add(result.seed)
    return "; ".join(f"{kind}: {', '.join(map(str, sorted(seeds)))}" for kind, seeds in by_kind.items())


def _summary(planted: Sequence[Result], near: Sequence[Result], healthy: Sequence[Result]) -> list[str]:
    hits = sum(r.cause in r.named for r in planted)
    beside = [(r, name) for r in planted for name in r.named if name != r.cause and name not in r.also]
    alarms, worth = len(beside), sum(name in r.confirmed for r, name in beside)
    fooled = sum(r.cause in r.named for r in near)
    touched = sum(bool(r.confirmed) for r in healthy)
    size, recall, precision = best_constant(planted)
    return [
        "| all | planted trainings | recall | precision |",
        "|---|---|---|---|",
        f"| lossclinic | {len(planted)} | {share(hits, len(planted))} | {share(hits, hits + alarms)} |",
        f"| best constant answer ({size} causes every time) | {len(planted)} | {recall:.2f} | {precision:.2f} |",
        "",
        f"Causes named beside the planted one: {alarms}; {worth} of them passed the whole protocol (fixing them "
        "too is verified to help), and count as wrong all the same.",
        f"Near misses given the name of the fault they resemble: {fooled} of {len(near)}.",
        f"Healthy trainings with any confirmed cause: {touched} of {len(healthy)}.",
        "",
    ]


def best_constant(planted: Sequence[Result]) -> tuple[int, float, float]:
    """Of all answers that are the same for every training, the one with the best F1: size, recall, precision."""
    counts = [count for _, count in Counter(r.cause for r in planted).most_common()]
    total = sum(counts)
    best = (0, 0.0, 0.0)
    best_f1 = 0.0
    for size in range(1, len(counts) + 1):
        found = sum(counts[:size])
        recall, precision = found / total, found / (size * total)
        f1 = 2 * recall * precision / (recall + precision)
        if f1 > best_f1:
            best, best_f1 = (size, recall, precision), f1
    return best


def _misses(results: Sequence[Result]) -> list[str]:
    """Every wrong answer, so that nobody has to take the table on trust."""
    lines = ["## Wrong answers", "", "| case | kind | planted | named | ending |", "|---|---|---|---|---|"]
    for r in results:
        extra = r.kind == "planted" and any(name != r.cause and name not in r.also for name in r.named)
        missed = r.kind == "planted" and r.cause not in r.named
        fooled = r.kind == "near miss" and r.cause in r.named
        if extra or missed or fooled or (r.kind == "healthy" and r.confirmed):
            lines.append(
                f"| {r.name}, seed {r.seed} | {r.kind} | {r.cause or '–'} "
                f"| {', '.join(r.named) or 'nothing'} | {r.ending} |"
            )
    return lines
