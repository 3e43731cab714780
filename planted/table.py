"""The accuracy table: cause × recall, precision and false alarms, beside the best constant answer."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, get_args

from planted.case import Strength

if TYPE_CHECKING:
    from planted.measure import Kind, Result

HEADER = """# Accuracy of the catalogue

Made by `{command}`; the raw results lie beside this page as JSON lines.

* Each cause was planted in healthy trainings of different data and tasks, at three strengths.
* Thresholds may be tuned on one half of the data sets only. Which half a data set belongs to follows from its name
  (CRC-32, even: tuning). The table of causes is for the other half.
* Totals of the judged half were seen between versions, and some of its trainings were put right where the control was
  ill, which spoils the question. No threshold was set by its answers.
* What a fault *costs* is measured apart from any diagnosis (`planted/cost.py`): the held-out score with it beside the
  score of the same training without it, ten times on the same redraws of the same rows. A fault that costs less than
  {least:.0%} (what `--min-gain` counts as useful) has nothing to be found by experiment. Such trainings stand in a
  row of their own and count towards precision only: what is named in them is wrong as anywhere else. Facts that are
  there to be seen (leaking columns, a loss that does not fit the output) count whatever they cost.
* A cause is *named* if its status is `confirmed`, or `observed` (a fact that needs no experiment, even if it costs
  nothing today).
* *Recall*: share of the trainings with the planted fault whose cause was named, of those where it costs something.
* *Precision*: of all times that the cause was named in trainings with a planted fault, how often it was the
  planted one. Causes that name the same fault from another side, listed with each case, count neither way.
* *First*: share of the trainings with a planted fault in which it is the first cause that the report names.
* *Near misses*: trainings that only look like the fault and were given its name.
* [Where the data come from](data.md). What [random search](random-search.md) repairs at the same number of updates.
* Allowed for each answer: {budget}.
* Seeds, each of which draws rows, weights and experiments anew: {seeds}.
* A *control* is a training before its fault was planted, with everything else as it is: nothing should be found in it.
* Trainings that were not measured with any seed: {left}.
"""


LEAST = 0.05
"""Faults that cost less are no faults by lossclinic's own measure, the default of `--min-gain`."""


def costs(result: Result) -> bool:
    """Whether the planted fault is one to be named."""
    return result.cost is None or result.cost >= LEAST


def share(part: int, whole: int) -> str:
    """ "0.93", or "–" where there is nothing to divide by."""
    return f"{part / whole:.2f}" if whole else "–"


def render(
    results: Sequence[Result],
    budget: str,
    command: str = "make planted",
    left: Mapping[tuple[Kind, str], int] | None = None,
) -> str:
    """The page as Markdown.

    Args:
        results: what was measured.
        budget: as in `Result`.
        command: what measured it.
        left: kind and data set → how many such trainings were not measured with any seed.
    """
    planted = [r for r in results if r.kind == "planted"]
    near = [r for r in results if r.kind == "near miss"]
    healthy = [r for r in results if r.kind == "healthy"]
    controls = [r for r in results if r.kind == "control"]
    judged, tuned = ([r for r in planted if for_tuning(r.data) is side] for side in (False, True))
    causes = sorted({r.cause for r in [*judged, *near]})
    lines = [
        HEADER.format(budget=budget, seeds=_seeds(results), command=command, least=LEAST, left=_left(left or {})),
        "| all causes | planted trainings | recall | precision | first |",
        "|---|---|---|---|---|",
        *_overalls("data sets that no threshold was tuned on", judged),
        *_overalls("data sets for tuning", tuned),
        "",
        "Data sets that no threshold was tuned on, cause by cause:",
        "",
        "| cause | planted | recall | precision | near misses named |",
        "|---|---|---|---|---|",
        *(_row(cause, judged, near) for cause in causes),
        "",
        "| family | planted | recall | precision |",
        "|---|---|---|---|",
        *(_family_row(family, members, judged) for family, members in _families(causes).items()),
        "",
        "| strength | planted | recall | left out: costs less |",
        "|---|---|---|---|",
        *(_strength_row(strength, judged) for strength in (*get_args(Strength), "")),
    ]
    wrong = _misses([*judged, *controls, *near, *healthy])
    return "\n".join([*lines, "", *_summary(judged, controls, near, healthy), *wrong, ""])


def for_tuning(data: str) -> bool:
    """Whether thresholds may be tuned on this data set."""
    return zlib.crc32(data.encode()) % 2 == 0


def _counts(cause: str, planted: Sequence[Result]) -> tuple[int, int, int]:
    """Trainings that the cause costs something, how many of them were given its name, and how many others were."""
    own = [r for r in planted if r.cause == cause and costs(r)]
    alarms = sum(cause in r.named and cause != r.cause and cause not in r.also for r in planted)
    return len(own), sum(cause in r.named for r in own), alarms


def _row(cause: str, planted: Sequence[Result], near: Sequence[Result]) -> str:
    count, hits, alarms = _counts(cause, planted)
    look = [r for r in near if r.cause == cause]
    fooled = sum(cause in r.named for r in look)
    return f"| `{cause}` | {count} | {share(hits, count)} | {share(hits, hits + alarms)} | {fooled} of {len(look)} |"


def _families(causes: Sequence[str]) -> dict[str, list[str]]:
    from lossclinic.core.catalogue import causes as catalogue

    result: dict[str, list[str]] = {}
    for cause in causes:
        known = catalogue().get(cause)
        result.setdefault(known.family if known else "unknown", []).append(cause)
    return dict(sorted(result.items()))


def _family_row(family: str, members: Sequence[str], planted: Sequence[Result]) -> str:
    count, hits, alarms = (sum(column) for column in zip(*(_counts(c, planted) for c in members), strict=True))
    return f"| {family} | {count} | {share(hits, count)} | {share(hits, hits + alarms)} |"


def _overalls(where: str, planted: Sequence[Result]) -> list[str]:
    """All trainings as one, the mean over causes, and the best constant answer."""
    real, idle = ([r for r in planted if costs(r) is side] for side in (True, False))
    if not real:
        return []
    alarms = sum(name not in (r.cause, *r.also) for r in planted for name in r.named)
    counts = [_counts(cause, planted) for cause in sorted({r.cause for r in real})]
    recalls = [hits / count for count, hits, _ in counts]
    # A cause that was never named has no precision: it is left out of that mean, and its recall tells.
    precisions = [hits / (hits + alarms) for _, hits, alarms in counts if hits + alarms]
    sides = sum(not {r.cause, *r.also}.isdisjoint(r.named) for r in real)
    size, recall, precision = best_constant(real)
    hits = _hits(real)
    return [
        f"| lossclinic, {where} | {len(real)} | {share(hits, len(real))} | {share(hits, hits + alarms)} "
        f"| {share(_firsts(real), len(real))} |",
        f"| the same, mean over causes | {len(real)} | {_mean(recalls)} | {_mean(precisions)} | – |",
        f"| the same, another side of the fault counted | {len(real)} | {share(sides, len(real))} | – | – |",
        f"| faults that cost less than {LEAST:.0%} | {len(idle)} | {share(_hits(idle), len(idle))} | – "
        f"| {share(_firsts(idle), len(idle))} |",
        f"| best constant answer there ({size} causes every time) | {len(real)} | {recall:.2f} | {precision:.2f} | – |",
    ]


def _hits(planted: Sequence[Result]) -> int:
    return sum(r.cause in r.named for r in planted)


def _firsts(planted: Sequence[Result]) -> int:
    return sum(r.first == r.cause for r in planted)


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.2f}" if values else "–"


def _strength_row(strength: str, planted: Sequence[Result]) -> str:
    own = [r for r in planted if r.strength == strength]
    real = [r for r in own if costs(r)]
    return (
        f"| {strength or 'without degrees'} | {len(real)} | {share(_hits(real), len(real))} | {len(own) - len(real)} |"
    )


def _seeds(results: Sequence[Result]) -> str:
    """ "planted: 0, 1; near miss: 0; healthy: 0"."""
    by_kind: dict[str, set[int]] = {}
    for result in results:
        by_kind.setdefault(result.kind, set()).add(result.seed)
    return "; ".join(f"{kind}: {', '.join(map(str, sorted(seeds)))}" for kind, seeds in by_kind.items())


def _left(counts: Mapping[tuple[Kind, str], int]) -> str:
    """ "14 control on digit pictures", or "none"."""
    return ", ".join(f"{count} {kind} on {data}" for (kind, data), count in sorted(counts.items())) or "none"


def _summary(
    planted: Sequence[Result], controls: Sequence[Result], near: Sequence[Result], healthy: Sequence[Result]
) -> list[str]:
    beside = [(r, name) for r in planted for name in r.named if name != r.cause and name not in r.also]
    alarms, worth = len(beside), sum(name in r.confirmed for r, name in beside)
    fooled = sum(r.cause in r.named for r in near)
    touched, left = (
        sum(map(bool, names)) for names in ([r.confirmed for r in healthy], [r.suspected for r in healthy])
    )
    ill = sum(bool(r.confirmed) for r in controls)
    return [
        f"Causes named beside the planted one: {alarms}; {worth} of them passed the whole protocol (fixing them "
        "too is verified to help), and count as wrong all the same.",
        f"Near misses given the name of the fault they resemble: {fooled} of {len(near)}.",
        f"Controls with any confirmed cause: {ill} of {len(controls)}.",
        f"Healthy trainings with any confirmed cause: {touched} of {len(healthy)}.",
        f"Healthy trainings with a cause still suspected at the end: {left} of {len(healthy)}.",
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
    lines = ["## Wrong answers", "", "| case | kind | planted | costs | named | ending |", "|---|---|---|---|---|---|"]
    for r in results:
        extra = r.kind == "planted" and any(name != r.cause and name not in r.also for name in r.named)
        missed = r.kind == "planted" and r.cause not in r.named
        fooled = r.kind == "near miss" and r.cause in r.named
        if extra or missed or fooled or (r.kind in ("healthy", "control") and r.confirmed):
            cost = "–" if r.cost is None else f"{r.cost:.0%}"
            lines.append(
                f"| {r.name}, seed {r.seed} | {r.kind} | {r.cause or '–'} | {cost} "
                f"| {', '.join(r.named) or 'nothing'} | {r.ending} |"
            )
    return lines
