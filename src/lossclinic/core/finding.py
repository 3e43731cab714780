"""What was found about one cause: a status with its evidence, never a bare boolean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

LATENT = 0.1
"""Severity of a fault that costs nothing today."""
Status = Literal["confirmed", "observed", "suspected", "refuted", "clear", "untestable"]


@dataclass(frozen=True)
class Fact:
    """One piece of evidence: a sentence for people, and the number behind it."""

    text: str
    value: float | str | None = None


@dataclass(frozen=True)
class Where:
    """What a finding points at; each part may be absent."""

    layer: str | None = None
    column: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Effect:
    """What an intervention on the cause was worth, from confirmation runs only.

    Attributes:
        median: median relative gain on held-out rows (0.4: the loss falls by 40 %).
        low: lower end of the 95 % interval of the gain.
        high: upper end.
        p_better: share of pairs in which the treated run was better.
        pairs: number of paired runs.
    """

    median: float
    low: float
    high: float
    p_better: float
    pairs: int


@dataclass(frozen=True)
class Finding:
    """The outcome for one cause.

    Attributes:
        cause: id in the catalogue.
        status: see `Status`.
        severity: 0 … 1, how much it costs (or is expected to cost).
        confidence: 0 … 1, how strongly the evidence points at this cause before any experiment.
        evidence: the facts behind it.
        where: what it points at.
        remedies: ids of the remedies to try, best first.
        effect: what fixing it was worth; None before confirmation.
        reason: one sentence that explains the status.
        is_fact: whether it is true whatever an experiment says, which only tells what it costs (a loss that does not
            go with the output, say); such a finding is never refuted.
    """

    cause: str
    status: Status
    severity: float = 0.0
    confidence: float = 0.0
    evidence: tuple[Fact, ...] = ()
    where: Where | None = None
    remedies: tuple[str, ...] = ()
    effect: Effect | None = None
    reason: str = ""
    is_fact: bool = False

    def settled(self, status: Status, reason: str, effect: Effect | None = None) -> Finding:
        """The same finding after its experiment; a fact stays one, of low severity where it costs nothing today."""
        if self.is_fact and status == "refuted":
            reason = f"true, but it costs nothing today: {reason}"
            return replace(self, status="observed", severity=min(self.severity, LATENT), reason=reason, effect=effect)
        if self.is_fact and status == "suspected":
            return replace(
                self, status="observed", reason=f"true, but what it costs is not sure: {reason}", effect=effect
            )
        return replace(self, status=status, reason=reason, effect=effect)
