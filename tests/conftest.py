"""What holds for all tests: Keras runs on JAX, without the slow import of TensorFlow, and runs repeat each other."""

import signal

from hypothesis import settings

from lossclinic.engine.backend import prefer_jax

prefer_jax()
# A busy machine is no failure, and neither is bad luck; `--hypothesis-profile=default` explores other examples.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
# A shell's background jobs ignore Ctrl-C and so do their children: the tests that press it need it heard.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
