"""In the tests' own process Keras runs on JAX, without the slow import of TensorFlow."""

from lossclinic.engine.backend import prefer_jax

prefer_jax()
