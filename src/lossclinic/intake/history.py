"""A training's own log, as csv or JSON: metric name → one value for each epoch."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from lossclinic.core.errors import UsageError
from lossclinic.evidence.history_curve import HELD_OUT, TRAIN

History = dict[str, tuple[float, ...]]
OTHER_NAMES = {
    TRAIN: ("train_loss", "training_loss", "train/loss", "epoch_loss"),
    HELD_OUT: ("validation_loss", "valid_loss", "val/loss", "validation/loss", "eval_loss"),
}
"""What other loggers call Keras' "loss" and "val_loss"."""
MISSING = ("", "na", "n/a", "none", "null")
MOST_BYTES = 256 * 2**20
"""A log of epochs is small; what is larger is something else."""
DO = "give the file that keras.callbacks.CSVLogger writes, or json.dumps(model.fit(…).history)."


def read_history(path: Path) -> History:
    """Read a log of epochs.

    Args:
        path: a csv as `CSVLogger` writes it (any of , ; and tab between the values), a JSON object of lists, such as
            `History.history`, or a list of records, or one record on each line.

    Returns:
        Every column of numbers; a value that is missing is left out, one that is NaN or infinite stays.

    Raises:
        UsageError: it cannot be read, or holds no loss.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path} is larger than {MOST_BYTES >> 20} MiB.", expected="a log of epochs", do=DO)
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no text.", expected="csv or JSON", do=DO) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).") from None
    columns = _csv(text) if path.suffix in (".csv", ".tsv") else _json(text, path)
    return named(columns, str(path))


def named(columns: Mapping[str, Sequence[Any]], where: str) -> History:
    """The same columns as numbers, under Keras' names.

    Args:
        columns: name → values.
        where: what to call them in an error.

    Raises:
        UsageError: none of them is a loss.
    """
    found = {name: values for name, column in columns.items() if (values := _numbers(column)) is not None}
    for name, others in OTHER_NAMES.items():
        other = next((other for other in others if other in found), None)
        if name not in found and other is not None:
            found[name] = found.pop(other)
    if TRAIN not in found:
        names = ", ".join(map(repr, list(columns)[:12])) or "nothing"
        raise UsageError(f"There is no loss in {where}; it holds {names}.", expected="numbers under 'loss'", do=DO)
    return found


def _numbers(column: Sequence[Any]) -> tuple[float, ...] | None:
    """The values as numbers, missing ones left out; None where they are none."""
    values: list[float] = []
    for value in column:
        if value is None or (isinstance(value, str) and value.strip().lower() in MISSING):
            continue
        try:
            values.append(float(value))
        except (TypeError, ValueError):
            return None
    return tuple(values) or None


def _csv(text: str) -> dict[str, list[str]]:
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=separator))
    names = [name for name in (rows[0] if rows else {}) if name]
    return {name.strip(): [row.get(name) or "" for row in rows] for name in names}


def _json(text: str, path: Path) -> dict[str, list[Any]]:
    try:
        value: Any = json.loads(text)
    except ValueError as error:
        try:
            value = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise UsageError(f"{path} is no JSON: {error}.", expected='{"loss": [0.9, 0.7, …]}', do=DO) from None
    if isinstance(value, dict) and TRAIN not in value and isinstance(value.get("history"), (dict, list)):
        value = value["history"]
    if isinstance(value, list):
        return _records([cast("dict[str, Any]", row) for row in value if isinstance(row, dict)])
    if not isinstance(value, dict):
        raise UsageError(f"{path} holds a {type(value).__name__}.", expected='{"loss": [0.9, 0.7, …]}', do=DO)
    return {str(name): _column(column) for name, column in value.items()}


def _column(column: Any) -> list[Any]:
    """The values of one metric: a list, or a mapping from epochs, as data frames are written."""
    if isinstance(column, dict):
        return [column[key] for key in sorted(column, key=_epoch)]
    return list(column) if isinstance(column, list) else [column]


def _epoch(key: str) -> float:
    try:
        return float(key)
    except ValueError:
        return math.inf


def _records(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
