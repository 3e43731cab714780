"""Whatever `fit` accepts as rows, as NumPy arrays; what cannot be rows ends in a clear error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.core.case import Data
from lossclinic.core.errors import CannotRebuild

Array = np.ndarray[Any, Any]
DEFAULT_BYTES = 2**30
"""Rows of a case take at most this much memory, or a quarter of what is free if that is less."""

MOST_ROWS = 1_000_000
"""Rows of a case: trainings repeated within minutes cannot use more, and dealing them out would take longer."""


def memory_cap() -> int:
    """Bytes that the rows of one case may take on this machine now."""
    import psutil

    return int(min(DEFAULT_BYTES, psutil.virtual_memory().available / 4))


@dataclass(frozen=True, eq=False)
class Part:
    """Rows that came together: the training rows, or the validation rows.

    Attributes:
        x: inputs, shape (n, …).
        y: targets, shape (n,) or (n, …).
        weight: sample weights, shape (n,), or None.
        columns: names of the input columns, where the data had them.
        rows_before: rows there were before a cap thinned them; None if all are here.
    """

    x: Array
    y: Array
    weight: Array | None = None
    columns: tuple[str, ...] = ()
    rows_before: int | None = None


def single(value: Any, what: str) -> Any:
    """The one array inside a list or dict of arrays.

    Raises:
        CannotRebuild: there are several; the experiments need one input and one output.
    """
    if isinstance(value, Mapping):
        items = list(value.values())
    elif isinstance(value, (list, tuple)) and value and all(hasattr(item, "shape") for item in value):
        items = list(value)
    else:
        return value
    if len(items) != 1:
        raise CannotRebuild(
            f"fit received {len(items)} {what} arrays.",
            expected="a model with one input and one output",
            do="join them into one array (and split it inside the model), or diagnose a version with one input.",
        )
    return items[0]


def as_array(value: Any, what: str) -> Array:
    """One array of numbers from an array, tensor of any backend, pandas object, sparse matrix or list.

    Args:
        value: as the script gave it.
        what: "input", "target" or "sample weight", for the error.

    Raises:
        CannotRebuild: it holds text or other things that are no numbers, or rows of different lengths.
    """
    value = single(value, what)
    if hasattr(value, "toarray"):
        value = value.toarray()
    elif hasattr(value, "detach"):
        value = value.detach().cpu()
    elif hasattr(value, "to_numpy"):
        value = value.to_numpy()
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        raise CannotRebuild(
            f"The {what}s of fit are rows of different lengths, or no array at all ({type(value).__name__}).",
            expected="one array with the same shape for every row",
            do="pad the rows (keras.utils.pad_sequences) before fit.",
        ) from None
    if array.ndim == 0:
        raise CannotRebuild(
            f"The {what}s of fit are a single value ({value!r}), not rows.", expected="an array of rows"
        )
    return _numeric(array, what)


def _numeric(array: Array, what: str) -> Array:
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind == "V" and "float" in str(array.dtype):  # bfloat16 and other small floats of JAX
        return array.astype(np.float32)
    try:
        if array.dtype.kind == "O":
            return array.astype(np.float64)
    except (ValueError, TypeError):
        pass
    raise CannotRebuild(
        f"The {what}s of fit are not numbers (type {array.dtype}{_example(array)}).",
        expected="numbers",
        do="encode text as numbers before fit (one column for each value, or an index); drop columns like names.",
    )


def _example(array: Array) -> str:
    text = next((value for value in array.reshape(-1)[:10000] if isinstance(value, (str, bytes))), None)
    return "" if text is None else f", for example {text!r}"


def as_part(x: Any, y: Any, weight: Any = None) -> Part:
    """Rows from the arguments of one fit.

    Raises:
        CannotRebuild: no targets, no numbers, no rows, or different numbers of rows.
    """
    if y is None:
        raise CannotRebuild(
            "fit was called without targets.",
            expected="targets beside the inputs",
            do="pass them as y (for an autoencoder: the inputs again).",
        )
    inner = single(x, "input")
    columns = tuple(str(name) for name in inner.columns) if hasattr(inner, "columns") else ()
    part = Part(
        as_array(inner, "input"),
        as_array(y, "target"),
        None if weight is None else as_array(weight, "sample weight"),
        columns,
    )
    lengths = {"inputs": len(part.x), "targets": len(part.y)}
    if part.weight is not None:
        lengths["sample weights"] = len(part.weight)
    if len(set(lengths.values())) > 1:
        raise CannotRebuild(
            "fit received " + ", ".join(f"{n} rows of {name}" for name, n in lengths.items()) + ".",
            expected="the same number of rows of each",
            do="look at the lines that make them: one of them was filtered or split without the others.",
        )
    if part.weight is not None and part.weight.size != len(part.weight):
        raise CannotRebuild(
            f"The sample weights have shape {part.weight.shape}.",
            expected="one weight for each row",
            do="diagnose a version without weights inside a row.",
        )
    if not len(part.x):
        raise CannotRebuild("fit received no rows at all.", expected="at least one row")
    return part


def assemble(train: Part, validation: Part | None, max_bytes: int) -> tuple[Data, tuple[str, ...]]:
    """All rows of a case, training rows first, thinned to the memory cap.

    Args:
        train: training rows.
        validation: rows given as validation data.
        max_bytes: what the rows may take.

    Returns:
        The data, and what was left out, in sentences.
    """
    notes: list[str] = []
    if validation is not None and not _fits(train, validation):
        notes.append(
            f"The validation rows were left out: their shape {validation.x.shape[1:]} differs from {train.x.shape[1:]}."
        )
        validation = None
    parts = [train] if validation is None else [train, validation]
    before = sum(part.rows_before or len(part.x) for part in parts)
    size = sum(part.x.nbytes + part.y.nbytes for part in parts)
    share = min(max_bytes / max(size, 1), MOST_ROWS / sum(len(part.x) for part in parts))
    if share < 1:
        parts = [_thinned(part, share) for part in parts]
    data = Data(
        x=np.concatenate([part.x for part in parts]),
        y=np.concatenate([part.y.reshape(len(part.y), *train.y.shape[1:]) for part in parts]),
        n_train=len(parts[0].x),
        sample_weight=_weights(parts),
        columns=train.columns,
    )
    if len(data) == before:
        return data, tuple(notes)
    why = f"cases hold at most {MOST_ROWS:,} rows and {max_bytes / 2**20:,.0f} MiB"
    notes.append(f"Of {before:,} rows an even sample of {len(data):,} was kept: {why}.")
    return Data(data.x, data.y, data.n_train, data.sample_weight, data.columns, sampled_from=before), tuple(notes)


def _fits(train: Part, validation: Part) -> bool:
    same_width = np.prod(validation.y.shape[1:]) == np.prod(train.y.shape[1:])
    return validation.x.shape[1:] == train.x.shape[1:] and bool(same_width)


def _thinned(part: Part, share: float) -> Part:
    """A random sample of the rows, in their old order; the user's random state is not touched."""
    rng = np.random.default_rng(0)
    keep = np.sort(rng.choice(len(part.x), size=max(1, int(share * len(part.x))), replace=False))
    weight = None if part.weight is None else part.weight[keep]
    return Part(part.x[keep], part.y[keep], weight, part.columns, part.rows_before)


def _weights(parts: list[Part]) -> Array | None:
    if all(part.weight is None for part in parts):
        return None
    rows = [np.ones(len(part.x)) if part.weight is None else part.weight for part in parts]
    return np.concatenate([np.asarray(row, dtype=np.float32).reshape(len(row)) for row in rows])
