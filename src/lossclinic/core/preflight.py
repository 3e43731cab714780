"""What a careful person looks at before training in earnest, measured on one network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

Outcome = Literal["passed", "failed", "unknown"]


@dataclass(frozen=True)
class Received:
    """One batch as the first layer gets it, after every preparation and augmentation.

    Attributes:
        shape: of the batch, rows first.
        dtype: its type.
        low: smallest finite value.
        mean: of the finite values.
        high: largest finite value.
        zeros: share of values that are exactly 0.
        missing: share of values that are no numbers.
        rows: the first values of the first rows; () for pictures.
        picture: the first pictures side by side, as a PNG in a data address; "" for what is no picture.
    """

    shape: tuple[int, ...]
    dtype: str
    low: float
    mean: float
    high: float
    zeros: float
    missing: float
    rows: tuple[tuple[float, ...], ...] = ()
    picture: str = ""


@dataclass(frozen=True)
class Preflight:
    """Measurements on a fresh network and after its training. Scores are the yardstick; None: not measured.

    Attributes:
        at_start: score of fresh weights on a sample of training rows.
        one_batch: scores of one batch before and after `updates` updates on this batch alone.
        updates: how many there were.
        mixing: largest change of one row's output in inference mode when the other rows of its batch are replaced by 0,
            over the deviation of outputs.
        modes: score on a sample of training rows after training, in training mode and in inference mode.
        repeats: whether two trainings from the same seed came out the same, bit for bit.
        rates: learning rates of the range test, ascending; () where a schedule decides the rate.
        losses: loss of one update's batch at each of them, not finite from where training explodes.
        received: what the first layer gets.
    """

    at_start: float | None = None
    one_batch: tuple[float, float] | None = None
    updates: int = 0
    mixing: float | None = None
    modes: tuple[float, float] | None = None
    repeats: bool | None = None
    rates: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    received: Received | None = None

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Preflight:
        """The same from its plain data (`core.canonical.plain`)."""
        known = {name: _numbers(value) for name, value in values.items() if name != "received"}
        got = values["received"]
        if got is None:
            return cls(**known)
        words = {name: got[name] for name in ("dtype", "picture")}
        numbers = {name: _numbers(value) for name, value in got.items() if name not in words}
        return cls(**known, received=Received(**numbers, **words))


def _numbers(value: Any) -> Any:
    """Lists as tuples, and the words for numbers that are not finite as numbers."""
    if isinstance(value, list):
        return tuple(_numbers(item) for item in cast("list[Any]", value))
    return float(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Check:
    """One pre-flight test, for people.

    Attributes:
        id: short name.
        title: what is asked.
        outcome: whether it passed.
        text: what was measured, in one sentence; for "unknown", why it was not.
    """

    id: str
    title: str
    outcome: Outcome
    text: str
