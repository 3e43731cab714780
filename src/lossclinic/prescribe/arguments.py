"""Read and rewrite the arguments of a call."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lossclinic.prescribe.items import insert_item, remove_item
from lossclinic.prescribe.pen import CannotWrite

FIT = (
    "x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle",
    "class_weight", "sample_weight", "initial_epoch",
)  # fmt: skip
COMPILE = ("optimizer", "loss", "loss_weights", "metrics")
_CONVOLUTION = ("filters", "kernel_size", "strides", "padding")
POSITIONS: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation", "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer"),
    "Conv1D": _CONVOLUTION,
    "Conv2D": _CONVOLUTION,
    "Conv3D": _CONVOLUTION,
    "LSTM": ("units", "activation", "recurrent_activation", "use_bias"),
    "GRU": ("units", "activation", "recurrent_activation", "use_bias"),
    "SimpleRNN": ("units", "activation", "use_bias"),
    "Embedding": ("input_dim", "output_dim"),
    "Dropout": ("rate",),
    "SpatialDropout2D": ("rate",),
    "GaussianNoise": ("stddev",),
    "Activation": ("activation",),
    "LeakyReLU": ("negative_slope",),
    "ELU": ("alpha",),
    "EarlyStopping": ("monitor", "min_delta", "patience", "verbose", "mode", "baseline", "restore_best_weights"),
    "SGD": ("learning_rate", "momentum", "nesterov"),
    "Adam": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "RMSprop": ("learning_rate", "rho", "momentum"),
    "Adagrad": ("learning_rate", "initial_accumulator_value"),
}


def find(call: cst.Call, name: str, positions: Sequence[str]) -> cst.Arg | None:
    """The argument of this name, given by keyword or by position; None where the call leaves it out.

    Raises:
        CannotWrite: the call spreads `*args` or `**kwargs`, so what it receives cannot be read.
    """
    at = _index(call, name, positions)
    return None if at is None else call.args[at]


def _index(call: cst.Call, name: str, positions: Sequence[str]) -> int | None:
    for i, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == name:
            return i
    if any(arg.star for arg in call.args):
        raise CannotWrite("the call spreads its arguments with `*` or `**`, so they cannot be edited one by one")
    for i, arg in enumerate(call.args):
        if arg.keyword is None and i < len(positions) and positions[i] == name:
            return i
        if arg.keyword is None and i >= len(positions):
            raise CannotWrite("the call gives an argument by position that is not known by name")
    return None


def with_argument(call: cst.Call, name: str, code: str, positions: Sequence[str]) -> cst.Call:
    """The call with one argument set, in place or as a new keyword."""
    at = _index(call, name, positions)
    value = cst.parse_expression(code)
    if at is not None:
        args = list(call.args)
        args[at] = args[at].with_changes(value=value)
        return call.with_changes(args=args)
    no_space = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = cst.Arg(value=value, keyword=cst.Name(name), equal=no_space)
    return call.with_changes(args=insert_item(call.args, len(call.args), new, call.whitespace_before_args))


def without_argument(call: cst.Call, name: str, positions: Sequence[str]) -> cst.Call:
    """The call without one argument; a positional one that others follow cannot be left out."""
    at = _index(call, name, positions)
    if at is None:
        return call
    if call.args[at].keyword is None and any(arg.keyword is None for arg in call.args[at + 1 :]):
        raise CannotWrite(f"`{name}` is given by position with others behind it")
    return call.with_changes(args=remove_item(call.args, at))
