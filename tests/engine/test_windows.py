"""Convolutions and pooling in other words give Keras' numbers and gradients."""

import contextlib
import math

import numpy as np
import pytest

from lossclinic.engine.backend import use_jax
from lossclinic.engine.windows import rewritten

keras = use_jax()

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

layers = keras.layers
RNG = np.random.default_rng(0)
LINE, IMAGE, CUBE = (2, 9, 3), (2, 7, 8, 3), (2, 5, 4, 5, 2)
LAYERS = {
    "conv1d": (LINE, lambda: layers.Conv1D(4, 3)),
    "conv1d, causal, dilated": (LINE, lambda: layers.Conv1D(4, 2, padding="causal", dilation_rate=2)),
    "conv1d, strided": (LINE, lambda: layers.Conv1D(4, 3, strides=2, padding="same")),
    "conv2d": (IMAGE, lambda: layers.Conv2D(4, 3)),
    "conv2d, same": (IMAGE, lambda: layers.Conv2D(4, (2, 4), padding="same")),
    "conv2d, strided": (IMAGE, lambda: layers.Conv2D(4, (3, 2), strides=(2, 3), padding="same")),
    "conv2d, dilated": (IMAGE, lambda: layers.Conv2D(4, 3, dilation_rate=2)),
    "conv2d, 1x1": (IMAGE, lambda: layers.Conv2D(4, 1)),
    "conv2d, groups": (IMAGE, lambda: layers.Conv2D(6, 3, groups=3)),
    "conv2d, channels first": (IMAGE, lambda: layers.Conv2D(4, 3, data_format="channels_first", padding="same")),
    "conv3d": (CUBE, lambda: layers.Conv3D(3, 2, padding="same")),
    "depthwise1d": (LINE, lambda: layers.DepthwiseConv1D(3, depth_multiplier=2)),
    "depthwise2d": (IMAGE, lambda: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)),
    "separable2d": (IMAGE, lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2)),
    "maximum1d": (LINE, lambda: layers.MaxPooling1D(2)),
    "maximum2d": (IMAGE, lambda: layers.MaxPooling2D()),
    "maximum2d, overlapping, same": (IMAGE, lambda: layers.MaxPooling2D(3, strides=2, padding="same")),
    "maximum2d, channels first": (IMAGE, lambda: layers.MaxPooling2D(2, data_format="channels_first")),
    "maximum2d, large": (IMAGE, lambda: layers.MaxPooling2D(6, strides=1)),
    "maximum3d": (CUBE, lambda: layers.MaxPooling3D(2)),
    "average2d": (IMAGE, lambda: layers.AveragePooling2D(2, padding="same")),
}


def numbers_and_gradients(layer, x, weights, upstream):
    def total(x, weights):
        made, _ = layer.stateless_call(weights, [], x)
        return jnp.sum(made * upstream), made

    # A program of its own each time: an earlier trace would be taken again.
    (_, made), gradients = jax.value_and_grad(total, (0, 1), has_aux=True)(x, weights)
    return made, gradients


@pytest.mark.parametrize("name", LAYERS)
def test_same_numbers_and_gradients_as_keras(name):
    shape, make = LAYERS[name]
    x = jnp.asarray(RNG.integers(-3, 4, shape).astype("float32"))  # many ties
    layer = make()
    layer.build(shape)
    weights = [v.value for v in layer.trainable_variables]
    upstream = jnp.asarray(RNG.normal(size=layer.compute_output_shape(shape)).astype("float32"))
    wanted, wanted_gradients = numbers_and_gradients(layer, x, weights, upstream)

    with rewritten(convolutions=True):
        made, gradients = numbers_and_gradients(layer, x, weights, upstream)

    np.testing.assert_allclose(made, wanted, rtol=1e-5, atol=1e-5)
    for ours, theirs in zip(jax.tree.leaves(gradients), jax.tree.leaves(wanted_gradients), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("place", range(4))
def test_a_maximum_over_what_is_no_number_is_no_number(place):
    x = np.zeros((1, 2, 2, 1), dtype="float32")
    x.reshape(-1)[place] = np.nan
    with rewritten(convolutions=False):
        assert math.isnan(float(layers.MaxPooling2D()(x)[0, 0, 0, 0]))


def test_keras_is_left_as_it_was():
    from keras.src.backend.jax import nn

    before = nn._pool, nn.conv, nn.depthwise_conv
    with contextlib.suppress(KeyError), rewritten(convolutions=True):
        assert nn.conv is not before[1]
        raise KeyError
    assert (nn._pool, nn.conv, nn.depthwise_conv) == before
