"""What a comparison of trainings came to, as a frozen value; `reports` turns it into text, and computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lossclinic.core.report import Band

Outcome = Literal["better", "equal", "open"]
ComparedEnding = Literal["better", "no-difference", "not-known", "budget-too-small", "failed"]


@dataclass(frozen=True)
class Against:
    """The best training against another one, paired over the repeats.

    Attributes:
        gain: relative gain of the best over the other with its interval; 0.4: its held-out loss is 40 % lower.
        level: of the interval: 0.95, or more where there are several pairs of trainings.
        p_better: probability that the best is better on average over such draws of rows and seeds, in [0, 1].
        wins: share of the repeats on which the best was better (ties count half).
        pairs: number of repeats that both were trained on.
        outcome: "better", "equal" (the interval lies within what does not matter) or "open".
        why: why it is open; "" otherwise.
    """

    gain: Band
    level: float
    p_better: float
    wins: float
    pairs: int
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Candidate:
    """One of the trainings.

    Attributes:
        name: short name for people ("b.py").
        place: where its fit stands ("b.py:34").
        score: average held-out score (of the logarithms, as gains are), failed trainings included; infinite where all
            failed.
        held_out: score on held-out rows: median and range over the repeats; infinite where all failed.
        train: the same on training rows.
        agreement: accuracy or Dice coefficient on held-out rows; None where there is none.
        scores: held-out score of each repeat, in the order of the repeats; infinite for a failed training.
        failures: trainings that failed.
        failed: why the first of them did; "" where none did.
        parameters: numbers that the model's weights consist of; 0 where that is not known.
        seconds: median wall time of one training.
        against: the best against this one; None for the best itself, and where there are too few repeats.
    """

    name: str
    place: str
    score: float
    held_out: Band
    train: Band
    agreement: Band | None
    scores: tuple[float, ...]
    failures: int
    failed: str
    parameters: int
    seconds: float
    against: Against | None = None


@dataclass(frozen=True)
class Compared:
    """The answer of one comparison.

    Attributes:
        answer: the first line.
        ending: "better" (the best is better than every other), "no-difference" (none that matters), "not-known".
        yardstick: name of the score; lower is better.
        agreement: what people call the agreement; "" where there is none.
        rows: rows of one draw by part: "train", "validation", "held_out".
        scoring: how rows are held out, for people.
        folds: K of K-fold cross-validation; 0: repeated hold-out.
        wanted: repeats that were asked for.
        candidates: best first.
        min_gain: smallest relative difference that matters.
        notes: what was assumed, cut or could not be done.
        trainings: how many there were.
        elapsed_s: wall time.
        budget_s: what was allowed.
        folder: where the files lie; "" if none were written.
        interrupted: whether Ctrl-C cut it short.
    """

    answer: str
    ending: ComparedEnding
    yardstick: str
    agreement: str
    rows: Mapping[str, int]
    scoring: str
    folds: int
    wanted: int
    candidates: tuple[Candidate, ...]
    min_gain: float
    notes: tuple[str, ...]
    trainings: int
    elapsed_s: float
    budget_s: float
    folder: str = ""
    interrupted: bool = False

    @property
    def repeats(self) -> int:
        """Repeats that every training was made on."""
        return min((len(candidate.scores) for candidate in self.candidates), default=0)

    @property
    def exit_code(self) -> int:
        """0: one is better, or they differ by nothing that matters; 1: that is not known, or interrupted."""
        return 0 if self.ending in ("better", "no-difference") and not self.interrupted else 1

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape, schema 1."""
        from lossclinic.reports.compared_json import compared_to_dict

        return compared_to_dict(self)
