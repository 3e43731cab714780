"""The answer as a frozen value; `reports` turns it into terminal text, HTML and JSON, and computes nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lossclinic.core.finding import Finding
from lossclinic.core.preflight import Check, Received
from lossclinic.core.trial import saves_some
from lossclinic.core.under_attack import UnderAttack

Ending = Literal["repaired", "suggestive", "nothing-to-fix", "data-must-change", "budget-too-small", "failed"]


@dataclass(frozen=True)
class Band:
    """A median with an interval (95 % for gains; the range over seeds for curves and scores)."""

    median: float
    low: float
    high: float


NO_BAND = Band(math.inf, math.inf, math.inf)
"""Where every run failed: failed runs have no score of their own; bands speak of the others, failure rates of them."""


def band_of(scores: Sequence[float]) -> Band | None:
    """Median and range of the scores that are finite; None where none is."""
    finite = [score for score in scores if math.isfinite(score)]
    return Band(float(statistics.median(finite)), min(finite), max(finite)) if finite else None


@dataclass(frozen=True)
class Curve:
    """Loss curves of one recipe over seeds, on the yardstick.

    Attributes:
        name: "baseline" or "treated".
        epochs: recorded epochs, 1-based.
        train: yardstick on training rows, one band for each recorded epoch.
        held_out: yardstick on held-out rows.
    """

    name: str
    epochs: tuple[int, ...]
    train: tuple[Band, ...]
    held_out: tuple[Band, ...]


@dataclass(frozen=True)
class ArmResult:
    """One arm that was tried.

    Attributes:
        name: remedies joined by " + ".
        remedies: their ids.
        causes: the causes that asked for them.
        setting: strength or learning rate, for people.
        stage: "screened" or "confirmed".
        gain: relative gain over the baseline; for a screened composition, over the same one without its last remedy.
            None where it could not be measured.
        p_better: share of pairs in which it was better.
        pairs: number of pairs.
        verdict: one phrase: "verified", "suggestive", "no difference", "worse", "failed: …".
    """

    name: str
    remedies: tuple[str, ...]
    causes: tuple[str, ...]
    setting: str
    stage: Literal["screened", "confirmed"]
    gain: Band | None
    p_better: float | None
    pairs: int
    verdict: str


@dataclass(frozen=True)
class Reference:
    """A reference model's score: a mark that is attainable without a network."""

    name: str
    held_out: float


@dataclass(frozen=True)
class Agreement:
    """A figure that people know, beside the score that decides; higher is better.

    Attributes:
        name: "accuracy" or, for masks, "Dice coefficient".
        baseline: on held-out rows over the seeds, in [0, 1]; None where every training failed.
        treated: the same with the prescription; None where there is none.
    """

    name: str
    baseline: Band | None
    treated: Band | None = None


@dataclass(frozen=True)
class ToPaste:
    """A change that could not be written into the script: what it is, and the code."""

    words: str
    code: str
    why: str


@dataclass(frozen=True)
class Rerun:
    """The repaired script, run for real.

    Attributes:
        ran: whether it ended with exit code 0 and trained.
        promised: interval of the held-out score that the experiment promised.
        got: yardstick of the repaired script's own model on the validation rows that it drew, or, where it draws none,
            on the locked rows, which it may have trained on; None if it did not run.
        kept: whether `got` is no worse than promised (with the seed spread as tolerance).
        words: one sentence.
    """

    ran: bool
    promised: Band | None
    got: float | None
    kept: bool
    words: str

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Rerun:
        """The same from its plain data (`core.canonical.plain`)."""
        promised = values["promised"]
        band = None if promised is None else Band(*(float(promised[name]) for name in ("median", "low", "high")))
        return replace(cls(**values), promised=band)


@dataclass(frozen=True)
class Contribution:
    """What one remedy of a composition does beside the others, on fresh seeds.

    Attributes:
        remedy: its id.
        cause: the cause that asked for it.
        beside: the other remedies of the set that it was left out of.
        without: held-out score of the set without it, over the seeds; None where the others do not apply without it.
        gain: by how much lower the loss is with it than without; None as above.
        p_better: share of pairs in which the set was better with it; None as above.
        pairs: number of pairs.
        kept: whether it is part of the prescription.
        verdict: one phrase.
    """

    remedy: str
    cause: str
    beside: tuple[str, ...]
    without: Band | None
    gain: Band | None
    p_better: float | None
    pairs: int
    kept: bool
    verdict: str


@dataclass(frozen=True)
class Prescription:
    """What to change.

    Attributes:
        remedies: ids in order.
        changes: the changes in words.
        verified: whether every condition of the protocol holds.
        why_not: the first that does not; "".
        gain: relative gain from confirmation runs.
        p_better: share of pairs in which the treated run was better.
        pairs: number of pairs.
        failure_rate: share of treated runs that failed.
        failure_bound: upper 95 % bound of it.
        baseline: held-out score of the baseline in the confirmation runs.
        treated: the same for the treated recipe.
        locked_baseline: median score of the baseline on the locked rows.
        locked_treated: the same for the treated recipe.
        diff: path of fix.diff, or None.
        script: path of the repaired script, or None.
        model: path of the repaired model, or None.
        to_paste: changes that could not be written into the script.
        rerun: the repaired script's own result.
        contributions: what each of several remedies does, those that were left out included; () for a single one and
            where nothing is verified.
        yardstick: what gain, pairs, scores and locked rows are measured by, where it is not that of the fit:
            "log-loss under attack".
        promised: held-out score on rows as they are, where `treated` is not that.
        stuck_before: how many of the baseline's runs failed or learnt nothing: no better than the best constant answer.
        stuck: how many of the treated runs.
    """

    remedies: tuple[str, ...]
    changes: tuple[str, ...]
    verified: bool
    why_not: str
    gain: Band
    p_better: float
    pairs: int
    failure_rate: float
    failure_bound: float
    baseline: Band
    treated: Band
    locked_baseline: float | None
    locked_treated: float | None
    diff: str | None = None
    script: str | None = None
    model: str | None = None
    to_paste: tuple[ToPaste, ...] = ()
    rerun: Rerun | None = None
    contributions: tuple[Contribution, ...] = ()
    yardstick: str = ""
    promised: Band | None = None
    stuck_before: int = 0
    stuck: int = 0

    @property
    def rescues(self) -> bool:
        """Whether it is worth telling how many fewer trainings learn nothing with it."""
        return saves_some(self.stuck_before, self.stuck, self.pairs)

    @property
    def as_they_are(self) -> Band:
        """Held-out score of the treated recipe on rows as they are."""
        return self.promised or self.treated


@dataclass(frozen=True)
class Asked:
    """What became of a remedy that the user asked about (`--try`), alone against the unchanged training.

    Attributes:
        remedy: its id.
        answer: what it does to the held-out score on fresh seeds, or why it does not apply, in one sentence.
        changes: the changes in words; () where it does not apply.
        diff: path of its diff of the script, or None.
        script: path of the script with it, or None.
        model: path of the model trained with it, or None.
        to_paste: changes that could not be written into the script.
    """

    remedy: str
    answer: str
    changes: tuple[str, ...] = ()
    diff: str | None = None
    script: str | None = None
    model: str | None = None
    to_paste: tuple[ToPaste, ...] = ()


@dataclass(frozen=True)
class FitReport:
    """The answer for one training of the script.

    Attributes:
        name: "train.py:34".
        line: line of the fit, or None.
        task: kind of task.
        rows: rows by part: "train", "held_out", "locked".
        yardstick: its name; lower is better.
        answer: the first line: what to do, in one sentence.
        ending: how it ended.
        baseline_train: yardstick on training rows over the seeds.
        baseline_held_out: yardstick on held-out rows over the seeds.
        agreement: the accuracy or Dice coefficient, for people; None where there is none.
        under_attack: how the network stands up to inputs that are moved against it; None where that was not asked.
        references: attainable marks.
        findings: ranked, most worthwhile first.
        preflight: what a careful person tests before training in earnest; () where nothing was.
        received: one batch as the first layer gets it; None where it was not looked at.
        prescription: what to change; None where there is nothing to prescribe.
        asked: what became of each remedy that the user asked about.
        curves: baseline and treated.
        arms: every arm that was tried.
        headroom: gains that are real but below `--min-gain`, in sentences.
        notes: what was assumed, cut or could not be done.
        trainings: how many there were for this answer.
        updates: updates of weights that they took.
        history: what the user's own fit recorded.
    """

    name: str
    line: int | None
    task: str
    rows: dict[str, int]
    yardstick: str
    answer: str
    ending: Ending
    baseline_train: Band | None = None
    baseline_held_out: Band | None = None
    agreement: Agreement | None = None
    under_attack: UnderAttack | None = None
    references: tuple[Reference, ...] = ()
    findings: tuple[Finding, ...] = ()
    preflight: tuple[Check, ...] = ()
    received: Received | None = None
    prescription: Prescription | None = None
    asked: tuple[Asked, ...] = ()
    curves: tuple[Curve, ...] = ()
    arms: tuple[ArmResult, ...] = ()
    headroom: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trainings: int = 0
    updates: int = 0
    history: dict[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])


@dataclass(frozen=True)
class Report:
    """The answer for one script or model.

    Attributes:
        script: path of the script; None for a call from Python.
        budget_s: what the user allowed, in seconds; infinite where trainings were counted instead.
        elapsed_s: what it took.
        fits: one for each training.
        folder: where report.json, report.html, fix.diff and the models lie; "" if nothing was written.
        interrupted: whether Ctrl-C cut it short.
        notes: about the run as a whole.
    """

    script: str | None
    budget_s: float
    elapsed_s: float
    fits: tuple[FitReport, ...]
    folder: str = ""
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: nothing to fix, or repaired; 1: problems found and not repaired; 3: the training itself failed."""
        endings = {fit.ending for fit in self.fits}
        if self.interrupted or not endings:
            return 1 if self.fits else 3
        return 0 if endings <= {"repaired", "nothing-to-fix"} else 1

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, schema 1."""
        from lossclinic.reports.json import report_to_dict

        return report_to_dict(self)

    def _repr_html_(self) -> str:
        """The HTML report, for notebooks: in a frame of its own."""
        from lossclinic.reports.html import render_notebook

        return render_notebook(self)
