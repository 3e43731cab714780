"""What Keras has no common word for: random numbers inside a compiled step, and a call of Python from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

Array = np.ndarray[Any, Any]


def uniform(shape: tuple[Any, ...], like: Any, seed: int) -> Any:
    """Numbers in [0, 1) that differ from step to step without a state that would have to be carried along.

    A compiled step keeps no state that its model does not own; so the stream is chosen by the bits of the sum of the
    step's own predictions, which change with every batch and every update. Equal predictions get equal numbers.

    Args:
        shape: of the result.
        like: the predictions, float32.
        seed: shifts all streams.
    """
    backend = keras.backend.backend()
    if backend == "jax":
        import jax
        import jax.numpy as jnp

        bits = jax.lax.bitcast_convert_type(jnp.sum(jax.lax.stop_gradient(like)), jnp.uint32)
        return jax.random.uniform(jax.random.fold_in(jax.random.key(seed), bits), shape)
    if backend == "tensorflow":
        import tensorflow as tf

        bits = tf.bitcast(tf.reduce_sum(like), tf.int32)
        return tf.random.stateless_uniform(shape, tf.stack([tf.constant(seed, tf.int32), bits]))
    import torch  # pyright: ignore[reportMissingImports]  # only where it is the backend

    if like.device.type == "meta":  # Keras only asks for shapes
        return torch.zeros(shape, device="meta")
    bits = int(np.asarray(like.detach().sum().cpu(), dtype=np.float32).view(np.uint32))
    stream = torch.Generator(device=like.device).manual_seed((seed << 32) + bits)
    return torch.rand(shape, generator=stream, device=like.device)


def on_host(function: Callable[[Array, Array], Array], rows: Any, *arrays: Any) -> Any:
    """Call a Python function of NumPy arrays from inside a compiled step; nothing is differentiated through it.

    Args:
        function: its result has shape (arrays[1].shape[0], 1 + rows), float32.
        rows: rows in this batch; a tensor where TensorFlow leaves it open.
        arrays: what it is called with.
    """
    backend = keras.backend.backend()
    if backend == "jax":
        import jax
        from jax.experimental.buffer_callback import buffer_callback

        arrays = tuple(jax.lax.stop_gradient(array) for array in arrays)
        result = jax.ShapeDtypeStruct((arrays[1].shape[0], 1 + rows), np.float32)
        if jax.default_backend() != "cpu":
            return jax.pure_callback(
                lambda *given: function(*map(np.asarray, given)), result, *arrays, vmap_method="sequential"
            )

        # `pure_callback` first moves large arrays to the CPU, on a thread of a pool that this very step may be
        # occupying: with one core it waits for itself.
        def fill(_: Any, out: Any, *given: Any) -> None:
            np.asarray(out)[...] = function(*(np.asarray(each).copy() for each in given))

        return buffer_callback(fill, result, vmap_method="sequential")(*arrays)
    if backend == "tensorflow":
        import tensorflow as tf

        # The name shows where TensorFlow complains that XLA cannot call Python.
        result = tf.numpy_function(function, arrays, tf.float32, name="compile_with_jit_compile_False")
        result.set_shape((arrays[1].shape[0], None))
        return result
    import torch  # pyright: ignore[reportMissingImports]  # only where it is the backend

    if any(array.device.type == "meta" for array in arrays):
        return torch.zeros((arrays[1].shape[0], 1 + rows), device="meta")
    told = function(*(array.detach().cpu().numpy() for array in arrays))
    return torch.as_tensor(told, device=arrays[1].device)
