"""Bad input, tried for real: each ends in a clear message and the documented exit code, and keeps what was computed."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from lossclinic.cli.main import main
from lossclinic.core.folder import load_case

COMMAND = [sys.executable, "-m", "lossclinic", "run"]
HEAD = """
import sys
sys.modules["tensorflow"] = None  # quick start
import keras, numpy as np
rng = np.random.default_rng(0)
"""
ROWS = """
x = rng.normal(size=(300, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] + 0.3 * rng.normal(size=300)).astype("float32")
"""
DENSE = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(1e-6), "mse")
"""
FIT = "model.fit(x, y, epochs=8, validation_split=0.2, verbose=0)\n"
ODD_NAME = "<img src=x onerror=1> my train.py"
HOPELESS = (
    HEAD
    + """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, required=True)
rows = parser.parse_args().rows

def tried(x, y, loss):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile("adam", loss)
    model.fit(x, y, epochs=2, verbose=0)

def main():
    x = np.loadtxt("beside.csv", delimiter=",").astype("float32")[:rows]
    tried(x, np.ones(len(x)), "binary_crossentropy")
    tried(x, np.full(len(x), np.nan), "mse")
    tried(np.full_like(x, np.nan), x[:, 0], "mse")
    tried(x[:3], x[:3, 0], "mse")
    print("the script's own last line")

if __name__ == "__main__":
    main()
"""
)
RAISING = (
    HEAD
    + ROWS
    + DENSE
    + """
try:
    model.fit(np.c_[x, x], y, verbose=0)
except ValueError:
    print("caught")
model.compile("adam", "mse", ["accuracy"])
model.fit(x, y, verbose=0)
"""
)


def environment():
    return {**os.environ, "KERAS_BACKEND": "jax"}


def lossclinic(folder, script, *options, name="train.py"):
    """Write a script and run the command on it, as a user would in that folder."""
    (folder / name).write_text(textwrap.dedent(script))
    return subprocess.run(
        [*COMMAND, name, "--out", "out", *options],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def answer(folder):
    return json.loads((folder / "out" / "report.json").read_text())["fits"][0]


@pytest.mark.parametrize(
    ("script", "said", "own"),
    [
        ("print('hello')", "never imports Keras", "hello"),
        ("", "There is no training", ""),
        ("print('start')\n[][5]", "IndexError: list index out of range (line 2", "start"),
        ("import sys\nprint('bye')\nsys.exit(7)", "with exit code 7", "bye"),
        ("import sys\nsys.exit('no data found')", "SystemExit: no data found", ""),
        ("print('a')\ndef f(:\n    pass", "SyntaxError: invalid syntax", ""),
    ],
    ids=["no Keras", "empty", "crash", "exit code", "exit message", "syntax error"],
)
def test_a_script_without_a_training_ends_with_3(tmp_path, script, said, own):
    done = lossclinic(tmp_path, script)
    assert done.returncode == 3
    assert said in done.stderr
    assert "Expected:" in done.stderr
    assert "What to do:" in done.stderr
    assert done.stdout.strip() == own


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train.py", "--nonsense"], "No such option"),
        (["train.py", "--budget", "0s"], "90s, 2m"),
        (["missing.py"], "does not exist"),
        (["train.py", "--out", "file/below"], "Choose another folder with --out"),
        (["empty"], "no readable case.json"),
        (["train.ipynb"], "nbconvert"),
        (["binary.py"], "cannot be read as a Python script"),
    ],
)
def test_a_wrong_command_ends_with_2(tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("print('never run')")
    Path("train.ipynb").write_text("{}")
    Path("binary.py").write_bytes(b"\xff\xfe\x00")
    Path("file").touch()
    Path("empty").mkdir()
    done = CliRunner().invoke(main, ["run", *arguments])
    assert done.exit_code == 2
    assert said in done.stderr


def interrupted(folder, script, sign):
    """Start, wait for a line of output, and press Ctrl-C; returns the exit code and everything printed."""
    (folder / "train.py").write_text(textwrap.dedent(script))
    process = subprocess.Popen(
        [*COMMAND, "train.py", "--out", "out", "--budget", "100s"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines = []
    while sign not in "".join(lines[-1:]):
        lines.append(process.stdout.readline())
        assert lines[-1], "".join(lines)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    rest, _ = process.communicate(timeout=60)
    assert not left_behind(process.pid)
    return process.returncode, "".join(lines) + rest


def left_behind(session):
    """Processes of a session that still run (those that nobody has buried yet do not count)."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, ProcessLookupError):
            continue
    return found


def test_ctrl_c_before_any_fit(tmp_path):
    code, printed = interrupted(tmp_path, "import time\nprint('ready', flush=True)\ntime.sleep(60)", "ready")
    assert code == 1
    assert "Interrupted before anything was known" in printed


def test_ctrl_c_after_the_fit_keeps_the_training(tmp_path):
    waits = HEAD + ROWS + DENSE + FIT + "import time\nprint('trained', flush=True)\ntime.sleep(60)"
    code, printed = interrupted(tmp_path, waits, "trained")
    assert code == 1
    assert "lossclinic run out` goes on from the captured training" in " ".join(printed.split())
    assert json.loads((tmp_path / "out" / "report.json").read_text())["fits"][0]["ending"] == "budget-too-small"
    assert len(load_case(tmp_path / "out" / "cases" / "fit-001").data) == 300


@pytest.fixture(scope="module")
def hopeless(tmp_path_factory):
    """Four fits that cannot learn, in a script with an odd name, its own arguments and a file beside it."""
    folder = tmp_path_factory.mktemp("many fits")
    rows = "\n".join(",".join(str((i * k * 7919) % 101 / 101) for k in range(1, 5)) for i in range(200))
    (folder / "beside.csv").write_text(rows)
    options = ("--json", "--fit", "4", "--skip-training", "--", "--rows", "120")
    return folder, lossclinic(folder, HOPELESS, *options, name=ODD_NAME)


def test_json_alone_on_standard_output_and_the_script_s_own_beside_it(hopeless):
    folder, done = hopeless
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout, parse_constant=pytest.fail)
    assert report["script"] == ODD_NAME
    assert report["fits"][0]["answer"].startswith("The data must change, not the model: with 3 rows")
    assert "the script's own last line" in done.stderr
    page = (folder / "out" / "report.html").read_text()
    assert "<img src=x onerror" not in page
    assert "&lt;img src=x onerror" in page


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "every target is 1"), (2, "0 of 120 rows have a target"), (3, "every input value is NaN"), (4, "with 3 rows")],
)
def test_rows_that_teach_nothing_get_their_answer_at_once(hopeless, tmp_path, number, said):
    case = hopeless[0] / "out" / "cases" / f"fit-{number:03d}"
    done = CliRunner().invoke(main, ["run", str(case), "--out", str(tmp_path / "out"), "--quiet"])
    assert done.exit_code == 1, done.output
    fit = answer(tmp_path)
    assert fit["ending"] == "data-must-change"
    assert said in fit["answer"]
    assert any(finding["cause"] == "missing-values" for finding in fit["findings"]) == (number in (2, 3))


def test_a_number_out_of_range(hopeless, tmp_path):
    done = CliRunner().invoke(main, ["run", str(hopeless[0] / "out"), "--fit", "9", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "--fit 9: the script has 4 training(s)" in done.stderr


@pytest.mark.slow
def test_a_fit_that_raises_is_told_in_one_line(tmp_path):
    done = lossclinic(tmp_path, RAISING, "--fit", "2", "--budget", "40s", "--quiet")
    assert done.returncode == 1
    assert "The training failed" in done.stdout
    fit = answer(tmp_path)
    assert fit["ending"] == "failed"
    assert "compile takes ['accuracy'] for loss_weights, its third argument; write metrics=" in fit["answer"]
    shape = load_case(tmp_path / "out" / "cases" / "fit-001").observed.error or ""
    assert shape.startswith("ValueError: Input 0")
    assert "to have value 4, but received input with shape (32, 8)" in shape
    assert "\n" not in shape


@pytest.mark.slow
def test_a_class_without_a_config_trains_inside_its_script(tmp_path):
    own = """
class Net(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.hidden, self.last = keras.layers.Dense(units, activation="relu"), keras.layers.Dense(1)

    def call(self, x):
        return self.last(self.hidden(x))

model = Net(8)
model.compile(keras.optimizers.SGD(1e-6), "mse")
"""
    done = lossclinic(tmp_path, HEAD + ROWS + own + FIT, "--budget", "60s")
    assert done.returncode in (0, 1), done.stderr
    fit = answer(tmp_path)
    assert fit["ending"] != "failed"
    assert fit["baseline"]["held_out"]["median"] > 0


@pytest.mark.slow
def test_ten_million_rows_are_sampled(tmp_path):
    rows = "x = rng.normal(size=(10_000_000, 4)).astype('float32')\ny = x[:, 0] + x[:, 1]\n"
    fit = "model.fit(x, y, batch_size=65536, verbose=0)\n"
    done = lossclinic(tmp_path, HEAD + rows + DENSE + fit, "--budget", "40s")
    assert done.returncode in (0, 1), done.stderr
    assert any("Of 10,000,000 rows an even sample of 1,000,000 was kept" in note for note in answer(tmp_path)["notes"])
