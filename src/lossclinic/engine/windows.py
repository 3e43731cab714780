"""Convolutions and pooling written in other words, for XLA's CPU code, which is slow at some of them.

The gradient of a maximum over windows takes longer than the convolutions around it, and a convolution inside a compiled
loop is about ten times slower than outside. Both can be said with slices and matrix products, which are fast anywhere;
the numbers stay the same, up to the order of sums. While a program is traced, these take the place of Keras' own
(measured in docs/benchmarks.md).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

MOST_PLACES = 16
"""Pooling windows of more places stay as they are: one slice for each would make a large program."""


@contextlib.contextmanager
def rewritten(*, convolutions: bool) -> Iterator[None]:
    """Trace maximum pooling as slices.

    Args:
        convolutions: whether convolutions become matrix products too.
    """
    from keras.src.backend.jax import nn

    before = nn._pool, nn.conv, nn.depthwise_conv
    nn._pool = _pool(nn._pool)
    if convolutions:
        nn.conv, nn.depthwise_conv = _conv(nn.conv), _depthwise(nn.depthwise_conv)
    try:
        yield
    finally:
        nn._pool, nn.conv, nn.depthwise_conv = before


def _pool(original: Callable[..., Any]) -> Callable[..., Any]:
    """Keras' pooling; a maximum over few places is taken slice by slice, ties going to the first, as XLA has it."""

    def pool(
        inputs: Any, initial: Any, reduce: Any, size: Sequence[int], strides: Sequence[int], padding: str = "valid"
    ) -> Any:
        import jax
        import jax.numpy as jnp

        if reduce is not jax.lax.max or math.prod(size) > MOST_PLACES:
            return original(inputs, initial, reduce, size, strides, padding)
        first, *others = slices(inputs, size, strides, [1] * len(size), padding, initial)
        for other in others:
            # A comparison, unlike jnp.maximum, gives the whole gradient to one place.
            first = jnp.where((first >= other) | jnp.isnan(first), first, other)
        return first

    return pool


def _conv(original: Callable[..., Any]) -> Callable[..., Any]:
    """Keras' convolution as one matrix product; grouped ones stay as they are."""

    def conv(
        inputs: Any, kernel: Any, strides: Any = 1, padding: str = "valid",
        data_format: str | None = None, dilation_rate: Any = 1,
    ) -> Any:  # fmt: skip
        import jax.numpy as jnp

        x, kernel, last = _channels_last(inputs, kernel, data_format)
        if x.shape[-1] != kernel.shape[-2]:
            return original(inputs, kernel, strides, padding, data_format, dilation_rate)
        columns = jnp.concatenate(_patches(x, kernel, strides, padding, dilation_rate), axis=-1)
        made = columns @ kernel.reshape(-1, kernel.shape[-1])
        return made if last else jnp.moveaxis(made, -1, 1)

    return conv


def _depthwise(original: Callable[..., Any]) -> Callable[..., Any]:
    """Keras' convolution of each channel alone, as a sum over the places of its window."""
    del original

    def depthwise_conv(
        inputs: Any, kernel: Any, strides: Any = 1, padding: str = "valid",
        data_format: str | None = None, dilation_rate: Any = 1,
    ) -> Any:  # fmt: skip
        import jax.numpy as jnp

        x, kernel, last = _channels_last(inputs, kernel, data_format)
        taps = kernel.reshape(-1, *kernel.shape[-2:])
        patches = _patches(x, kernel, strides, padding, dilation_rate)
        made: Any = sum(patch[..., None] * tap for patch, tap in zip(patches, taps, strict=True))
        made = made.reshape(*made.shape[:-2], -1)
        return made if last else jnp.moveaxis(made, -1, 1)

    return depthwise_conv


def _channels_last(inputs: Any, kernel: Any, data_format: str | None) -> tuple[Any, Any, bool]:
    import jax.numpy as jnp
    from keras import backend, ops

    weights: Any = ops.convert_to_tensor(kernel)
    x: Any = ops.convert_to_tensor(inputs, dtype=weights.dtype)
    last = (data_format or backend.image_data_format()) == "channels_last"
    return (x if last else jnp.moveaxis(x, 1, -1)), weights, last


def _patches(x: Any, kernel: Any, strides: Any, padding: str, dilation: Any) -> list[Any]:
    """What each place of a kernel's window sees, in the order of the kernel's rows."""
    places = kernel.ndim - 2

    def full(value: Any) -> list[int]:
        inner = [int(value)] * places if isinstance(value, int) else [int(v) for v in value]
        return [1, *inner, 1]

    return slices(x, full(kernel.shape[:places]), full(strides), full(dilation), padding, 0.0)


def slices(
    x: Any, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int], padding: str, fill: float
) -> list[Any]:
    """The array as each place of a moving window sees it.

    Args:
        x: an array.
        size: of the window, along every axis.
        strides: of its moves, along every axis.
        dilation: steps between its places, along every axis.
        padding: "valid" or "same", in any case.
        fill: what lies beyond the edges, for "same".

    Returns:
        One array for each place, the last axis fastest, all of the shape that the moves make.
    """
    import jax

    spans = [(s - 1) * d + 1 for s, d in zip(size, dilation, strict=True)]
    pads = jax.lax.padtype_to_pads(x.shape, spans, strides, padding.upper())
    if any(before or after for before, after in pads):
        x = jax.lax.pad(x, x.dtype.type(fill), [(before, after, 0) for before, after in pads])
    moves = [(n - span) // s for n, span, s in zip(x.shape, spans, strides, strict=True)]
    found: list[Any] = []
    for place in product(*map(range, size)):
        start = [p * d for p, d in zip(place, dilation, strict=True)]
        end = [begin + move * s + 1 for begin, move, s in zip(start, moves, strides, strict=True)]
        found.append(jax.lax.slice(x, start, end, strides))
    return found
