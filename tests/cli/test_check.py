from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import lossclinic
from lossclinic import observation
from lossclinic.cli.main import main
from lossclinic.core.case import Place
from lossclinic.core.checkup import Checked, Checkup, Sign, level_of, ranked
from lossclinic.core.errors import UsageError
from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.reports.sarif import to_sarif

ROOT = Path(__file__).parents[2]
SCRIPT = """\
import sys
sys.modules["tensorflow"] = None  # a quick start
import numpy as np
import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(200, 4)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
x[::7, 2] = np.nan
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1),
])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=3, validation_split=0.2, verbose=0)
"""


def invoke(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def checkup(*signs, failure="", fail_on="high"):
    return Checkup("train.py", (Checked("train.py:3", "training", "Answer.", failure=failure, signs=signs),), fail_on)


def sign(cause="wrong-loss", status="observed", severity=0.9, line=3, **known):
    finding = Finding(cause, status, severity, 0.9, (Fact("A fact."),), reason="a reason", **known)
    return Sign(finding, level_of(finding), Place("train.py", line))


@pytest.fixture
def history(tmp_path):
    def write(**columns):
        path = tmp_path / "history.json"
        path.write_text(json.dumps(columns))
        return path

    return write


def test_a_log_that_rises_again(history):
    loss = [0.9, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05]
    done = invoke(history(loss=loss, val_loss=[0.9, 0.6, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]))
    assert done.exit_code == 0
    assert "Look at this first" in done.stdout
    assert "too-many-epochs" in done.stdout
    assert "alone" in done.stdout  # humbly: a curve cannot tell
    assert "causes cannot be seen here: lossclinic check train.py sees more" in done.stdout


def test_a_healthy_log(history):
    flat = [0.9, 0.5, 0.3, 0.22, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    done = invoke(history(loss=flat, val_loss=flat), "--fail-on", "low")
    assert done.exit_code == 0
    assert "Nothing stands out" in done.stdout


@pytest.mark.parametrize(("level", "code"), [("low", 1), ("medium", 0), ("high", 0), ("never", 0)])
def test_the_level_decides_the_exit_code(history, level, code):
    flat = [0.9, 0.5, 0.3, 0.22, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    assert invoke(history(loss=flat), "--fail-on", level).exit_code == code  # no validation set: low


def test_a_suspicion_is_medium_at_most():
    assert sign(severity=0.9).level == "high"
    assert sign(status="suspected", severity=0.9).level == "medium"
    assert sign(status="suspected", severity=0.9, is_fact=True).level == "high"
    assert sign(severity=0.4).level == "medium"
    assert sign(severity=0.1).level == "low"


def test_what_is_certain_comes_before_what_is_likely():
    guess, fact, small = sign("overfitting", "suspected", 0.9), sign(severity=0.5), sign("leakage", severity=0.1)
    assert ranked([small, guess, fact]) == (fact, guess, small)


def test_a_training_that_cannot_work_counts_whatever_the_level():
    assert checkup(failure="fit raised").exit_code == 1
    assert checkup(failure="fit raised", fail_on="never").exit_code == 0
    assert checkup().exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("model.h5", b"x", "save a model in the .keras format"),
        ("notes.txt", b"x", "TensorBoard"),
        ("model.keras", b"x", "no model that Keras 3 saved"),
        ("log.csv", b"a,b\n1,2\n", "no loss"),
        ("note.ipynb", b"{}", "notebook"),
    ],
)
def test_bad_targets_are_told(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    done = invoke(tmp_path / name)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.output


def test_a_folder_without_anything(tmp_path):
    done = invoke(tmp_path)
    assert done.exit_code == 2
    assert "event files" in done.stderr


def test_help_has_examples():
    text = invoke("--help").output
    assert "--fail-on" in text
    assert "lossclinic check logs/" in text


def write_model(path, activation, loss):
    dense = {"class_name": "Dense", "config": {"name": "answer", "units": 1, "activation": activation}}
    model = {
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [dense], "build_input_shape": [None, 4]},
        "compile_config": {"loss": loss, "optimizer": "adam"},
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(model))
    return path


@pytest.mark.parametrize(
    ("activation", "loss", "cause"),
    [
        ("linear", "binary_crossentropy", "logits-mismatch"),
        ("softmax", {"class_name": "BinaryCrossentropy", "config": {}}, "wrong-output-activation"),
        ("sigmoid", "binary_crossentropy", None),
        ("linear", "mse", None),
    ],
)
def test_a_saved_model_is_read_without_keras(tmp_path, activation, loss, cause):
    (checked,) = lossclinic.check(write_model(tmp_path / "model.keras", activation, loss)).checked
    assert checked.kind == "model"
    assert [s.finding.cause for s in checked.signs] == ([cause] if cause else [])
    assert "unscaled-inputs" in checked.open


def test_a_keras_model_in_memory_and_its_history(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    with pytest.raises(UsageError, match="not compiled"):
        lossclinic.check(model)
    model.compile("sgd", "mse")
    found = lossclinic.check(model).checked[0]
    assert [s.finding.cause for s in found.signs] == ["linear-network"]
    model.save(tmp_path / "model.keras")
    assert [s.finding.cause for s in lossclinic.check(tmp_path / "model.keras").checked[0].signs] == ["linear-network"]
    history = keras.callbacks.History()
    history.history = {"loss": [0.9, 0.5, float("nan")]}
    found = lossclinic.check(history).checked[0]
    assert {s.finding.cause for s in found.signs} >= {"learning-rate-too-high", "non-finite-loss"}


def test_a_model_with_rows_is_looked_into(tmp_path):
    import keras
    import numpy as np

    x = np.random.default_rng(0).normal(size=(120, 4)).astype("float32")
    hidden = keras.layers.Dense(8, "relu", name="silent", bias_initializer=keras.initializers.Constant(-50.0))
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    (checked,) = lossclinic.check(model, x, x[:, :1], validation_split=0.2).checked
    by_cause = {s.finding.cause: s.finding for s in checked.signs}
    assert by_cause["dead-units"].where == Where(layer="silent")
    assert checked.rows == 120
    assert not checked.history


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """One script, run once: its result, and where it lies."""
    folder = tmp_path_factory.mktemp("check")
    path = folder / "train.py"
    path.write_text(SCRIPT)
    before = dict(os.environ)
    done = invoke(path, "--json", "--sarif", folder / "out.sarif")
    assert dict(os.environ) == before
    return done, path


def test_a_script_is_run_and_looked_at(script):
    done, path = script
    assert done.exit_code == 1, done.output
    told = json.loads(done.stdout)
    (checked,) = told["checked"]
    by_cause = {found["cause"]: found for found in checked["signs"]}
    lines = SCRIPT.splitlines()
    assert by_cause["missing-values"]["level"] == "high"
    assert "model.fit" in lines[by_cause["missing-values"]["place"]["line"] - 1]
    assert "model.compile" in lines[by_cause["logits-mismatch"]["place"]["line"] - 1]
    assert by_cause["logits-mismatch"]["place"]["path"] == str(path)
    assert len(checked["history"]["loss"]) == 3
    assert "too-little-capacity" in checked["open"]
    assert set(told["checked"][0]["signs"][0]) >= {"level", "cause", "status", "place"}
    assert 0 < told["script_s"] < told["elapsed_s"]


def test_its_sarif(script):
    _, path = script
    log = json.loads((path.parent / "out.sarif").read_text())
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    assert all("lossclinic explain" in rule["help"]["markdown"] for rule in rules)


def test_a_fingerprint_outlives_other_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def prints(text, line):
        Path("train.py").write_text(text)
        found = to_sarif(checkup(sign(line=line, where=Where(layer="a")), sign("leakage", line=line)), Path.cwd())
        return [r["partialFingerprints"]["primaryLocationLineHash"] for r in found["runs"][0]["results"]]

    before = prints("import keras\nmodel.compile()\n", 2)
    assert prints("import keras\n\n# more\n  model.compile( )\n", 4) == before
    assert prints("import keras\nmodel.fit()\n", 2) != before
    assert len(set(before)) == 2


def test_equal_findings_keep_apart():
    found = to_sarif(checkup(sign(), sign()), Path.cwd())["runs"][0]["results"]
    assert len({r["partialFingerprints"]["primaryLocationLineHash"] for r in found}) == 2


def test_every_key_of_the_json_is_described(script):
    text = (ROOT / "docs/check.md").read_text(encoding="utf-8")
    told = json.loads(script[0].stdout)
    keys = {*told, *told["checked"][0], "level", "place"}
    assert {key for key in keys if f"`{key}`" not in text} == set()


def test_fit_must_exist(tmp_path):
    with pytest.raises(UsageError, match="--fit 3"):
        observation._chosen((), 3)


def test_a_level_that_does_not_exist():
    with pytest.raises(UsageError, match="'severe'"):
        lossclinic.check({"loss": [1.0]}, fail_on="severe")
