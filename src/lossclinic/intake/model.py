"""A compiled Keras model and its rows, in the user's own process, as a case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lossclinic.core.case import Case, Source
from lossclinic.core.errors import UsageError
from lossclinic.intake import capture
from lossclinic.intake.data import memory_cap
from lossclinic.intake.places import user_place


def capture_model(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    validation_data: Any = None,
    validation_split: float = 0.0,
    batch_size: int | None = None,
    epochs: int = 1,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
    shuffle: bool = True,
    callbacks: Any = None,
    folder: Path,
    max_bytes: int | None = None,
) -> Case:
    """Write down the training that `model.fit(x, y, …)` would do. The model is neither trained nor changed.

    Args:
        model: a compiled `keras.Model` with one input and one output.
        x: inputs: array, tensor, DataFrame, or a data set or generator of batches (a generator is used up).
        y: targets; None where `x` yields them.
        validation_data: as for fit.
        validation_split: as for fit.
        batch_size: as for fit; None: 32, or the data set's own.
        epochs: as for fit.
        class_weight: as for fit.
        sample_weight: as for fit.
        shuffle: as for fit.
        callbacks: as for fit; `EarlyStopping` and `ModelCheckpoint` become the stop rule, `ReduceLROnPlateau` and
            `LearningRateScheduler` the recipe's pace.
        folder: where the case is saved.
        max_bytes: what its rows may take; None: 1 GiB or a quarter of the free memory.

    Raises:
        UsageError: this is no Keras model, or the folder cannot be written.
        CannotRebuild: it is not compiled, or its data are not rows of numbers; says what to do.
    """
    if not (hasattr(model, "fit") and hasattr(model, "get_config") and hasattr(model, "_flatten_layers")):
        raise UsageError(f"This is a {type(model).__name__}.", expected="a compiled keras.Model")
    arguments = {
        "x": x,
        "y": y,
        "validation_data": validation_data,
        "validation_split": validation_split,
        "batch_size": batch_size,
        "epochs": epochs,
        "class_weight": class_weight,
        "sample_weight": sample_weight,
        "shuffle": shuffle,
        "callbacks": callbacks,
    }
    trained = int(getattr(getattr(model, "optimizer", None), "iterations", 0)) > 0 or _frozen_with_knowledge(model)
    draft = capture.begin(
        model,
        arguments,
        Path(folder),
        memory_cap() if max_bytes is None else max_bytes,
        Source(fit=user_place()),
        given=trained,
    )
    for tee in draft.tees.values():
        for _ in tee.generator():
            pass
    if trained:
        draft.notes.append("The model was trained before; the experiments start from its weights.")
    capture.saw(draft, None)
    try:
        return capture.finish(draft)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}).", do="choose another folder.") from None


def _frozen_with_knowledge(model: Any) -> bool:
    """Whether a frozen layer has learnt something: its biases are no longer the zeros that it began with."""
    for layer in model._flatten_layers(include_self=False):
        bias, start = getattr(layer, "bias", None), getattr(layer, "bias_initializer", None)
        frozen = not layer.trainable and layer.built and hasattr(bias, "numpy")
        if frozen and type(start).__name__ == "Zeros" and bool(np.any(np.asarray(bias))):
            return True
    return False
