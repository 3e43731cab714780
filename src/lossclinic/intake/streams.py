"""Rows that come in batches: datasets that can be read again, and generators that must not be eaten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import GeneratorType
from typing import Any, Literal

import numpy as np

from lossclinic.core.errors import CannotRebuild
from lossclinic.intake.data import Array, Part, as_part

Kind = Literal["arrays", "dataset", "generator"]


def kind_of(x: Any) -> Kind:
    """How rows come: as arrays, as a dataset that can be iterated again, or as a generator that runs once."""
    if isinstance(x, GeneratorType):
        return "generator"
    array_like = hasattr(x, "__array__") or hasattr(x, "toarray") or isinstance(x, (list, tuple, Mapping, str))
    if array_like or not (hasattr(x, "__iter__") or hasattr(x, "__getitem__")):
        return "arrays"
    return "dataset"


class Batches:
    """Collects batches within a memory cap.

    Where the cap is reached, every other batch is let go and from then on only every second (fourth, …) is
    kept: an even sample of the whole stream, whatever its length.
    """

    def __init__(self, max_bytes: int) -> None:
        """Nothing collected yet; keep at most `max_bytes`."""
        self._max_bytes, self._stride, self._bytes = max_bytes, 1, 0
        self._kept: list[Part] = []
        self.seen = 0
        self.rows = 0
        self.batch_size: int | None = None

    def add(self, batch: Any) -> None:
        """Take one batch: (x, y) or (x, y, sample_weight), copied, as scripts reuse their buffers."""
        if not isinstance(batch, (tuple, list)) or len(batch) not in (2, 3):
            raise CannotRebuild("The data set yields batches without targets.", expected="batches (inputs, targets)")
        part = as_part(*batch)
        self.batch_size = self.batch_size or len(part.x)
        if self.seen % self._stride == 0:
            copy = Part(part.x.copy(), part.y.copy(), None if part.weight is None else part.weight.copy())
            self._kept.append(copy)
            self._bytes += part.x.nbytes + part.y.nbytes
        self.seen += 1
        self.rows += len(part.x)
        if self._bytes > self._max_bytes and len(self._kept) > 1:
            self._kept = self._kept[::2]
            self._stride *= 2
            self._bytes = sum(kept.x.nbytes + kept.y.nbytes for kept in self._kept)

    def part(self) -> Part:
        """All that was kept, as one.

        Raises:
            CannotRebuild: nothing came, or the batches differ in shape.
        """
        if not self._kept:
            raise CannotRebuild("The data set of fit yielded no batch.", expected="at least one batch of rows")
        if len({(kept.x.shape[1:], kept.y.shape[1:]) for kept in self._kept}) > 1:
            raise CannotRebuild(
                "The batches of the data set differ in shape.", do="pad or crop the rows to one shape before fit."
            )
        x, y = (np.concatenate([getattr(kept, name) for kept in self._kept]) for name in ("x", "y"))
        weight = None
        if all(kept.weight is not None for kept in self._kept):
            weight = np.concatenate([_flat(kept.weight) for kept in self._kept])
        return Part(x, y, weight, rows_before=self.rows if self.rows > len(x) else None)


def _flat(weight: Array | None) -> Array:
    return np.asarray(weight).reshape(-1)


def read(dataset: Any, batches: Batches, steps: int | None) -> None:
    """Read a data set once from its beginning.

    Args:
        dataset: `tf.data.Dataset`, `keras.utils.PyDataset`, a `DataLoader`, or anything that yields batches.
        batches: collects them.
        steps: read at most so many batches; None: one whole pass.

    Raises:
        CannotRebuild: the data set never ends and no number of steps is known.
    """
    length = _length(dataset)
    if steps is None and length == float("inf"):
        raise CannotRebuild("The data set repeats for ever.", do="pass steps_per_epoch to fit.")
    if length is not None:
        steps = int(length if steps is None else min(steps, length))
    for step, batch in enumerate(_iterate(dataset, steps)):
        batches.add(batch)
        if steps is not None and step + 1 >= steps:
            return


def _length(dataset: Any) -> float | None:
    """Number of batches: infinite for a data set that repeats, None where it cannot be known."""
    if hasattr(dataset, "cardinality"):
        count = int(dataset.cardinality())
        return {-1: float("inf"), -2: None}.get(count, count)
    if hasattr(dataset, "num_batches"):
        return float("inf") if dataset.num_batches is None else int(dataset.num_batches)
    return None


def _iterate(dataset: Any, steps: int | None) -> Iterable[Any]:
    if hasattr(dataset, "as_numpy_iterator"):
        return dataset.as_numpy_iterator()
    if hasattr(dataset, "__iter__") and not hasattr(dataset, "num_batches"):
        return dataset
    return (dataset[index] for index in range(steps or len(dataset)))


class Tee:
    """Lets a generator's batches through to the user's fit and collects those of the first epoch on the way."""

    def __init__(self, source: Iterator[Any], batches: Batches, steps: int | None) -> None:
        """Nothing is taken from `source` before the user's fit asks for it.

        Args:
            source: the user's generator.
            batches: collects what passes.
            steps: batches of one epoch; None: until the generator ends.
        """
        self._source, self._batches, self._steps = source, batches, steps
        self.error: CannotRebuild | None = None

    def generator(self) -> Iterator[Any]:
        """A true generator (Keras asks for its type) that yields exactly what `source` yields."""
        for count, batch in enumerate(self._source):
            if self.error is None and (self._steps is None or count < self._steps):
                try:
                    self._batches.add(batch)
                except CannotRebuild as error:
                    self.error = error
                except Exception as error:
                    self.error = CannotRebuild(f"A batch could not be read ({type(error).__name__}: {error}).")
            yield batch


def shuffles(dataset: Any) -> bool:
    """Whether a `tf.data.Dataset` has a shuffle among its steps."""
    seen = 0
    while dataset is not None and seen < 100:
        if "shuffle" in type(dataset).__name__.lower():
            return True
        dataset, seen = getattr(dataset, "_input_dataset", None), seen + 1
    return False
