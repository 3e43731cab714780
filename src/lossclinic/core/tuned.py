"""What tuning came to, as a frozen value; `reports` turns it into terminal text and JSON, and computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lossclinic.core.report import Band, Prescription

Setting = float | int | str
TunedEnding = Literal["better", "suggestive", "already-good", "budget-too-small", "failed"]


@dataclass(frozen=True)
class TunedTrial:
    """One point of the search.

    Attributes:
        settings: parameter → what it was set to; "epochs" is the best step.
        score: mean held-out score on the rows that select; None for a point that failed.
        spread: standard deviation over the draws; None for fewer than two.
        state: "trained", "stopped after 3 epochs" or "failed: …".
        seconds: that its trainings took.
    """

    settings: Mapping[str, Setting]
    score: float | None
    spread: float | None
    state: str
    seconds: float


@dataclass(frozen=True)
class Parameter:
    """One parameter that was tuned.

    Attributes:
        name: "learning-rate", …
        now: the script's own setting.
        best: the best point's.
        searched: the range, for people.
        importance: its share in deciding which points are among the best tenth (PED-ANOVA); None with too few points.
        edge: whether the best point sits on the "lower" or "upper" end of a range that could go on there; "".
    """

    name: str
    now: Setting
    best: Setting
    searched: str
    importance: float | None
    edge: str = ""


@dataclass(frozen=True)
class Nested:
    """The best settings against the script's own on rows that no selection ever looked at.

    Attributes:
        before: score of the script's own settings: median and range over the seeds.
        after: the same of the best settings.
        gain: relative gain with its interval, which covers the seeds and the choice of these rows.
        level: of the interval: 0.95, or more where several arms are compared.
        p_better: share of the paired seeds on which the best settings were better.
        pairs: number of paired seeds.
        failures: share of the runs with the best settings that failed.
    """

    before: Band
    after: Band
    gain: Band
    level: float
    p_better: float
    pairs: int
    failures: float


@dataclass(frozen=True)
class TunedArm:
    """One value of the parameter that is compared, with the other parameters tuned for it; or all there is.

    Attributes:
        name: "optimizer Adam"; "" where nothing is compared.
        best: its best point; None where none could be trained.
        own: the point that it began with.
        parameters: most important first.
        trials: every point, in order.
        noise: how many other points are within the spread of the best one's draws.
        nested: the comparison on rows that no selection looked at; None where there was no time for it, or nothing
            to compare.
    """

    name: str
    best: TunedTrial | None
    own: TunedTrial | None
    parameters: tuple[Parameter, ...]
    trials: tuple[TunedTrial, ...]
    noise: int
    nested: Nested | None


@dataclass(frozen=True)
class Tuned:
    """The answer of one tuning.

    Attributes:
        name: "train.py:34".
        script: path of the script; None for a call from Python.
        answer: the first line.
        ending: how it ended.
        yardstick: name of the score; lower is better.
        rows: rows by part: "train", "held_out", "locked".
        method: how points were chosen.
        scoring: how a point was scored, for people.
        arms: one, or one for each value of the parameter that is compared; the winner first.
        prescription: the winner's change; None where there is none.
        fixed: (name, why) of what was not tuned.
        flags: what a reader must know of the result, in sentences.
        notes: what was assumed, cut or could not be done.
        trainings: how many there were.
        elapsed_s: wall time.
        budget_s: what was allowed; infinite where trainings are counted.
        folder: where the files lie; "" if none were written.
        storage: where the trials lie; "" if nowhere.
        interrupted: whether Ctrl-C cut it short.
    """

    name: str
    script: str | None
    answer: str
    ending: TunedEnding
    yardstick: str
    rows: Mapping[str, int]
    method: str
    scoring: str
    arms: tuple[TunedArm, ...]
    prescription: Prescription | None
    fixed: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    notes: tuple[str, ...]
    trainings: int
    elapsed_s: float
    budget_s: float
    folder: str = ""
    storage: str = ""
    interrupted: bool = False

    @property
    def best(self) -> Mapping[str, Setting]:
        """The winner's settings; {} where there is none."""
        return self.arms[0].best.settings if self.arms and self.arms[0].best else {}

    @property
    def exit_code(self) -> int:
        """0: better settings were found and hold, or the script's own are the best; 1: neither is known."""
        return 0 if self.ending in ("better", "already-good") and not self.interrupted else 1

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape, schema 1."""
        from lossclinic.reports.tuned_json import tuned_to_dict

        return tuned_to_dict(self)
