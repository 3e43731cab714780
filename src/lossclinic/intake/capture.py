"""One call of `fit`, written down as a case: first what is known before it runs, then what it left behind."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core import folder as folders
from lossclinic.core.canonical import Json
from lossclinic.core.case import Case, Observed, Place, Source
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.recipe import Recipe, Split
from lossclinic.core.task import Task, infer_task
from lossclinic.engine.model import own_variables
from lossclinic.intake.callbacks import as_list, is_watch, read_callbacks
from lossclinic.intake.data import Part, as_part, assemble
from lossclinic.intake.failure import in_words
from lossclinic.intake.plain import plain_loss, plain_metrics, plain_model, plain_optimizer, why_native
from lossclinic.intake.streams import Batches, Tee, kind_of, read, shuffles

DEFAULT_BATCH = 32


@dataclass
class Draft:
    """A fit in the making: filled in before, while and after it runs.

    Attributes:
        model: the user's model.
        arguments: the arguments of fit by name, defaults included.
        folder: where the case will be.
        max_bytes: what its rows may take.
        source: where things stand in the script.
        optimizer: the optimizer before training changes its learning rate.
        loss: the loss.
        reasons: why it can only be trained natively; empty if it can be rebuilt.
        weights: initial weights, where the script gave them.
        train: collects training batches, where they come in batches.
        validation: the same for validation batches.
        tees: generators that are listened to, by argument name.
        observed: what was seen.
        notes: remarks for people.
    """

    model: Any
    arguments: dict[str, Any]
    folder: Path
    max_bytes: int
    source: Source
    optimizer: Json
    loss: Json
    reasons: list[str]
    weights: list[Any] | None = None
    train: Batches | None = None
    validation: Batches | None = None
    tees: dict[str, Tee] = field(default_factory=dict)
    observed: Observed = field(default_factory=Observed)
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    @property
    def deferred(self) -> bool:
        """Whether rows must be read from a data set: only after the script is through, so as not to disturb it."""
        return any(batches is not None and name not in self.tees for name, batches in self._streams().items())

    def _streams(self) -> dict[str, Batches | None]:
        return {"x": self.train, "validation_data": self.validation}


def begin(
    model: Any, arguments: Mapping[str, Any], folder: Path, max_bytes: int, source: Source, *, given: bool
) -> Draft:
    """Write down what is known before fit runs. Reads no row of a generator or data set.

    Args:
        model: the user's model.
        arguments: the arguments of fit by name, defaults included.
        folder: where the case will be.
        max_bytes: what its rows may take.
        source: where things stand in the script.
        given: whether the script put weights into the model.

    Raises:
        CannotRebuild: the training is not one that the experiments can repeat, natively or not.
    """
    if getattr(model, "optimizer", None) is None:
        raise CannotRebuild("fit was called on a model that was not compiled.", do="call model.compile(…) before fit.")
    _check_ends(model)
    loss, loss_reason = plain_loss(model.loss)
    optimizer, optimizer_reason = plain_optimizer(model.optimizer)
    draft = Draft(
        model=model,
        arguments=dict(arguments),
        folder=folder,
        max_bytes=max_bytes,
        source=source,
        optimizer=optimizer,
        loss=loss,
        reasons=[reason for reason in (loss_reason, optimizer_reason) if reason],
    )
    if given and model.built:
        draft.weights = [np.array(variable) for variable in own_variables(model)]
    if draft.arguments.get("steps_per_epoch") is not None and kind_of(draft.arguments["x"]) == "arrays":
        draft.notes.append("fit takes steps_per_epoch batches an epoch; the experiments take all rows.")
    _listen(draft)
    return draft


def _check_ends(model: Any) -> None:
    for what in ("inputs", "outputs"):
        try:
            ends = getattr(model, what)
        except (AttributeError, ValueError):  # never built, or a class of the script's own
            continue
        if isinstance(ends, (list, tuple)) and len(ends) > 1:
            raise CannotRebuild(
                f"The model has {len(ends)} {what}.",
                expected="one input and one output",
                do=f"diagnose a version of the model that keeps one of its {what}.",
            )


def _listen(draft: Draft) -> None:
    """Prepare to collect rows that come in batches; replace one-shot generators by tees of them."""
    steps = {"x": "steps_per_epoch", "validation_data": "validation_steps"}
    for name, step in steps.items():
        value = draft.arguments.get(name)
        if value is None or kind_of(value) == "arrays":
            continue
        batches = Batches(draft.max_bytes)
        if name == "x":
            draft.train = batches
        else:
            draft.validation = batches
        if kind_of(value) == "generator":
            draft.tees[name] = Tee(value, batches, draft.arguments.get(step))
            draft.arguments[name] = draft.tees[name].generator()


def saw(draft: Draft, history: Any, error: BaseException | None = None) -> None:
    """Write down what fit left behind.

    Args:
        draft: the fit.
        history: Keras' `History`, or None.
        error: what fit raised, or None.
    """
    import keras

    rows = getattr(history, "history", None) or {}
    watches = [callback for callback in as_list(draft.arguments.get("callbacks")) if is_watch(callback)]
    draft.observed = Observed(
        history={str(name): tuple(_number(value) for value in values) for name, values in rows.items()},
        seconds=time.perf_counter() - draft.started,
        error=None if error is None else in_words(error, draft.model),
        cut_short=isinstance(error, KeyboardInterrupt),
        parameters=draft.model.count_params() if draft.model.built else 0,
        backend=keras.backend.backend(),
        keras_version=keras.__version__,
        metrics=plain_metrics(draft.model),
        watched=tuple(line for watch in watches for line in watch.lines),
    )


def _number(value: Any) -> float:
    return float(np.mean(np.asarray(value, dtype=np.float64)))


def save_final(draft: Draft) -> None:
    """Save the user's trained model beside the case, where Keras can; a remark where it cannot."""
    import warnings

    draft.folder.mkdir(parents=True, exist_ok=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            draft.model.save(draft.folder / folders.FINAL)
    except Exception as error:
        (draft.folder / folders.FINAL).unlink(missing_ok=True)
        draft.notes.append(f"The script's trained model could not be saved ({type(error).__name__}).")


def finish(draft: Draft) -> Case:
    """Turn a draft into a case and save it; reads data sets.

    Raises:
        CannotRebuild: the rows are no rows of numbers, or do not belong together.
    """
    try:
        return _finish(draft)
    except CannotRebuild:
        if not (draft.folder / folders.CASE).exists():
            shutil.rmtree(draft.folder, ignore_errors=True)
        raise


def _finish(draft: Draft) -> Case:
    train, validation = _parts(draft)
    data, data_notes = assemble(train, validation, draft.max_bytes)
    model = plain_model(draft.model, train.x.shape[1:] or (1,))
    reason = why_native(draft.model, model) or next(iter(draft.reasons), None)
    task = infer_task(data.y, model, draft.loss)
    epochs, first_epoch = _epochs(draft)
    split = _split(draft, data.n_train, len(data))
    rate = draft.optimizer["config"].get("learning_rate")
    callbacks = read_callbacks(
        draft.arguments.get("callbacks"), rate=rate if isinstance(rate, float) else None, epochs=epochs,
        first_epoch=first_epoch, validated=split.kind != "none",
    )  # fmt: skip
    recipe = Recipe(
        model=model,
        loss=draft.loss,
        optimizer=draft.optimizer,
        epochs=epochs,
        batch_size=_batch_size(draft),
        shuffle=_shuffle(draft),
        class_weight=_class_weight(draft.arguments.get("class_weight"), task),
        split=split,
        stop=callbacks.stop,
        pace=callbacks.pace,
        initial="fresh" if draft.weights is None else "given",
    )
    case = Case(
        name=_name(draft.source),
        recipe=recipe,
        task=task,
        data=data,
        observed=draft.observed,
        source=draft.source,
        native=None if reason is None else f"It can only be trained inside the script: {reason}.",
        notes=(
            *draft.notes,
            *data_notes,
            *callbacks.notes,
            *(f"Watch said: {line}" for line in draft.observed.watched),
        ),
    )
    return folders.save_case(case, draft.folder, draft.weights)


def _watched(observed: Observed) -> list[str]:
    return [f"Watch said: {line}" for line in observed.watched]


def _parts(draft: Draft) -> tuple[Part, Part | None]:
    arguments = draft.arguments
    for name, batches, steps in (
        ("x", draft.train, "steps_per_epoch"),
        ("validation_data", draft.validation, "validation_steps"),
    ):
        tee = draft.tees.get(name)
        if tee is not None and tee.error is not None:
            raise tee.error
        if batches is not None and tee is None:
            read(arguments[name], batches, arguments.get(steps))
    if draft.train is None:
        train = as_part(arguments["x"], arguments.get("y"), arguments.get("sample_weight"))
    else:
        train = draft.train.part()
    if draft.validation is not None:
        if not draft.validation.seen:  # fit ended before it asked for validation rows
            return train, None
        return train, draft.validation.part()
    given = arguments.get("validation_data")
    if given is None:
        return train, None
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise CannotRebuild(f"validation_data is a {type(given).__name__}.", expected="(x, y) or (x, y, sample_weight)")
    return train, as_part(*given)


def _epochs(draft: Draft) -> tuple[int, int]:
    """How many epochs fit trains, and the number it gives the first of them."""
    first = int(draft.arguments.get("initial_epoch") or 0)
    return max(int(draft.arguments.get("epochs") or 1) - first, 1), first


def _batch_size(draft: Draft) -> int:
    if draft.train is not None and draft.train.batch_size:
        return draft.train.batch_size
    return max(int(draft.arguments.get("batch_size") or DEFAULT_BATCH), 1)


def _shuffle(draft: Draft) -> bool:
    x = draft.arguments["x"]
    return shuffles(x) if hasattr(x, "cardinality") else bool(draft.arguments.get("shuffle", True))


def _split(draft: Draft, n_train: int, rows: int) -> Split:
    if rows > n_train:
        return Split("given", (rows - n_train) / rows)
    fraction = float(draft.arguments.get("validation_split") or 0.0)
    if 0 < fraction < 1 and draft.arguments.get("validation_data") is None and draft.train is None:
        return Split("tail", fraction)
    return Split()


def _class_weight(weights: Any, task: Task) -> dict[int, float] | None:
    """By class index; the script gives them by label (for one-hot targets: by column)."""
    if not weights or not task.is_classes:
        return None
    index = {value: position for position, value in enumerate(task.classes)}
    known = {index.get(float(label)): float(weight) for label, weight in dict(weights).items()}
    return {position: weight for position, weight in known.items() if position is not None} or None


def _name(source: Source) -> str:
    place: Place | None = source.fit
    if place is None:
        return "model"
    return f"{Path(place.path).name}:{place.line}"
