"""What can be said of a training without any experiment, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from lossclinic.core.case import Place
from lossclinic.core.finding import Finding

Level = Literal["low", "medium", "high"]
FailOn = Literal["low", "medium", "high", "never"]
LEVELS: tuple[Level, ...] = get_args(Level)
MEDIUM, HIGH = 0.3, 0.6
"""Severities from which a finding counts for medium and high: thirds of what causes give, which rarely pass .9."""
LIKELY = 0.5


@dataclass(frozen=True)
class Sign:
    """A finding that something may be wrong.

    Attributes:
        finding: "observed" or "suspected"; never "confirmed", which takes an experiment.
        level: how much it counts, see `level_of`.
        place: the line to look at, or a file with line 1 where there is no script; None where nothing is known.
    """

    finding: Finding
    level: Level
    place: Place | None = None


@dataclass(frozen=True)
class Checked:
    """What one training, model or log shows.

    Attributes:
        name: "train.py:34", "model.keras", "logs/a".
        kind: what was looked at: "training" (data, model and history), "model" or "history" alone.
        answer: what to look at first, in one sentence.
        task: kind of task; "" where it is not known.
        rows: rows that were looked at; 0 for a model or a log.
        epochs: epochs in the history.
        line: line of the fit; None where there is none.
        failure: what keeps the training from working at all (an error in fit, targets that never vary); "".
        signs: what may be wrong, first the one to look at first.
        clear: ids of causes without a sign of them.
        open: ids of causes that only an experiment can tell.
        notes: remarks for people.
        history: metric name → one value for each epoch.
    """

    name: str
    kind: Literal["training", "model", "history"]
    answer: str
    task: str = ""
    rows: int = 0
    epochs: int = 0
    line: int | None = None
    failure: str = ""
    signs: tuple[Sign, ...] = ()
    clear: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    history: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])


@dataclass(frozen=True)
class Checkup:
    """The answer of `lossclinic check`.

    Attributes:
        target: what was checked, as the user named it.
        checked: one for each training of a script, or run of a log.
        fail_on: the level from which a sign makes `exit_code` 1.
        script_s: seconds that the script itself took; 0 where none ran.
        elapsed_s: seconds in all.
        notes: remarks about the whole.
    """

    target: str
    checked: tuple[Checked, ...]
    fail_on: FailOn = "high"
    script_s: float = 0.0
    elapsed_s: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1: a training fails, or a sign counts for `fail_on` or more; 0 otherwise, and for "never"."""
        if self.fail_on == "never":
            return 0
        counting = LEVELS[LEVELS.index(self.fail_on) :]
        return int(any(each.failure or any(s.level in counting for s in each.signs) for each in self.checked))

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, schema 1."""
        from lossclinic.reports.checkup_json import checkup_to_dict

        return checkup_to_dict(self)


def level_of(finding: Finding) -> Level:
    """How much a finding counts in a pipeline.

    Its severity decides. A suspicion that no experiment has tested counts for medium at most, however much it may
    cost, and for low where it is less likely than not: from outside, a healthy training and an ailing one can look the
    same.
    """
    certain = finding.status == "observed" or finding.is_fact
    if finding.severity >= HIGH and certain:
        return "high"
    return "medium" if finding.severity >= MEDIUM and (certain or finding.confidence >= LIKELY) else "low"


def ranked(signs: list[Sign]) -> tuple[Sign, ...]:
    """The signs in the order in which to look at them: level, then what is a fact, then expected cost."""

    def order(sign: Sign) -> tuple[int, bool, float]:
        finding = sign.finding
        certain = finding.status == "observed" or finding.is_fact
        return LEVELS.index(sign.level), certain, finding.severity * (1.0 if certain else finding.confidence)

    return tuple(sorted(signs, key=order, reverse=True))


def fail_on_of(word: str) -> FailOn:
    """The level that a word names.

    Raises:
        UsageError: it names none.
    """
    from lossclinic.core.errors import UsageError

    if word not in get_args(FailOn):
        raise UsageError(f"fail_on is {word!r}.", expected=" or ".join(get_args(FailOn)))
    return cast("FailOn", word)
