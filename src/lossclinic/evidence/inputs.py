"""What the input columns hold: scales, constants, gaps and values that stand in for gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case
from lossclinic.core.recipe import Recipe

Array = np.ndarray[Any, Any]
SENTINELS = (0.0, -1.0, -99.0, -999.0, -9999.0, 999.0, 9999.0)
"""Numbers that commonly stand for "not measured"; the zeros of the Pima diabetes data are the textbook example."""
SENTINEL_SHARE = (0.01, 0.6)
"""A sentinel is rare enough to be no normal value and frequent enough to be no accident."""
SENTINEL_DISTANCE = 3.0
"""A sentinel lies at least this many deviations of the other values outside their range."""
SAME_MEASURE_COLUMNS = 16
"""From this many non-negative columns with one common maximum on, columns are read as pixels of one picture."""
SHOWN = 5
BLOCK_VALUES = 1_000_000
"""Values looked at in one go."""
MOST_VALUES = 4_000_000
"""Deviations, flags and sentinels are looked for among so many values at most: enough for three digits of each."""
FEWEST_ROWS = 2000
NORMALISING = ("Normalization", "BatchNormalization")


@dataclass(frozen=True)
class Column:
    """One input column (the last axis of images and sequences), over the finite values of all other axes.

    Attributes:
        name: the column's name, or "column 3".
        mean: mean.
        std: standard deviation.
        low: smallest value.
        high: largest value.
        missing: number of non-finite values.
        flag: whether it holds only 0 and 1.
        sentinel: a value that looks like a stand-in for "not measured", or None.
        sentinel_share: its share of the rows.
    """

    name: str
    mean: float
    std: float
    low: float
    high: float
    missing: int = 0
    flag: bool = False
    sentinel: float | None = None
    sentinel_share: float = 0.0

    @property
    def scale(self) -> float:
        """The larger of |mean| and deviation: the size of what enters the network."""
        return max(abs(self.mean), self.std)


@dataclass(frozen=True)
class InputStatistics:
    """What the inputs of a case look like.

    Attributes:
        rows: number of rows.
        columns: one for each position of the last axis.
        image: whether the inputs are pictures (rank 4, or pixels with one common range).
        tokens: whether the inputs are whole numbers that an Embedding layer looks up.
        missing: number of non-finite values.
        missing_rows: the first row numbers that hold one.
        mean: mean of all finite values.
        std: deviation of all finite values.
        scale_ratio: largest over smallest deviation of columns that vary and are no 0/1 flags; 1 for images and tokens.
    """

    rows: int
    columns: tuple[Column, ...]
    image: bool
    tokens: bool
    missing: int
    missing_rows: tuple[int, ...]
    mean: float
    std: float
    scale_ratio: float

    @property
    def constant(self) -> tuple[str, ...]:
        """Names of the columns that hold one value."""
        return tuple(column.name for column in self.columns if column.std == 0 and not column.missing)


def inputs(case: Case) -> InputStatistics:
    """Measure the inputs of a case as the model receives them."""
    x = np.asarray(case.data.x)
    x = x.reshape(len(x), 1) if x.ndim == 1 else x
    first = next((layer for layer in architecture.layers(case.recipe.model) if layer.class_name != "InputLayer"), None)
    tokens = first is not None and first.class_name == "Embedding"
    if x.dtype.kind not in "fiub":
        return InputStatistics(len(x), (), False, tokens, 0, (), 0.0, 1.0, 1.0)
    extent = _extent(x)
    values = _sample(x.reshape(-1, x.shape[-1])).astype(np.float64)
    finite = np.isfinite(values)
    columns = _columns(values, finite, extent, case.data.columns)
    known = values[finite]
    image = not tokens and (x.ndim >= 4 or _one_measure(columns))
    varying = [column.std for column in columns if column.std > 0 and not column.flag]
    return InputStatistics(
        rows=len(x),
        columns=columns,
        image=image,
        tokens=tokens,
        missing=int(extent.missing.sum()),
        missing_rows=extent.gaps,
        mean=float(known.mean()) if known.size else 0.0,
        std=float(known.std()) if known.size else 0.0,
        scale_ratio=max(varying) / min(varying) if varying and not image and not tokens else 1.0,
    )


@dataclass(frozen=True, eq=False)
class _Extent:
    """What only all values together can say.

    Attributes:
        low: the smallest finite value of each column; infinite where there is none.
        high: the largest.
        missing: the number of non-finite values of each column.
        gaps: the first row numbers that hold one.
    """

    low: Array
    high: Array
    missing: Array
    gaps: tuple[int, ...]


def _extent(x: Array) -> _Extent:
    width = x.shape[-1]
    low, high, missing = np.full(width, np.inf), np.full(width, -np.inf), np.zeros(width, dtype=np.int64)
    gaps: list[int] = []
    # A block at a time: the rows may lie on disk, and a copy of all of them may be more than there is memory.
    step = max(BLOCK_VALUES * len(x) // max(x.size, 1), 1)
    for start in range(0, len(x), step):
        block = x[start : start + step].astype(np.float64)
        finite = np.isfinite(block)
        flat, known = block.reshape(-1, width), finite.reshape(-1, width)
        low = np.minimum(low, np.min(flat, axis=0, initial=np.inf, where=known))
        high = np.maximum(high, np.max(flat, axis=0, initial=-np.inf, where=known))
        missing += (~known).sum(axis=0)
        if len(gaps) < SHOWN:
            gaps += (start + np.flatnonzero(~finite.reshape(len(block), -1).all(axis=1))).tolist()
    return _Extent(low, high, missing, tuple(gaps[:SHOWN]))


def _sample(rows: Array) -> Array:
    """All rows, or an even sample where they are so many that it tells as much."""
    most = max(MOST_VALUES // rows.shape[1], FEWEST_ROWS)
    if len(rows) <= most:
        return rows
    return rows[np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))]


def _columns(values: Array, finite: Array, extent: _Extent, names: tuple[str, ...]) -> tuple[Column, ...]:
    found: list[Column] = []
    for at in range(values.shape[1]):
        known = values[finite[:, at], at]
        name = str(names[at]) if len(names) == values.shape[1] else f"column {at}"
        missing = int(extent.missing[at])
        if not known.size:
            found.append(Column(name, 0.0, 0.0, 0.0, 0.0, missing))
            continue
        low, high = float(extent.low[at]), float(extent.high[at])
        # A column that varies may not do so in the sample.
        std = 0.0 if low == high else float(known.std()) or (high - low) / len(values)
        flag = {low, high} <= {0.0, 1.0} and bool(((known == 0) | (known == 1)).all())
        sentinel, share = (None, 0.0) if flag else _sentinel(known)
        found.append(Column(name, float(known.mean()), std, low, high, missing, flag, sentinel, share))
    return tuple(found)


def _sentinel(known: Array) -> tuple[float | None, float]:
    """A repeated value far outside the range of all others, and its share."""
    for value in SENTINELS:
        share = float((known == value).mean())
        if not SENTINEL_SHARE[0] <= share <= SENTINEL_SHARE[1]:
            continue
        others = known[known != value]
        # The bulk, not the range, so that a few zeros more of another kind do not hide the gap.
        low, high = np.quantile(others, [0.005, 0.995])
        gap = max(low - value, value - high)
        far = gap > SENTINEL_DISTANCE * others.std() or (value == 0 and gap > others.std())
        if far and len(np.unique(others)) > 10:
            return value, share
    return None, 0.0


def _one_measure(columns: tuple[Column, ...]) -> bool:
    """Whether many non-negative columns share one range, as the pixels of a flattened picture do."""
    if len(columns) < SAME_MEASURE_COLUMNS or min(column.low for column in columns) < 0:
        return False
    top = max(column.high for column in columns)
    return top > 0 and float(np.mean([column.high >= 0.8 * top for column in columns])) >= 0.5


def normalised_in_model(recipe: Recipe) -> tuple[bool, float, float]:
    """What the model does to its inputs before the first layer with units.

    Returns:
        (whether a normalising layer stands there, factor, offset of Rescaling layers).
    """
    factor, offset = 1.0, 0.0
    for layer in architecture.layers(recipe.model):
        if layer.class_name in NORMALISING:
            return True, factor, offset
        if layer.class_name == "Rescaling":
            scale = float(np.mean(layer.config.get("scale", 1.0)))
            factor, offset = factor * scale, offset * scale + float(np.mean(layer.config.get("offset", 0.0)))
        elif layer.units is not None:
            break
    return False, factor, offset
