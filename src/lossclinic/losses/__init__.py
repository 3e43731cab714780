"""Losses that Keras does not have; real `keras.losses.Loss` objects for JAX, TensorFlow and PyTorch."""

from lossclinic.losses.shaped import ShapedLoss

__all__ = ["ShapedLoss"]
