import io
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest

from lossclinic.core.case import Place
from lossclinic.core.errors import ScriptError, UsageError
from lossclinic.core.folder import given_weights, load_case
from lossclinic.intake.script import capture_script

from .conftest import capture

STYLES = """
import numpy as np, os, random
import keras
from keras import layers
keras.utils.set_random_seed(3)
x = np.random.rand(40, 3).astype("float32")
y = (x.sum(1) > 1.5).astype(int)
def make(loss="mse"):
    model = keras.Sequential([
        layers.Dense(4, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", loss)
    return model
stop = keras.callbacks.EarlyStopping(patience=2, monitor="loss")
mine = [stop]
model = make()
model.fit(x, y, 8, 2, 0, mine, 0.25)
model.fit(x=x, y=y, verbose=0, callbacks=None)
make().fit(x, y, verbose=0, callbacks=stop, class_weight={0: 1.0, 1: 3.0}, validation_data=(x[:8], y[:8]))
fourth = make()
fourth.fit(x, y, verbose=0, callbacks=keras.callbacks.CallbackList([stop], add_history=True, model=fourth))
make("binary_crossentropy").fit(x, y, verbose=0, callbacks=(stop,))
assert len(mine) == 1
def batches():
    for i in range(0, 40, 10):
        yield x[i:i + 10], y[i:i + 10]
model.fit(batches(), verbose=0)
try:
    model.compile("adam", "mse", ["accuracy"])
    model.fit(x, y, verbose=0)
except Exception as error:
    print("caught", type(error).__name__)
try:
    model.fit(x, y, nonsense=1)
except TypeError as error:
    print("caught", error)
class Mine(layers.Layer):
    def call(self, x):
        return x
native = keras.Sequential([Mine(), layers.Dense(1)])
native.compile("sgd", keras.losses.Huber())
for _ in range(7):
    native.fit(x, y, verbose=0)
a, b = keras.Input((3,)), keras.Input((3,))
two = keras.Model([a, b], layers.Dense(1)(layers.Add()([a, b])))
two.compile("sgd", "mse")
two.fit([x, x], y, verbose=0)
print(random.random(), np.random.rand(), float(keras.random.uniform(())))
print("sums", [repr(np.sum(w.astype("float64"))) for w in model.get_weights()])
raise SystemExit(4)
"""


@pytest.fixture(scope="module")
def styles(workplace):
    stream = io.StringIO()
    return capture(workplace, STYLES, stream=stream, arguments=("--a", "b"))


def test_five_call_styles_each_give_a_case(styles):
    assert styles.exit_code == 4
    assert "SystemExit: 4" in str(styles.error)
    fits = styles.cases
    assert [c.recipe.batch_size for c in fits[:5]] == [8, 32, 32, 32, 32]
    assert [c.recipe.stop and c.recipe.stop.patience for c in fits[:5]] == [2, None, 2, 2, 2]
    assert [c.recipe.split.kind for c in fits[:3]] == ["tail", "none", "given"]
    assert len(fits[0].observed.history["loss"]) == 2
    assert fits[0].source.arguments == ("--a", "b")


def test_the_case_says_what_was_compiled_and_where(styles):
    first, *_ = styles.cases
    assert first.recipe.loss["class_name"] == "MeanSquaredError"
    assert first.recipe.learning_rate == 0.001
    assert styles.cases[4].recipe.loss["class_name"] == "BinaryCrossentropy"
    assert styles.cases[2].recipe.class_weight == {0: 1.0, 1: 3.0}
    assert first.task.kind == "binary"
    lines = Path(first.source.fit.path).read_text().split("\n")
    at = [lines[place.line - 1] for place in (first.source.fit, first.source.compile, first.source.layers["dense"])]
    assert ["model.fit(" in at[0], "compile(" in at[1], "Dense(4" in at[2]] == [True] * 3
    assert all(isinstance(place, Place) for place in first.source.layers.values())
    assert "input_layer" not in first.source.layers


def test_a_model_that_was_trained_before_starts_from_given_weights(styles):
    first, second, third = styles.cases[:3]
    assert [c.recipe.initial for c in (first, second, third)] == ["fresh", "given", "fresh"]
    assert [w.shape for w in given_weights(second.folder)] == [(3, 4), (4,), (4, 1), (1,)]


def test_generators_are_captured_and_not_eaten(styles):
    case = styles.cases[5]
    assert case.data.x.shape == (40, 3)
    assert case.recipe.batch_size == 10
    np.testing.assert_array_equal(case.data.x, styles.cases[1].data.x)


def test_a_fit_that_raises_is_a_case_too_and_the_script_sees_its_exception(styles):
    assert styles.cases[6].observed.error
    assert styles.tail.count("caught") == 2
    assert any("arguments that it does not take" in item.reason for item in styles.skipped)


def test_own_layers_are_native_and_loops_are_cut_short(styles):
    natives = [case for case in styles.cases if case.native]
    assert len(natives) == 5
    assert "Mine" in natives[0].native
    assert natives[0].recipe.loss["class_name"] == "Huber"
    assert any("many times" in note for note in styles.notes)
    assert any("2 inputs" in item.reason for item in styles.skipped)


def test_weights_and_random_numbers_are_bit_identical_without_us(styles, workplace):
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    plain = subprocess.run(
        [sys.executable, str(workplace / "train.py")], env=environment, capture_output=True, text=True, check=False
    )
    assert plain.returncode == 4
    assert plain.stdout.split("\n")[-3:] == styles.tail.split("\n")[-3:]


def test_skipping_and_other_patchers(tmp_path):
    result = capture(
        tmp_path,
        """
        import functools, keras, numpy as np
        def patch(name):
            original = keras.Model.fit
            @functools.wraps(original)
            def fit(self, *args, **kwargs):
                print(name)
                return original(self, *args, **kwargs)
            keras.Model.fit = fit
        patch("over")
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        history = model.fit(np.ones((30, 2)), np.arange(30.0), epochs=10**6)
        print("shape", model.predict(np.ones((2, 2)), verbose=0).shape)
        g = ((np.ones((4, 2)), np.ones(4)) for _ in range(5))
        model.fit(g, steps_per_epoch=3)
        history.history["loss"][-1]
        """,
        skip_training=True,
        stream=io.StringIO(),
    )
    assert [len(case.data) for case in result.cases] == [30, 12]
    assert result.cases[0].recipe.epochs == 10**6
    assert result.cases[0].observed.history == {}
    assert "shape (2, 1)" in result.tail
    assert "over" in result.tail
    assert "Traceback" not in result.tail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print('hello')", "never imports Keras"),
        ("import keras", "never calls model.fit"),
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; sys.exit('no data')", "no data"),
        ("def (", "SyntaxError"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    ],
)
def test_scripts_without_a_fit_end_in_a_clear_error(tmp_path, text, words):
    with pytest.raises(ScriptError, match=words):
        capture(tmp_path, text, stream=io.StringIO())


def test_a_script_that_hangs_is_ended(tmp_path):
    with pytest.raises(ScriptError, match="longer than"):
        capture(tmp_path, "import time; time.sleep(60)", head="", timeout=1.5, stream=io.StringIO())


LONG = """
    import keras, numpy as np, time
    x = np.random.rand(300, 3)
    def made():
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model
    made().fit(x, x.sum(1), epochs=1, verbose=0)
    made().fit(x, x.sum(1), epochs=10**7, verbose=0, callbacks=[keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: time.sleep(0.05))])
"""


def test_a_script_whose_time_is_up_leaves_what_it_captured(tmp_path):
    stream = io.StringIO()
    result = capture(tmp_path, LONG, timeout=8, until_fit=60, stream=stream)
    first, second = result.cases
    assert result.timed_out
    assert not result.interrupted
    assert (first.observed.cut_short, second.observed.cut_short) == (False, True)
    assert second.observed.error is None
    assert second.observed.seconds_for(10**7) > 10 * second.observed.seconds
    assert "Traceback" not in stream.getvalue()
    assert "share of the time is over" in stream.getvalue()


def test_a_slow_start_gets_more_time_until_its_first_fit(tmp_path):
    result = capture(tmp_path, "\n    import time; time.sleep(3)" + LONG, timeout=1, until_fit=60, stream=io.StringIO())
    assert result.timed_out
    assert len(result.cases) >= 1
    with pytest.raises(ScriptError, match="came to no training"):
        capture(tmp_path, "import time; time.sleep(60)", head="", timeout=1, until_fit=2, stream=io.StringIO())


def test_a_script_deaf_to_interruptions_is_killed(tmp_path):
    deaf = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)"
    with pytest.raises(ScriptError, match="came to no training"):
        capture(tmp_path, deaf, head="", timeout=1, grace=0.5, stream=io.StringIO())


def test_paths_that_are_no_scripts(tmp_path):
    for path, words in ((tmp_path / "none.py", "no file"), (tmp_path, "folder")):
        with pytest.raises(UsageError, match=words):
            capture_script(path, tmp_path / "out")


def test_tracebacks_are_the_scripts_own(tmp_path):
    stream = io.StringIO()
    with pytest.raises(ScriptError):
        capture(tmp_path, "def f():\n    raise ValueError('mine')\nf()", stream=stream)
    assert "lossclinic" not in stream.getvalue()
    assert stream.getvalue().count("  File ") == 2


@pytest.mark.tensorflow
def test_a_tensorflow_script(tmp_path):
    if "tensorflow" not in packages_distributions():
        pytest.skip("TensorFlow is not installed")
    result = capture(
        tmp_path,
        """
        import numpy as np, tensorflow as tf
        x = np.random.rand(48, 3).astype("float32")
        rows = tf.data.Dataset.from_tensor_slices((x, x.sum(1))).shuffle(48).batch(16)
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile("sgd", tf.keras.losses.MeanSquaredError())
        model.fit(rows.repeat(), epochs=2, steps_per_epoch=3, validation_data=rows, verbose=0)
        """,
        head="",
        stream=io.StringIO(),
    )
    (case,) = result.cases
    assert case.observed.backend == "tensorflow"
    assert (case.data.n_train, len(case.data), case.recipe.batch_size) == (48, 96, 16)
    assert case.recipe.shuffle


def test_what_a_watch_says_becomes_part_of_the_case(tmp_path):
    result = capture(
        tmp_path,
        """
        import keras, lossclinic, numpy as np
        x = np.ones((40, 2), "float32")
        x[7] = np.nan
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="answer")])
        model.compile("sgd", "mse")
        watch = lossclinic.Watch(stop_on={"non-finite-loss"})
        model.fit(x, np.ones(40), epochs=9, callbacks=[watch], verbose=0)
        """,
    )
    (case,) = result.cases
    (line,) = case.observed.watched
    assert "non-finite-loss" in line
    assert case.notes[-1] == f"Watch said: {line}"
    assert load_case(case.folder).observed.watched == case.observed.watched
