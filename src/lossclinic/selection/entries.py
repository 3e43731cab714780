"""What is compared: trainings with names, on the same rows and targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lossclinic.core.case import Case
from lossclinic.core.errors import UsageError

SAME_TASK = "Compare trainings that predict the same thing; no score is fair to both of these."


@dataclass(frozen=True, eq=False)
class Entry:
    """One training that takes part.

    Attributes:
        name: short name for people, one of a kind.
        case: the training.
    """

    name: str
    case: Case


def entries_of(found: Sequence[tuple[Path, Sequence[Case]]], fits: Sequence[int]) -> tuple[list[Entry], list[str]]:
    """Choose the trainings to compare, and name them.

    Args:
        found: each target with the trainings it was found to have.
        fits: numbers (from 1) of the trainings to take from every target; (): all of a single target that differ, the
            first of each of several.

    Returns:
        The entries, and what was left out, in sentences.

    Raises:
        UsageError: a number is too large, or fewer than two trainings are left.
    """
    chosen: list[tuple[str, Case]] = []
    left_out: list[str] = []
    names = Counter(target.name for target, _ in found)
    for target, cases in found:
        name = target.name if names[target.name] == 1 else str(target)
        numbers = list(fits) or list(range(1, len(cases) + 1 if len(found) == 1 else 2))
        if max(numbers) > len(cases):
            raise UsageError(f"--fit {max(numbers)}: {name} has {len(cases)} training(s).", do="Count them from 1.")
        if len(numbers) < len(cases):
            left_out.append(f"{name} has {len(cases)} trainings, of which {_told(numbers)}; --fit N chooses others")
        one = len(numbers) == 1 and len(found) > 1
        chosen += [(name if one else cases[number - 1].name, cases[number - 1]) for number in numbers]
    if len(found) == 1 and not fits:
        chosen = _different(chosen, left_out)
    if len(chosen) < 2:
        raise UsageError(
            "There is one training, and a comparison needs two.",
            expected="several scripts, or one script with several trainings that differ",
            do="lossclinic compare a.py b.py",
        )
    return _numbered(chosen), left_out


def _told(numbers: Sequence[int]) -> str:
    if list(numbers) == [1]:
        return "the first takes part"
    return f"{' and '.join(map(str, numbers))} take part"


def _different(chosen: list[tuple[str, Case]], left_out: list[str]) -> list[tuple[str, Case]]:
    first: dict[str, tuple[str, Case]] = {}
    for name, case in chosen:
        first.setdefault(case.recipe.key if case.native is None else str(id(case)), (name, case))
    if len(first) < len(chosen):
        left_out.append(f"{len(chosen) - len(first)} further training(s) repeat an earlier one and were left out")
    return list(first.values())


def _numbered(chosen: Sequence[tuple[str, Case]]) -> list[Entry]:
    """Rounds of one loop stand at one line: they are told apart by their number."""
    counts = Counter(name for name, _ in chosen)
    seen: Counter[str] = Counter()
    entries: list[Entry] = []
    for name, case in chosen:
        seen[name] += 1
        entries.append(Entry(f"{name} #{seen[name]}" if counts[name] > 1 else name, case))
    return entries


def check_same(entries: Sequence[Entry]) -> list[str]:
    """Make sure that all trainings have the same rows in the same order, and the same targets.

    Inputs may differ, since the scripts may prepare them differently; targets may be written differently (class
    numbers, one-hot rows, -1 and 1), but must mean the same.

    Returns:
        Remarks for people.

    Raises:
        UsageError: the rows or targets differ; says how.
    """
    first = entries[0]
    notes: list[str] = []
    for other in entries[1:]:
        _check_pair(first, other)
        a, b = first.case.data.x, other.case.data.x
        if a.shape != b.shape or not np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f"):
            notes.append(
                f"the inputs of {first.name} and {other.name} differ, so they were taken to be the same rows prepared "
                "differently; what a script computes from all rows before fit has seen the held-out ones"
            )
    return notes


def _check_pair(first: Entry, other: Entry) -> None:
    a, b = first.case, other.case
    kinds = [(case.task.kind, case.task.outputs) for case in (a, b)]
    if kinds[0] != kinds[1]:
        what = " and ".join(f"{e.name} predicts {_task(e.case)}" for e in (first, other))
        raise UsageError(f"The targets differ: {what}.", expected="the same task in all trainings", do=SAME_TASK)
    sizes = [(case.data.n_train, len(case.data) - case.data.n_train) for case in (a, b)]
    if sizes[0] != sizes[1]:
        what = " and ".join(
            f"{e.name} has {n} rows to train on and {v} as validation data"
            for e, (n, v) in zip((first, other), sizes, strict=True)
        )
        raise UsageError(
            f"The rows differ: {what}.",
            expected="the same rows in the same order, divided alike",
            do="read and split the data in the same way in both; which rows are held out is decided here.",
        )
    targets = [case.task.encode(case.data.y) for case in (a, b)]
    if np.allclose(targets[0], targets[1], rtol=1e-5, atol=1e-8, equal_nan=True):
        return
    raise UsageError(f"The targets differ: {_difference(first, other, targets)}", do=_advice(targets))


def _difference(first: Entry, other: Entry, targets: Sequence[np.ndarray]) -> str:
    one, two = (values.reshape(len(values), -1) for values in targets)
    rows = np.flatnonzero(~np.isclose(one, two, rtol=1e-5, atol=1e-8, equal_nan=True).all(axis=1))
    at = int(rows[0])
    return (
        f"{len(rows)} of {len(one)} rows, the first of them row {at}, which is {one[at].tolist()} in {first.name} and "
        f"{two[at].tolist()} in {other.name}."
    )


def _advice(targets: Sequence[np.ndarray]) -> str:
    one, two = (np.sort(values.reshape(len(values), -1), axis=0) for values in targets)
    if np.allclose(one, two, rtol=1e-5, atol=1e-8, equal_nan=True):
        return "they are the same targets in another order: give the split or shuffle the same random_state in both."
    return "let both scripts predict the same targets in the same units (scale them inside the model, or not at all)."


def _task(case: Case) -> str:
    task = case.task
    if task.kind == "regression":
        return "a number" if task.outputs == 1 else f"{task.outputs} numbers"
    return f"{task.outputs} yes/no labels" if task.kind == "multilabel" else f"one of {task.outputs} classes"
