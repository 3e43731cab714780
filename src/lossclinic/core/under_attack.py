"""How a network stands up to inputs that are moved against it, as the report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from lossclinic.core.preflight import Check


@dataclass(frozen=True)
class Standing:
    """How networks answer rows that are moved by one size of attack.

    Attributes:
        right: share of rows that are answered right.
        score: yardstick on them; lower is better.
    """

    right: float
    score: float


@dataclass(frozen=True)
class AttackedAt:
    """One size of attack.

    Attributes:
        size: how far inputs were moved; 0 for rows as they are.
        baseline: the user's recipe.
        treated: the hardened one; None where none was put to the test.
    """

    size: float
    baseline: Standing
    treated: Standing | None = None


@dataclass(frozen=True)
class UnderAttack:
    """How the network stands up to inputs that are moved against it.

    Attributes:
        threat: how far they were moved, in words.
        size: the same as a number.
        norm: "inf" or "2".
        relative: whether the size counts deviations of each column.
        rows: held-out rows that were attacked in each network.
        sweep: sizes from 0 to well beyond that of the threat, ascending.
        checks: whether the attack itself works.
        believable: whether it does: all checks passed.
        outcome: what became of the remedy, and whether the figures can be believed.
        price: what the hardening does to rows as they are; "" where none was put to the test.
    """

    threat: str
    size: float
    norm: str
    relative: bool
    rows: int
    sweep: tuple[AttackedAt, ...]
    checks: tuple[Check, ...]
    believable: bool
    outcome: str
    price: str = ""
