"""What holds for all tests: Keras runs on JAX, without the slow import of TensorFlow, and runs repeat each other."""

from hypothesis import settings

from lossclinic.engine.backend import prefer_jax

prefer_jax()
# A busy machine is no failure, and neither is bad luck; `--hypothesis-profile=default` explores other examples.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
