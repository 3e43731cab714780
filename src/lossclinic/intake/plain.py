"""A Keras model, its loss and its optimizer as plain data, and why that is sometimes not enough."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from lossclinic.core.canonical import Json, plain
from lossclinic.core.errors import CannotRebuild
from lossclinic.core.shaped import MODULE, shaped
from lossclinic.core.shaped import NAME as SHAPED
from lossclinic.engine.model import UNWRITTEN, adapted_layers
from lossclinic.intake.failure import metrics_for_weights

NEEDS_TENSORFLOW = (
    "TextVectorization", "StringLookup", "IntegerLookup", "Hashing", "HashedCrossing", "TFSMLayer"
)  # fmt: skip
"""Layers of Keras that compute with TensorFlow whatever the backend."""


def _from_keras(cls: type) -> bool:
    return cls.__module__.split(".")[0] == "keras"


def plain_model(model: Any, rows_shape: tuple[int, ...] | None = None) -> Json:
    """The architecture as `core.architecture` reads it: class, config and layers, JSON-ready.

    Args:
        model: a Keras model, built or not.
        rows_shape: shape of one row of inputs, for a Sequential model that was never built.
    """
    import keras

    config: Any = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            config = keras.saving.serialize_keras_object(model.get_config())
        except Exception:
            config = {"name": model.name}
        if "layers" not in config:  # a class of the script's own: its layers can be looked at, not rebuilt
            config = {"name": model.name, "layers": [_plain_layer(layer) for layer in model.layers]}
    _write_adapted(config, model)
    functional = isinstance(model, keras.Model) and type(model).__name__ == "Functional"
    if isinstance(model, keras.Sequential) and not config.get("build_input_shape") and rows_shape is not None:
        config["build_input_shape"] = [None, *rows_shape]
    return plain(
        {
            "module": "keras.src.models.functional" if functional else type(model).__module__,
            "class_name": type(model).__name__,
            "config": config,
            "registered_name": "Functional" if functional else None,
        }
        | ({"module": "keras"} if type(model) is keras.Sequential else {})
    )


def _write_adapted(value: Any, model: Any) -> None:
    """Write into the configs of `Normalization` layers what `adapt` found: Keras keeps it among the weights alone."""
    adapted = {layer.name: layer for layer in adapted_layers(model)}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            config = value.get("config")
            if value.get("class_name") == "Normalization" and isinstance(config, dict) and config["name"] in adapted:
                layer = adapted[config["name"]]
                config["mean"] = np.asarray(layer.adapt_mean).tolist()
                config["variance"] = np.asarray(layer.adapt_variance).tolist()
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(value)


def _plain_layer(layer: Any) -> Any:
    import keras

    try:
        return keras.saving.serialize_keras_object(layer)
    except Exception:
        return {"module": type(layer).__module__, "class_name": type(layer).__name__, "config": {"name": layer.name}}


def plain_loss(loss: Any) -> tuple[Json, str | None]:
    """A loss as the class of Keras that it is, however the script named it.

    Args:
        loss: string, function, instance, or a list or dict that holds one of them.

    Returns:
        {"class_name", "config"}, and why it cannot be rebuilt (None if it can).

    Raises:
        CannotRebuild: there are several losses.
    """
    import keras

    if isinstance(loss, dict):
        loss = list(loss.values())
    if isinstance(loss, (list, tuple)):
        if len(loss) != 1:
            raise CannotRebuild(f"The model is compiled with {len(loss)} losses.", expected="one output, one loss")
        loss = loss[0]
    if loss is None:
        return {"class_name": "None", "config": {}}, "compile was called without a loss"
    if isinstance(loss, str):
        try:
            loss = keras.losses.get(loss)
        except ValueError:
            return {"class_name": loss, "config": {}}, f"Keras knows no loss named {loss!r}"
    if isinstance(loss, type) and issubclass(loss, keras.losses.Loss):
        loss = loss()
    if not isinstance(loss, keras.losses.Loss):
        return _plain_loss_function(loss)
    name = type(loss).__name__
    if loss.reduction in (None, "none"):
        config = plain(keras.saving.serialize_keras_object(loss.get_config())) if _from_keras(type(loss)) else {}
        return {"class_name": name, "config": config}, f"the loss {name} gives a number for each row, not for a batch"
    if name == SHAPED and type(loss).__module__.startswith(f"{MODULE}.") and not callable(cast("Any", loss).reward):
        config = plain(loss.get_config())
        return {**shaped(config["primary"], config["reward"], config["weight"]), "config": config}, None
    if not _from_keras(type(loss)) or not hasattr(keras.losses, name):
        return {"class_name": name, "config": {}}, f"the loss {name} is the script's own"
    return {"class_name": name, "config": plain(keras.saving.serialize_keras_object(loss.get_config()))}, None


def _plain_loss_function(function: Any) -> tuple[Json, str | None]:
    import keras

    for name in dir(keras.losses):
        cls = getattr(keras.losses, name)
        if isinstance(cls, type) and issubclass(cls, keras.losses.Loss) and cls is not keras.losses.Loss:
            instance = cls()
            if getattr(instance, "fn", None) is function:
                return {"class_name": name, "config": plain(instance.get_config())}, None
    name = getattr(function, "__name__", type(function).__name__)
    return {"class_name": name, "config": {}}, f"the loss {name} is the script's own function"


def plain_optimizer(optimizer: Any) -> tuple[Json, str | None]:
    """An optimizer as class and config; a float learning rate stays a float, a schedule its serialised form.

    Returns:
        {"class_name", "config"}, and why it cannot be rebuilt (None if it can).
    """
    import keras

    inner = getattr(optimizer, "inner_optimizer", optimizer)  # mixed precision wraps the script's own
    config = plain(keras.saving.serialize_keras_object(inner.get_config()))
    rate = config.get("learning_rate")
    if isinstance(rate, float):  # 0.001, not the 0.0010000000474974513 that float32 makes of it
        config["learning_rate"] = float(str(np.float32(rate)))
    name = type(inner).__name__
    reason = None if _from_keras(type(inner)) else f"the optimizer {name} is the script's own"
    if isinstance(rate, dict) and str(rate.get("module", "")).split(".")[0] != "keras":
        reason = f"the learning rate schedule {rate.get('class_name')} is the script's own"
    if name in ("MultiOptimizer", "OptimizerMap"):
        reason = "parts of the model have optimizers of their own"
    if any(getattr(inner, attribute, None) for attribute in UNWRITTEN):
        reason = "the optimizer leaves some weights out of its weight decay"
    return {"class_name": name, "config": config}, reason


def why_native(model: Any, config: Json) -> str | None:
    """Why a model can only train inside the script's own process; None where its plain data say everything.

    Args:
        model: the Keras model.
        config: the same as plain data.
    """
    import keras

    cls = type(model)
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    if weights is not None and not metrics_for_weights(model):  # with those, fit raises
        return "compile was given loss_weights"
    if "train_step" in vars(model):
        return "the script gives the model a train_step of its own"
    own_step = next(base for base in cls.__mro__ if "train_step" in vars(base))
    if not _from_keras(own_step):
        return f"the class {own_step.__name__} has a train_step of its own"
    if getattr(model, "compute_loss", None) is not None:
        own_loss = next(base for base in cls.__mro__ if "compute_loss" in vars(base))
        if not _from_keras(own_loss):
            return f"the class {own_loss.__name__} computes its loss itself"
    if not isinstance(model, keras.Sequential) and not _is_functional(model):
        return f"the model is a class of the script's own ({cls.__name__})"
    for layer in model._flatten_layers(include_self=False):
        if not _from_keras(type(layer)):
            return f"the layer {layer.name} is of the script's own class {type(layer).__name__}"
        if type(layer).__name__ == "Lambda":
            return f"the layer {layer.name} is a Lambda, whose code is in the script only"
        if type(layer).__name__ in NEEDS_TENSORFLOW:
            return f"the layer {layer.name} ({type(layer).__name__}) needs TensorFlow"
        if type(layer).__name__ == "RandomCrop":  # cuts at places that a compiled program would have to know before
            return f"the layer {layer.name} (RandomCrop) cannot be compiled"
        if getattr(layer, "stateful", False):
            return f"the layer {layer.name} carries its state from one batch to the next"
        if layer.compute_dtype == "float64":
            return f"the layer {layer.name} computes in double precision"
    return next((f"the model uses {name}, which is the script's own" for name in _foreign(config)), None)


def _is_functional(model: Any) -> bool:
    return any(base.__name__ == "Functional" and _from_keras(base) for base in type(model).__mro__)


def _foreign(value: Any) -> Iterator[str]:
    """Names of serialised functions and classes that are not Keras' own."""
    if isinstance(value, dict):
        name = value.get("class_name")
        if name == "function":
            yield f"the function {value.get('config')}"
        elif name == "__lambda__":
            yield "a lambda"
        elif name and value.get("module") and str(value["module"]).split(".")[0] not in ("keras", "builtins"):
            yield f"the class {name}"
        else:
            for item in value.values():
                yield from _foreign(item)
    elif isinstance(value, list):
        for item in value:
            yield from _foreign(item)


def plain_metrics(model: Any) -> tuple[str, ...]:
    """Names of the metrics that a model was compiled with, in small letters without underscores."""
    compiled = getattr(model, "_compile_metrics", None)
    given = [getattr(compiled, name, None) for name in ("_user_metrics", "_user_weighted_metrics")]
    found: list[str] = []
    while given:
        item = given.pop(0)
        if isinstance(item, dict):
            given.extend(cast("dict[str, Any]", item).values())
        elif isinstance(item, (list, tuple)):
            given.extend(cast("list[Any]", item))
        elif item is not None:
            found.append(_metric_name(item))
    return tuple(dict.fromkeys(found))


def _metric_name(metric: Any) -> str:
    name = metric if isinstance(metric, str) else getattr(metric, "__name__", type(metric).__name__)
    plain = str(name).lower().replace("_", "")
    threshold = getattr(metric, "_threshold", getattr(metric, "threshold", None))
    if plain == "binaryaccuracy" and isinstance(threshold, (int, float)) and threshold != 0.5:
        return f"{plain}>{threshold:g}"
    return plain
