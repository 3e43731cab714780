"""Every built-in layer that trains on rows of one kind, as functions of a symbolic tensor that keep its rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossclinic.engine.backend import use_jax

keras = use_jax()
layers = keras.layers
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Family:
    """Rows of one kind and what networks do with them.

    Attributes:
        rows: makes inputs: (generator, rows) → array.
        first: what comes first.
        layers: what may come between, any number in any order.
        last: from there to one vector for each row.
        stackable: whether one layer can stand on another.
    """

    rows: Callable[[Any, int], np.ndarray]
    first: Change
    layers: tuple[Change, ...]
    last: Change
    stackable: bool = True


def new(name: str, *args: Any, **settings: Any) -> Change:
    """A layer made when it is applied."""
    return lambda x: getattr(layers, name)(*args, **settings)(x)


def chain(*changes: Change) -> Change:
    def apply(x: Any) -> Any:
        for change in changes:
            x = change(x)
        return x

    return apply


def merged(name: str, *branches: Change, **settings: Any) -> Change:
    """Branches that start at the same place and come together."""
    return lambda x: getattr(layers, name)(**settings)([branch(x) for branch in branches])


def same(x: Any) -> Any:
    return x


def _normal(*shape: int) -> Callable[[Any, int], np.ndarray]:
    return lambda rng, n: rng.normal(size=(n, *shape)).astype("float32")


L2 = keras.regularizers.L2(0.01)
ANY: tuple[Change, ...] = (
    new("BatchNormalization"),
    new("BatchNormalization", momentum=0.6, center=False, epsilon=0.1),
    new("LayerNormalization"),
    new("RMSNormalization"),
    new("UnitNormalization"),
    new("Dropout", 0.3),
    new("GaussianNoise", 0.2),
    new("GaussianDropout", 0.2),
    new("AlphaDropout", 0.2),
    new("ActivityRegularization", l1=0.01, l2=0.02),
    new("Activation", "tanh"),
    new("ReLU", max_value=2.0, negative_slope=0.1),
    new("LeakyReLU", 0.2),
    new("ELU", 0.7),
    new("PReLU"),
    new("Softmax"),
    new("Rescaling", 0.5, 0.1),
    new("Normalization", mean=0.3, variance=1.7),
    new("Identity"),
    new("Dense", 4, kernel_regularizer=L2),
    merged("Add", new("Dense", 4), new("Dense", 4)),
    merged("Subtract", new("Dense", 4), new("Dense", 4, "relu")),
    merged("Multiply", new("Dense", 4), new("Dense", 4, "sigmoid")),
    merged("Average", new("Dense", 4), new("Dense", 4)),
    merged("Maximum", new("Dense", 4), new("Dense", 4)),
    merged("Minimum", new("Dense", 4), new("Dense", 4)),
    merged("Concatenate", same, new("Dense", 3)),
    lambda x: layers.SpectralNormalization(layers.Dense(4))(x),
)
DENSE: tuple[Change, ...] = (
    *ANY,
    new("GroupNormalization", groups=1),
    new("BatchNormalization", scale=False),
    merged("Dot", new("Dense", 4), new("Dense", 4), axes=1),
    chain(new("RepeatVector", 3), new("Flatten")),
    chain(new("Dense", 6), new("Reshape", (2, 3)), new("Permute", (2, 1)), new("Flatten")),
    new("EinsumDense", "ab,bc->ac", output_shape=4, bias_axes="c"),
    new("Dense", 5, "relu", use_bias=False, kernel_initializer="he_normal"),
    chain(new("Dense", 4, lora_rank=2), new("Dense", 4)),
    new("Dense", 7, "selu"),
)


def _attention(x: Any) -> Any:
    return layers.MultiHeadAttention(2, 3, dropout=0.2)(x, x)


def _causal(x: Any) -> Any:
    return layers.MultiHeadAttention(2, 3)(x, layers.Dense(3)(x), use_causal_mask=True)


SEQUENCE: tuple[Change, ...] = (
    *ANY,
    new("LSTM", 4, return_sequences=True),
    new("LSTM", 3, return_sequences=True, dropout=0.2, recurrent_dropout=0.2, go_backwards=True),
    new("GRU", 4, return_sequences=True),
    new("GRU", 3, return_sequences=True, reset_after=False, dropout=0.3, kernel_regularizer=L2),
    new("SimpleRNN", 4, return_sequences=True, activation="relu"),
    new("SimpleRNN", 3, return_sequences=True, unroll=True, recurrent_regularizer=L2),
    lambda x: layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x),
    lambda x: layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum")(x),
    lambda x: layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], return_sequences=True)(x),
    lambda x: layers.RNN(layers.SimpleRNNCell(3, dropout=0.2), return_sequences=True)(x),
    new("Conv1D", 4, 3, padding="causal", dilation_rate=2),
    new("Conv1D", 4, 3, padding="same", kernel_regularizer=L2, activation="relu"),
    new("Conv1D", 4, 2, strides=1, padding="same", use_bias=False),
    new("SeparableConv1D", 4, 3, padding="same", depth_multiplier=2),
    new("DepthwiseConv1D", 3, padding="same"),
    new("Conv1DTranspose", 4, 3, strides=1, padding="same"),
    chain(new("MaxPooling1D", 2), new("UpSampling1D", 2)),
    chain(new("AveragePooling1D", 2, padding="same"), new("UpSampling1D", 2)),
    chain(new("ZeroPadding1D", 1), new("Cropping1D", 1)),
    new("AdaptiveAveragePooling1D", 4),
    new("AdaptiveMaxPooling1D", 4),
    new("SpatialDropout1D", 0.3),
    lambda x: layers.TimeDistributed(layers.Dense(4))(x),
    _attention,
    _causal,
    lambda x: layers.GroupQueryAttention(3, 2, 1)(x, x),
    lambda x: layers.Attention(use_scale=True, dropout=0.1)([x, x]),
    lambda x: layers.AdditiveAttention()([x, x]),
    new("EinsumDense", "abc,cd->abd", output_shape=(None, 4), bias_axes="d"),
    new("Permute", (2, 1)),
    new("GroupNormalization", groups=1),
)
IMAGE: tuple[Change, ...] = (
    *ANY,
    new("Conv2D", 4, 3, padding="same", activation="relu"),
    new("Conv2D", 4, 3, padding="same", dilation_rate=2, kernel_regularizer=L2),
    new("Conv2D", 4, 3, strides=2, padding="same"),
    chain(new("Conv2D", 4, 1), new("Conv2D", 4, 3, padding="same", groups=2)),
    new("SeparableConv2D", 4, 3, padding="same"),
    new("DepthwiseConv2D", 3, padding="same", depth_multiplier=2),
    new("Conv2DTranspose", 3, 2, strides=2),
    new("MaxPooling2D", 2, padding="same"),
    new("AveragePooling2D", 2, padding="same"),
    new("AdaptiveAveragePooling2D", 3),
    new("AdaptiveMaxPooling2D", 3),
    new("UpSampling2D", 2, interpolation="bilinear"),
    chain(new("ZeroPadding2D", 2), new("Cropping2D", ((1, 1), (2, 2)))),
    new("SpatialDropout2D", 0.3),
    chain(new("Conv2D", 4, 1), new("GroupNormalization", groups=2)),
    new("BatchNormalization", axis=1),
    new("LayerNormalization", axis=(1, 2)),
    new("Resizing", 5, 5),
    new("CenterCrop", 4, 4),
    new("RandomFlip"),
    new("RandomRotation", 0.2),
    new("RandomZoom", 0.2),
    new("RandomTranslation", 0.2, 0.2),
    new("RandomContrast", 0.3),
    new("RandomBrightness", 0.3, value_range=(0.0, 1.0)),
    new("RandomShear", 0.2, 0.2),
    new("RandomErasing"),
    new("RandomPerspective"),
    new("RandomGaussianBlur"),
    new("RandomInvert"),
    lambda x: layers.TimeDistributed(layers.Conv1D(4, 3, padding="same"))(x),
    lambda x: layers.SpectralNormalization(layers.Conv2D(3, 3, padding="same"))(x),
)
VOLUME: tuple[Change, ...] = (
    new("Conv3D", 3, 2, padding="same"),
    new("Conv3DTranspose", 2, 2, strides=2),
    new("MaxPooling3D", 2, padding="same"),
    new("AveragePooling3D", 2, padding="same"),
    new("AdaptiveAveragePooling3D", 2),
    new("AdaptiveMaxPooling3D", 2),
    new("UpSampling3D", 2),
    chain(new("ZeroPadding3D", 1), new("Cropping3D", 1)),
    new("SpatialDropout3D", 0.3),
    new("ConvLSTM2D", 2, 2, padding="same", return_sequences=True),
    lambda x: layers.TimeDistributed(layers.Conv2D(3, 3, padding="same"))(x),
    lambda x: layers.TimeDistributed(layers.AveragePooling2D(2))(x),
)


def _pooled(x: Any) -> Any:
    return layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])


def _pooled_sequence(x: Any) -> Any:
    return layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])


def _tokens(rng: Any, rows: int) -> np.ndarray:
    """Words 1…8 filled up with zeros at the end."""
    words, length = rng.integers(1, 9, (rows, 6)), rng.integers(1, 7, (rows, 1))
    return np.where(np.arange(6) < length, words, 0).astype("int32")


TOKENS: tuple[Change, ...] = (
    new("LSTM", 4),
    new("GRU", 4, dropout=0.2),
    new("SimpleRNN", 4),
    lambda x: layers.Bidirectional(layers.LSTM(3))(x),
    lambda x: layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)])(x),
    chain(new("LSTM", 4, return_sequences=True), new("GRU", 3)),
    lambda x: layers.GlobalAveragePooling1D()(_attention(x)),
    new("GlobalAveragePooling1D"),
    chain(new("SpatialDropout1D", 0.3), new("LSTM", 3)),
    lambda x: layers.LSTM(3)(layers.TimeDistributed(layers.Dense(4))(x)),
    chain(new("LayerNormalization"), new("GRU", 3)),
    lambda x: layers.GlobalAveragePooling1D()(layers.Attention()([x, x])),
    new("GlobalMaxPooling1D"),
    lambda x: layers.LSTM(3)(layers.Concatenate()([x, x])),
    lambda x: layers.LSTM(3)(layers.Add()([x, layers.Dense(3)(x)])),
    chain(new("BatchNormalization"), new("LSTM", 3)),
)
FAMILIES = {
    "numbers": Family(_normal(5), same, DENSE, same),
    "sequence": Family(_normal(4, 3), same, SEQUENCE, _pooled_sequence),
    "image": Family(
        lambda rng, n: rng.uniform(size=(n, 6, 6, 2)).astype("float32"), same, IMAGE, _pooled
    ),
    "tokens": Family(_tokens, new("Embedding", 9, 3, mask_zero=True), TOKENS, same, stackable=False),
    "more numbers": Family(_normal(5), new("Dense", 4, "tanh"), DENSE, same),
    "sequence end": Family(_normal(4, 3), new("Masking", 0.0), SEQUENCE, new("LSTM", 3)),
    "volume": Family(_normal(3, 3, 3, 1), same, VOLUME, new("GlobalAveragePooling3D")),
    "categories": Family(
        lambda rng, n: rng.integers(0, 5, (n, 3)).astype("int32"), same,
        (
            chain(new("Embedding", 5, 2, embeddings_regularizer=L2), new("Flatten")),
            chain(new("Embedding", 5, 2), new("GlobalAveragePooling1D")),
            new("CategoryEncoding", num_tokens=5, output_mode="multi_hot"),
            new("CategoryEncoding", num_tokens=5, output_mode="count"),
        ),
        same,
        stackable=False,
    ),
}  # fmt: skip
