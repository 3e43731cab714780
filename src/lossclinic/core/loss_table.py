"""Losses compared by yardsticks, as a frozen value; `reports` turns it into a table and JSON, and computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lossclinic.core.report import Band

CellVerdict = Literal["own", "better", "worse", "not different", "unknown"]
TableEnding = Literal["compared", "budget-too-small", "failed"]


@dataclass(frozen=True)
class LossCell:
    """One loss by one yardstick.

    Attributes:
        mean: over the repeats; NaN where the yardstick could not be had.
        difference: from the script's own loss on the same repeats, positive where this one is better, with its
            interval; None for the own loss, and for fewer than two repeats.
        better_in: repeats in which this loss was better; equal ones count half.
        verdict: "better" and "worse" where the whole interval says so ("better" also asks for three repeats in four);
            "unknown" for too few repeats.
    """

    mean: float
    difference: Band | None
    better_in: float
    verdict: CellVerdict


@dataclass(frozen=True)
class LossRow:
    """One loss, at its own learning rate.

    Attributes:
        name: for people ("focal loss").
        code: as Keras takes it ('"binary_crossentropy"', "keras.losses.Tversky(alpha=0.7, beta=0.3)").
        rate: the learning rate that suits it best; None where a schedule decides.
        repeats: in which both this loss and the script's own could be trained.
        failures: trainings that failed.
        cells: yardstick → what it says.
    """

    name: str
    code: str
    rate: float | None
    repeats: int
    failures: int
    cells: Mapping[str, LossCell]


@dataclass(frozen=True)
class LossTable:
    """The answer of one comparison of losses.

    Attributes:
        name: "train.py:34".
        script: path of the script; None for a captured case without one.
        answer: the first line.
        ending: how it ended.
        yardsticks: name → which way is better, "higher" or "lower".
        rows: the script's own loss first.
        level: of the intervals: 0.95 for all comparisons by one yardstick together (Bonferroni).
        left_out: (loss, why) of what this training does not admit.
        flags: what a reader must know of the result, in sentences.
        notes: what was assumed, cut or could not be done.
        trainings: how many there were.
        elapsed_s: wall time.
        budget_s: what was allowed.
        folder: where the files lie.
        interrupted: whether Ctrl-C cut it short.
    """

    name: str
    script: str | None
    answer: str
    ending: TableEnding
    yardsticks: Mapping[str, Literal["higher", "lower"]]
    rows: tuple[LossRow, ...]
    level: float
    left_out: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    notes: tuple[str, ...]
    trainings: int
    elapsed_s: float
    budget_s: float
    folder: str = ""
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0: every loss was compared on enough repeats; 1: not."""
        return 0 if self.ending == "compared" and not self.interrupted else 1

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape, schema 1."""
        from lossclinic.reports.loss_table_json import table_to_dict

        return table_to_dict(self)
