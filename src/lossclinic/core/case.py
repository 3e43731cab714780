"""A case: one training of the user's, with its data and what was seen while it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lossclinic.core.recipe import Recipe
from lossclinic.core.task import Task

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Data:
    """All rows that the user's fit received, training rows first.

    Attributes:
        x: inputs, shape (n, …), as the model received them.
        y: targets, shape (n,) or (n, …), as the script gave them.
        n_train: rows [0, n_train) came as training data (for `validation_split`: as one array), the rest as
            `validation_data`.
        sample_weight: shape (n,) or None.
        columns: names of the input columns where the data had them.
        sampled_from: rows there were before a memory cap cut them; None if nothing was cut.
    """

    x: Array
    y: Array
    n_train: int
    sample_weight: Array | None = None
    columns: tuple[str, ...] = ()
    sampled_from: int | None = None

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Place:
    """Somewhere in the user's source: path and line (1-based)."""

    path: str
    line: int


@dataclass(frozen=True)
class Source:
    """Where the training stands in the script.

    Attributes:
        script: path of the script; None for a call from Python.
        fit: the statement that calls fit.
        compile: the statement that calls compile.
        layers: layer name → where it is made.
        arguments: arguments for the script itself.
    """

    script: str | None = None
    fit: Place | None = None
    compile: Place | None = None
    layers: Mapping[str, Place] = field(default_factory=dict[str, Place])
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observed:
    """What was seen while the user's own fit ran.

    Attributes:
        history: metric name → one value for each epoch; empty where training was skipped.
        seconds: wall time of the fit.
        error: what fit raised ("ValueError: …"), or None.
        cut_short: whether Ctrl-C or the end of the script's time ended the fit before it was through.
        parameters: numbers that the model's weights consist of; 0 where it was not built.
        backend: Keras backend of the script.
        keras_version: version of Keras in the script's process.
        metrics: what the model was compiled to report beside the loss, in small letters without underscores
            ("accuracy", "auc"); a binary accuracy with a threshold of its own as "binaryaccuracy>0".
        watched: what `lossclinic.Watch` said while it ran, one line for each finding.
    """

    history: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    seconds: float = 0.0
    error: str | None = None
    cut_short: bool = False
    parameters: int = 0
    backend: str = ""
    keras_version: str = ""
    metrics: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()

    def seconds_for(self, epochs: int) -> float:
        """Wall time of a fit of that many epochs; at least that, where it was cut short before the first was over."""
        done = max((len(values) for values in self.history.values()), default=0)
        return self.seconds * max(epochs / max(done, 1), 1.0) if self.cut_short else self.seconds


@dataclass(frozen=True, eq=False)
class Case:
    """One captured training.

    Attributes:
        name: short name for people ("train.py:34").
        recipe: what decides the training.
        task: what the targets ask for.
        data: the rows.
        observed: what was seen while the user's fit ran.
        source: where it stands in the source.
        folder: where the case is saved (safe formats only); workers load it from there.
        native: None where the recipe says everything; otherwise why the training can only run inside the script's
            own process.
        notes: what was assumed or cut, in sentences for people.
    """

    name: str
    recipe: Recipe
    task: Task
    data: Data
    observed: Observed = field(default_factory=Observed)
    source: Source = field(default_factory=Source)
    folder: str = ""
    native: str | None = None
    notes: tuple[str, ...] = ()
