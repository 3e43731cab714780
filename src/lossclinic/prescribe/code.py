"""Plain data of recipes (serialised Keras objects) as Python source."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from lossclinic.core.canonical import Json

Namer = Callable[[str, str], str]
"""(module, name) → how the script spells it: ("layers", "Dense") → "keras.layers.Dense"."""

# Keras 3 defaults; arguments that equal them are not written.
DEFAULTS: dict[str, Any] = {
    "weight_decay": None, "clipnorm": None, "global_clipnorm": None, "clipvalue": None, "use_ema": False,
    "ema_momentum": 0.99, "ema_overwrite_frequency": None, "loss_scale_factor": None,
    "gradient_accumulation_steps": None, "nesterov": False, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7,
    "amsgrad": False, "rho": 0.9, "centered": False, "initial_accumulator_value": 0.1,
    "reduction": "sum_over_batch_size",
    "from_logits": False, "label_smoothing": 0.0, "axis": -1, "trainable": True, "use_bias": True, "seed": None,
    "noise_shape": None, "kernel_regularizer": None, "bias_regularizer": None, "activity_regularizer": None,
    "kernel_constraint": None, "bias_constraint": None, "quantization_config": None,
    "lora_rank": None, "lora_alpha": None,
    "ignore_class": None, "input_axes": None, "output_axes": None, "data_format": "channels_last",
    "fill_mode": "reflect", "fill_value": 0.0, "interpolation": "bilinear", "activation": "linear",
}  # fmt: skip
OWN_DEFAULTS: dict[str, dict[str, Any]] = {
    "BatchNormalization": {
        "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, "beta_regularizer": None,
        "gamma_regularizer": None, "beta_constraint": None, "gamma_constraint": None, "synchronized": False,
        "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99, "beta_initializer": "zeros",
        "gamma_initializer": "ones", "moving_mean_initializer": "zeros", "moving_variance_initializer": "ones",
    },
    "LayerNormalization": {
        "epsilon": 0.001, "center": True, "scale": True, "beta_regularizer": None, "gamma_regularizer": None,
        "beta_constraint": None, "gamma_constraint": None, "beta_initializer": "zeros", "gamma_initializer": "ones",
    },
    "ShapedLoss": {"estimator": "auto", "samples": 8, "seed": 0},
    "SGD": {"momentum": 0.0},
    "RMSprop": {"momentum": 0.0},
    "Dense": {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"},
    "Conv2D": {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"},
}  # fmt: skip
NEVER = ("name", "dtype", "batch_input_shape", "batch_shape")
REGISTRY = {"initializers", "activations", "regularizers"}


def tidy(value: float) -> float:
    """The short decimal that is the same 32-bit float (0.009999999776 → 0.01)."""
    short = float(f"{value:.6g}")
    return short if np.float32(short) == np.float32(value) else float(value)


def snake(class_name: str) -> str:
    """Keras' string for a class: "HeNormal" → "he_normal"."""
    text = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", class_name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text).lower()


def simplified(value: Any) -> Any:
    """A serialised object as the string that Keras accepts for it, where it has only default arguments."""
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    if value["class_name"] == "function":
        return value["config"]
    module = str(value.get("module") or "").rsplit(".", 1)[-1]
    if module in REGISTRY and not arguments(value):
        return snake(value["class_name"])
    return value


def arguments(value: Json) -> dict[str, Any]:
    """The arguments of a serialised object that differ from Keras' defaults, simplified."""
    defaults = {**DEFAULTS, **OWN_DEFAULTS.get(value["class_name"], {})}
    config = value.get("config")
    items = config.items() if isinstance(config, dict) else ()
    kept = {key: simplified(item) for key, item in items if key not in NEVER}
    return {key: item for key, item in kept.items() if key not in defaults or item != defaults[key]}


def expression(value: Any, namer: Namer) -> str:
    """Python source of plain data; serialised objects become constructor calls."""
    value = simplified(value)
    if isinstance(value, dict) and "class_name" in value:
        module = str(value.get("module") or "keras").removeprefix("keras.")
        return construct(value, namer, module)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {expression(v, namer)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(expression(item, namer) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, (float, np.floating)):
        return repr(tidy(float(value)))
    if isinstance(value, np.generic):
        return repr(value.item())
    return f'"{value}"' if isinstance(value, str) and '"' not in value and "\\" not in value else repr(value)


def construct(value: Json, namer: Namer, module: str, callee: str = "") -> str:
    """A constructor call, with the arguments that differ from the defaults.

    Args:
        value: {"class_name": …, "config": …}.
        namer: how the script spells Keras names.
        module: "layers", "losses", "optimizers", …
        callee: the spelling to use instead of the namer's.
    """
    given = arguments(value)
    first = {"Dense": "units", "Dropout": "rate", "Activation": "activation", "L2": "l2", "L1": "l1"}
    lead = first.get(value["class_name"], "")
    parts = [expression(given.pop(lead), namer)] if lead in given else []
    parts += [f"{key}={expression(item, namer)}" for key, item in given.items()]
    return f"{callee or namer(module, value['class_name'])}({', '.join(parts)})"


def loss_code(loss: Json, namer: Namer) -> str:
    """A loss as the string Keras knows it by, or as an object where it has arguments of its own."""
    simple = simplified(loss)
    if isinstance(simple, str):
        return f'"{simple}"'
    if loss["class_name"] == "ShapedLoss":
        return expression(loss, namer)
    return construct(loss, namer, "losses") if arguments(loss) else f'"{snake(loss["class_name"])}"'


def optimizer_code(optimizer: Json, namer: Namer) -> str:
    """An optimizer object with its learning rate written out."""
    return construct(optimizer, namer, "optimizers")
