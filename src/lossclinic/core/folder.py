"""A case as a folder of safe formats: JSON for what is said, npy without pickle for what is measured.

case.json            everything but the rows
x.npy, y.npy         inputs and targets
sample_weight.npy    their weights, where there are
initial_weights.npz  initial weights that the script loaded, in the order of `model.get_weights()`
final.keras          the model as the user's own fit left it (written by intake, read by nothing that decides)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.case import Case, Data, Observed, Place, Source
from lossclinic.core.errors import UsageError
from lossclinic.core.recipe import Cosine, Plateau, Recipe, Resampling, Scheduled, Split, Stop
from lossclinic.core.steps import InputStep
from lossclinic.core.task import Task

Array = np.ndarray[Any, Any]
VERSION = 2
ARRAYS = ("x", "y", "sample_weight")
CASE, WEIGHTS, FINAL = "case.json", "initial_weights.npz", "final.keras"
MAPPED_FROM = 2**20
"""Bytes from which a file of rows is mapped into memory, not read: workers then share its pages."""


def save_case(case: Case, folder: Path | str, weights: Sequence[Array] | None = None) -> Case:
    """Write a case.

    Args:
        case: what to write.
        folder: where to; made if it is not there.
        weights: the weights that training starts from, where `case.recipe.initial` is "given".

    Returns:
        The same case, which now knows its folder.

    Raises:
        OSError: the folder cannot be written.
        TypeError: an array holds anything but numbers.
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    case = replace(case, folder=str(folder))
    for name in ARRAYS:
        path, array = folder / f"{name}.npy", getattr(case.data, name)
        path.unlink(missing_ok=True)  # an earlier file may be mapped by somebody
        if array is not None:
            np.save(path, _numbers(name, array), allow_pickle=False)
    if weights is not None:
        save_weights(folder, weights)
    values: Json = {
        "version": VERSION,
        "name": case.name,
        "recipe": case.recipe,
        "task": case.task,
        "data": {name: getattr(case.data, name) for name in ("n_train", "columns", "sampled_from")},
        "observed": case.observed,
        "source": case.source,
        "native": case.native,
        "notes": case.notes,
    }
    # case.json comes last: a folder that has one is whole.
    (folder / CASE).write_text(json.dumps(plain(values), indent=1, allow_nan=False), encoding="utf-8")
    return case


def _numbers(name: str, array: Array) -> Array:
    if array.dtype.hasobject:
        raise TypeError(f"{name} holds Python objects ({array.dtype}); a case holds numbers only.")
    return array


def _read(path: Path) -> Array | None:
    """The rows of one file, which stay on disk until they are asked for where they are many."""
    if not path.exists():
        return None
    mapped = path.stat().st_size >= MAPPED_FROM
    array: Array = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    return array.view(np.ndarray)


def load_case(folder: Path | str) -> Case:
    """Read a case back; needs no Keras.

    Args:
        folder: what `save_case` wrote.

    Raises:
        UsageError: the folder is no case, is damaged, or was written by another version.
    """
    folder = Path(folder).resolve()
    try:
        values: Json = json.loads((folder / CASE).read_text(encoding="utf-8"))
        version = values.get("version")
    except (OSError, ValueError, AttributeError):
        raise UsageError(
            f"{folder} is not a case: it has no readable {CASE}.",
            expected="a folder that lossclinic wrote",
            do="run lossclinic on the script again.",
        ) from None
    if version != VERSION:
        raise UsageError(
            f"The case in {folder} has format {version}.",
            expected=f"format {VERSION}, which this version of lossclinic reads",
            do="run lossclinic on the script again.",
        )
    try:
        x, y, weight = (_read(folder / f"{name}.npy") for name in ARRAYS)
        if x is None or y is None:
            raise FileNotFoundError("its rows are missing")
        data = Data(x=x, y=y, sample_weight=weight, **_data(values["data"]))
        return Case(
            name=values["name"],
            recipe=_recipe(values["recipe"]),
            task=_task(values["task"]),
            data=data,
            observed=_observed(values["observed"]),
            source=_source(values["source"]),
            folder=str(folder),
            native=values["native"],
            notes=tuple(values["notes"]),
        )
    except (OSError, KeyError, TypeError, ValueError, BadZipFile, EOFError) as error:
        raise UsageError(
            f"The case in {folder} is damaged ({type(error).__name__}: {error}).",
            do="run lossclinic on the script again.",
        ) from None


def save_weights(folder: Path, weights: Sequence[Array]) -> None:
    """Write the weights that training starts from, as `given_weights` reads them."""
    named = {f"{i:05d}": _numbers("a weight", np.asarray(weight)) for i, weight in enumerate(weights)}
    np.savez(folder / WEIGHTS, **cast("dict[str, Any]", named))


def given_weights(folder: Path | str) -> tuple[Array, ...]:
    """The initial weights saved with a case, in the order of `model.get_weights()`; () where there are none."""
    path = Path(folder) / WEIGHTS
    if not path.exists():
        return ()
    with np.load(path, allow_pickle=False) as arrays:
        return tuple(arrays[name] for name in sorted(arrays.files))


def cases_in(folder: Path | str) -> tuple[Case, ...]:
    """The case that a folder is, or the cases of its subfolders, in order of their names.

    Raises:
        UsageError: there is none, or one cannot be read.
    """
    folder = Path(folder)
    if not (folder / CASE).exists():
        found = sorted(path.parent for path in folder.glob(f"*/{CASE}"))
        if found:
            return tuple(load_case(path) for path in found)
    return (load_case(folder),)


def _data(values: Json) -> Json:
    return {**values, "columns": tuple(values["columns"])}


def _task(values: Json) -> Task:
    known: Json = {"classes": tuple(float(v) for v in values["classes"])}
    return Task(**{**values, **known})


def _recipe(values: Json) -> Recipe:
    weight = cast("Mapping[str, float] | None", values["class_weight"])
    known: Json = {
        "class_weight": None if weight is None else {int(k): float(v) for k, v in weight.items()},
        "split": Split(**values["split"]),
        "stop": None if values["stop"] is None else Stop(**values["stop"]),
        "pace": _pace(values["pace"]),
        "inputs": tuple(cast("list[InputStep]", values["inputs"])),
        "resampling": _resampling(values["resampling"]),
        "augmentation": tuple(cast("list[Json]", values["augmentation"])),
    }
    return Recipe(**{**values, **known})


def _resampling(values: Json | None) -> Resampling | None:
    if values is None:
        return None
    known: Json = {"categories": tuple(int(at) for at in values.get("categories", ()))}
    return Resampling(**{**values, **known})


def _pace(values: Json | None) -> Plateau | Scheduled | Cosine | None:
    if values is None:
        return None
    if "factors" in values:
        known: Json = {"factors": tuple(float(v) for v in values["factors"])}
        return Scheduled(**{**values, **known})
    return Cosine(**values) if "warm_up" in values else Plateau(**values)


def _observed(values: Json) -> Observed:
    history = cast("Mapping[str, list[Any]]", values["history"])
    # "nan" and "inf" are words in strict JSON; float() reads both kinds.
    known: Json = {
        "history": {name: tuple(float(v) for v in row) for name, row in history.items()},
        "metrics": tuple(str(name) for name in values.get("metrics", ())),
        "watched": tuple(str(line) for line in values.get("watched", ())),
    }
    return Observed(**{**values, **known})


def _place(values: Json | None) -> Place | None:
    return None if values is None else Place(**values)


def _source(values: Json) -> Source:
    layers = cast("Mapping[str, Json]", values["layers"])
    known: Json = {
        "fit": _place(values["fit"]),
        "compile": _place(values["compile"]),
        "layers": {name: Place(**place) for name, place in layers.items()},
        "arguments": tuple(cast("list[str]", values["arguments"])),
    }
    return Source(**{**values, **known})
