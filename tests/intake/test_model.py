import subprocess
import sys

SCRIPT = """
import os, sys
os.environ["KERAS_BACKEND"] = "jax"
sys.modules["tensorflow"] = None
import numpy as np, keras
from lossclinic.core.errors import LossclinicError
from lossclinic.core.folder import load_case
from lossclinic.intake.model import capture_model
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(2)])
x, y = np.random.rand(30, 2), np.arange(30) % 2
folder = sys.argv[1]
try:
    capture_model(model, x, y, folder=folder)
except LossclinicError as error:
    assert "not compiled" in str(error), error
model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
              keras.losses.SparseCategoricalCrossentropy(from_logits=True))
before = model.get_weights()
case = capture_model(model, x, y, validation_split=0.2, epochs=7, folder=folder)
assert case.recipe.epochs == 7 and case.recipe.split.fraction == 0.2 and case.recipe.initial == "fresh"
assert case.recipe.optimizer["config"]["learning_rate"]["class_name"] == "ExponentialDecay"
assert case.recipe.loss["config"]["from_logits"] is True
assert all((a == b).all() for a, b in zip(before, model.get_weights()))
again = keras.saving.deserialize_keras_object(load_case(folder).recipe.model)
assert [w.shape for w in again.get_weights()] == [w.shape for w in before]
try:
    capture_model(model, x, y[:5], folder=folder)
except LossclinicError as error:
    assert "30 rows of inputs, 5 rows of targets" in str(error)
else:
    raise AssertionError("mismatch not seen")
print("done")
"""


def test_a_compiled_model_becomes_a_case(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "done", done.stderr[-2000:]
