"""TensorBoard's event files, read without TensorFlow: TFRecord frames around protocol buffers, nothing unpickled.

A frame is a length (uint64), its masked CRC-32C, the bytes, and theirs (TensorFlow, `tensorflow/core/lib/io/
record_writer.h`). The messages are `Event`, `Summary` and `TensorProto`; only the fields that carry scalars are read
(protocol buffers, "Encoding": a key is a varint of field number and wire type).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lossclinic.core.errors import UsageError
from lossclinic.intake.history import History, named

PATTERN = "*tfevents*"
PREFIX = "epoch_"
TRAINING, VALIDATION = ("train", "training"), ("validation", "val", "valid", "eval", "test")
CASTAGNOLI = 0x82F63B78
FLOAT, DOUBLE, HALF = 1, 2, 19
FORMATS = {FLOAT: "<f", DOUBLE: "<d", HALF: "<e"}
"""`DataType` of a tensor → how its one value is packed."""
DO = "give the log_dir of keras.callbacks.TensorBoard, or one run in it."


def is_events(path: Path) -> bool:
    """Whether a path is an event file, or a folder with one somewhere in it."""
    return "tfevents" in path.name if path.is_file() else next(path.rglob(PATTERN), None) is not None


def read_events(path: Path) -> dict[str, History]:
    """Read the losses of every run.

    Args:
        path: an event file, or a folder of them: `log_dir` of Keras' `TensorBoard`, whose subfolders `train` and
            `validation` belong together, or a folder of such runs.

    Returns:
        Path of a run → metric name → one value for each epoch.

    Raises:
        UsageError: there is none that can be read, or no loss in any.
    """
    files = [path] if path.is_file() else sorted(path.rglob(PATTERN))
    runs: dict[Path, dict[str, dict[int, float]]] = {}
    for file in files:
        side = file.parent.name.lower()
        run = file.parent.parent if side in (*TRAINING, *VALIDATION) else file.parent
        found = runs.setdefault(run, {})
        for tag, step, value in _scalars(file):
            found.setdefault(_name(tag, side in VALIDATION), {})[step] = value
    histories: dict[str, History] = {}
    refused: UsageError | None = None
    for run, found in runs.items():
        columns = {name: [values[step] for step in sorted(values)] for name, values in found.items()}
        try:
            histories[str(run)] = named(columns, f"the events of {run}")
        except UsageError as error:
            refused = error
    if not histories:
        raise refused or UsageError(f"There is no event file in {path}.", do=DO)
    return histories


def _name(tag: str, validation: bool) -> str:
    """Keras' name of a metric: "epoch_loss" of the validation run is "val_loss"."""
    name = tag.removeprefix(PREFIX).lower()
    folder, _, metric = name.rpartition("/")
    if folder in (*TRAINING, *VALIDATION):  # "loss/train" is as common as "train/loss"
        name, validation = metric, folder in VALIDATION
    elif metric in (*TRAINING, *VALIDATION):
        name, validation = folder, metric in VALIDATION
    return f"val_{name}" if validation else name


def _scalars(path: Path) -> Iterator[tuple[str, int, float]]:
    """(tag, step, value) of every scalar in one file."""
    for record in _frames(path):
        step, summaries = 0, list[bytes]()
        for number, value in _fields(record, path):
            if number == 2 and isinstance(value, int):
                step = value
            elif number == 5 and isinstance(value, bytes):
                summaries.append(value)
        for summary in summaries:
            for number, entry in _fields(summary, path):
                if number == 1 and isinstance(entry, bytes):
                    tag, value = _value(entry, path)
                    if value is not None and not tag.startswith(("batch_", "evaluation_")):
                        yield tag, step, value


def _frames(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        while head := file.read(12):
            if len(head) < 12:
                return  # the last record is still being written
            (length,) = struct.unpack("<Q", head[:8])
            if struct.unpack("<I", head[8:])[0] != _masked_crc(head[:8]):
                raise UsageError(f"{path} is damaged, or no TensorBoard event file.", do=DO)
            if file.tell() + length + 4 > size:
                return
            yield file.read(length)
            file.seek(4, 1)


def _fields(message: bytes, path: Path) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of one message; numbers of fixed width come as their bytes."""
    at = 0
    try:
        while at < len(message):
            key, at = _varint(message, at)
            number, kind = key >> 3, key & 7
            if kind == 0:
                value, at = _varint(message, at)
                yield number, value
                continue
            length = {1: 8, 5: 4}.get(kind)
            if length is None:
                if kind != 2:
                    raise ValueError(f"wire type {kind}")
                length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("a field beyond the end")
            yield number, message[at : at + length]
            at += length
    except (ValueError, IndexError) as error:
        raise UsageError(f"{path} is damaged ({error}).", do=DO) from None


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number without end")


def _value(entry: bytes, path: Path) -> tuple[str, float | None]:
    """Tag and value of one `Summary.Value`; None where it is no scalar."""
    tag, value = "", None
    for number, field in _fields(entry, path):
        if isinstance(field, bytes):
            if number == 1:
                tag = field.decode("utf-8", "replace")
            elif number == 2 and len(field) == 4:
                (value,) = struct.unpack("<f", field)
            elif number == 8:
                value = _tensor(field, path)
    return tag, value


def _tensor(message: bytes, path: Path) -> float | None:
    """The one number of a `TensorProto`; None for more, or for another type."""
    kind, content = 0, b""
    for number, field in _fields(message, path):
        if number == 1 and isinstance(field, int):
            kind = field
        elif number in (4, 5, 6) and isinstance(field, bytes):
            content = field
    packing = FORMATS.get(kind)
    if packing is None or len(content) != struct.calcsize(packing):
        return None
    return float(struct.unpack(packing, content)[0])


def _masked_crc(data: bytes) -> int:
    """CRC-32C (Castagnoli), rotated and shifted so that a checksum of checksums stays one."""
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    table: list[int] = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (CASTAGNOLI if byte & 1 else 0)
        table.append(byte)
    return tuple(table)
