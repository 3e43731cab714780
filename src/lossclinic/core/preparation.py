"""Preparation of inputs and targets, fitted on training rows only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.interactions import strongest_pairs
from lossclinic.core.steps import InputStep, OneHot, Products, Without
from lossclinic.core.tails import LONG, fences, tail_share

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Fitted:
    """One fitted step.

    Attributes:
        step: what it does.
        centre: per column: the median that fills gaps, the mean or median that is subtracted, or the middle between
            the fences; 0 for columns that are set to 0.
        scale: per column: what to divide by, or half the distance between the fences; for "drop-constant" and
            `Without` 1 for columns that stay and 0 for others; for "log" 0 for columns that stay as they are.
        pairs: the columns that `Products` multiplies; () for other steps.
    """

    step: InputStep
    centre: Array
    scale: Array
    pairs: tuple[tuple[int, int], ...] = ()

    def apply(self, x: Array) -> Array:
        """Prepare rows, shape (n, …) → same shape (one-hot, products: more columns), float32."""
        x = np.asarray(x, dtype=np.float32)
        if isinstance(self.step, OneHot):
            return _encoded(self.step, x)
        if isinstance(self.step, Products):
            z, (left, right) = (x - self.centre) / self.scale, np.transpose(self.pairs)
            return np.concatenate([x, z[:, left] * z[:, right]], axis=1).astype(np.float32)
        if self.step == "impute":
            return np.where(np.isfinite(x), x, self.centre).astype(np.float32)
        if self.step == "drop-constant" or isinstance(self.step, Without):
            return np.where(self.scale > 0, x, 0).astype(np.float32)
        if self.step == "clip":
            return np.clip(x, self.centre - self.scale, self.centre + self.scale).astype(np.float32)
        if self.step == "log":
            away = (x - self.centre) / np.where(self.scale > 0, self.scale, 1)
            return np.where(self.scale > 0, np.sign(away) * np.log1p(np.abs(away)), x).astype(np.float32)
        return ((x - self.centre) / self.scale).astype(np.float32)


def _encoded(step: OneHot, x: Array) -> Array:
    taken = [at for at, _ in step.codes]
    flags = [(x[:, [at]] == np.asarray(codes, dtype=np.float32)).astype(np.float32) for at, codes in step.codes]
    return np.concatenate([np.delete(x, taken, axis=1), *flags], axis=1)


def _columns(x: Array) -> tuple[int, ...]:
    """Axes to average over: all but the last (columns, channels)."""
    return tuple(range(x.ndim - 1)) if x.ndim > 1 else (0,)


def fit_inputs(steps: tuple[InputStep, ...], x: Array, y: Array | None = None) -> tuple[Fitted, ...]:
    """Fit the steps in order on training rows.

    Args:
        steps: what to do.
        x: training inputs, shape (n, …), numeric.
        y: their targets in any form, which `Products` needs.

    Raises:
        ValueError: products are asked for without targets.
    """
    fitted: list[Fitted] = []
    for step in steps:
        if isinstance(step, Products):
            fitted.append(_fit_products(step, x, y))
            x = fitted[-1].apply(x)
            continue
        centre, scale = _figures(step, np.where(np.isfinite(x), x, np.nan).astype(np.float64))
        fitted.append(Fitted(step, centre.astype(np.float32), scale.astype(np.float32)))
        x = fitted[-1].apply(x)
    return tuple(fitted)


def _fit_products(step: Products, x: Array, y: Array | None) -> Fitted:
    if y is None:
        raise ValueError("products are chosen by the targets of the training rows, and none were given")
    finite = np.where(np.isfinite(x), x, np.nan).astype(np.float64)
    centre, scale = _figures("standardise", finite)
    z = np.nan_to_num((finite - centre) / scale)
    pairs = strongest_pairs(z, y, step.count)
    return Fitted(step, centre.astype(np.float32), scale.astype(np.float32), pairs)


def _figures(step: InputStep, finite: Array) -> tuple[Array, Array]:
    """Centre and scale of one step from training rows, gaps as NaN."""
    axes = _columns(finite)
    empty = np.all(np.isnan(finite), axis=axes)
    filled = np.where(empty, 0.0, finite)
    if isinstance(step, OneHot):
        return np.zeros(1), np.ones(1)
    if isinstance(step, Without):
        return np.zeros(finite.shape[-1]), np.array(
            [at not in step.columns for at in range(finite.shape[-1])], dtype=np.float64
        )
    if step == "impute":
        centre: Array = np.nanmedian(filled, axis=axes)
        return centre, np.ones_like(centre)
    if step == "drop-constant":
        return np.zeros(finite.shape[-1]), (~spare_columns(finite)).astype(np.float64)
    rows = filled.reshape(-1, filled.shape[-1]) if filled.ndim > 1 else filled.reshape(-1, 1)
    if step == "clip":
        low, high = fences(rows)
        bounded = np.isfinite(low)
        low, high = (np.where(bounded, side, 0.0) for side in (low, high))
        return (low + high) / 2, np.where(bounded, (high - low) / 2, np.inf)
    if step == "log":
        return _log_figures(rows)
    deviation = np.nanstd(filled, axis=axes)
    return np.nanmean(filled, axis=axes), np.where(deviation > 1e-12, deviation, 1.0)


def _log_figures(rows: Array) -> tuple[Array, Array]:
    """Median and median distance from it; where half of the values are equal, the mean distance."""
    centre: Array = np.nanmedian(rows, axis=0)
    away = np.abs(rows - centre)
    middle: Array = np.nanmedian(away, axis=0)
    scale = np.where(middle > 0, middle, np.nanmean(away, axis=0))
    return centre, np.where(tail_share(rows) >= LONG, scale, 0.0)


def spare_columns(x: Array) -> Array:
    """Which columns say nothing that no other says: one value, or the same values as a column before them.

    Args:
        x: rows, shape (n, columns).

    Returns:
        Booleans, shape (columns,). Columns with gaps are never spare: where the gap is may matter.
    """
    spare = np.zeros(x.shape[-1], dtype=bool)
    if x.ndim != 2 or not len(x):
        return spare
    whole = np.isfinite(x).all(axis=0)
    seen: set[bytes] = set()
    for at in np.flatnonzero(whole):
        values = np.ascontiguousarray(x[:, at]).tobytes()
        spare[at] = values in seen or bool(np.all(x[:, at] == x[0, at]))
        seen.add(values)
    return spare


def prepare(fitted: tuple[Fitted, ...], x: Array) -> Array:
    """Apply fitted steps in order."""
    for step in fitted:
        x = step.apply(x)
    return x


def places_of(fitted: tuple[Fitted, ...], column: int, columns: int) -> tuple[int, ...]:
    """Which columns of the prepared rows say what one raw column says.

    Args:
        fitted: the steps.
        column: number of the raw column.
        columns: how many raw columns there are.

    Returns:
        One number; where the column is encoded, one for each of its codes.
    """
    places = (column,)
    for step in fitted:
        if isinstance(step.step, OneHot):
            places = tuple(at for place in places for at in _encoded_places(step.step, place, columns))
            columns += sum(len(codes) - 1 for _, codes in step.step.codes)
        columns += len(step.pairs)
    return places


def _encoded_places(step: OneHot, column: int, columns: int) -> range:
    """Where `_encoded` puts a column of a table with so many."""
    start = columns - len(step.codes)
    for at, codes in step.codes:
        if at == column:
            return range(start, start + len(codes))
        start += len(codes)
    left = column - sum(at < column for at, _ in step.codes)
    return range(left, left + 1)


def units_of(fitted: tuple[Fitted, ...], columns: int) -> Array | None:
    """How much one unit of each raw column is after preparation, shape (columns,).

    None where that differs from row to row, or where a column is no longer the one it was.
    """
    units = np.ones(columns, dtype=np.float32)
    for step in fitted:
        if step.step == "standardise":
            units = units / step.scale
        elif step.step != "impute":
            return None
    return units.astype(np.float32)


def fit_targets(y: Array) -> tuple[Array, Array]:
    """Mean and deviation of numeric training targets, by column, shape (1, d) each."""
    flat = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    deviation = np.nanstd(flat, axis=0, keepdims=True)
    return np.nanmean(flat, axis=0, keepdims=True), np.where(deviation > 1e-12, deviation, 1.0)


def log_targets(y: Array) -> Array:
    """log(1 + y), same shape, float64; what lies at or below -1 has no logarithm and becomes NaN."""
    y = np.asarray(y, dtype=np.float64)
    return np.log1p(np.where(y > -1, y, np.nan))
