from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import lossclinic.tuning
from lossclinic.cli.main import main
from lossclinic.cli.tune import tune
from lossclinic.core.report import Band
from lossclinic.core.tuned import Nested, Parameter, Tuned, TunedArm, TunedTrial
from lossclinic.tuning.sampling import METHODS

TRIALS = (
    TunedTrial({"learning-rate": 0.001, "epochs": 9}, 0.5, 0.02, "trained", 1.0),
    TunedTrial({"learning-rate": 0.03, "epochs": 12}, 0.2, 0.01, "trained", 1.0),
    TunedTrial({"learning-rate": 3.0}, None, None, "failed: non-finite loss", 1.0),
)
NESTED = Nested(Band(0.6, 0.5, 0.7), Band(0.25, 0.2, 0.3), Band(0.58, 0.5, 0.65), 0.95, 1.0, 10, 0.0)


def result(**changes):
    parameter = Parameter("learning-rate", 0.001, 0.03, "0.0001 to 0.03", 0.8, "upper")
    arm = TunedArm("", TRIALS[1], TRIALS[0], (parameter,), TRIALS, 0, NESTED)
    known = {
        "name": "train.py:3", "script": "train.py", "answer": "Set learning-rate 0.03.", "ending": "better",
        "yardstick": "log-loss", "rows": {}, "method": "tpe", "scoring": "one hold-out", "arms": (arm,),
        "prescription": None, "fixed": (("l2", "you fixed it"),), "flags": ("the edge",), "notes": (),
        "trainings": 30, "elapsed_s": 5.0, "budget_s": 120.0,
    }  # fmt: skip
    return Tuned(**known | changes)


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run the command with a stand-in for the tuning itself, which keeps what it was asked."""
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("")
    calls = []

    def run(*arguments, answer=None):
        def tune_script(target, question, **options):
            calls.append((target, question, options))
            options["progress"].stage("Trying settings")
            return answer or result()

        monkeypatch.setattr(lossclinic.tuning, "tune_script", tune_script)
        return CliRunner().invoke(main, ["tune", *arguments], env={"COLUMNS": "200"})

    run.calls = calls
    return run


def test_the_answer_comes_first_and_the_evidence_after(invoke):
    done = invoke("train.py")
    assert done.exit_code == 0, done.output
    told = " ".join(done.stdout.split())
    order = ("Set learning-rate 0.03.", "0.600 → 0.250", "95 % interval 50 to 65 %", "importance", "Tried", "The edge")
    places = [told.index(part) for part in order]
    assert places == sorted(places)
    assert "failed: non-finite loss" in told
    assert "upper end" in told
    assert "l2 was not tuned: you fixed it" in told


def test_json_is_all_there_is_on_standard_output(invoke):
    told = json.loads(invoke("train.py", "--json").stdout)
    assert (told["ending"], told["best"]["learning-rate"]) == ("better", 0.03)
    assert told["arms"][0]["nested"]["gain"] == {"median": 0.58, "low": 0.5, "high": 0.65}


def test_every_option_arrives(invoke):
    done = invoke(
        "train.py", "--method", "random", "--trials", "9", "--repeats", "3", "--folds", "4", "--give-up", "hyperband",
        "--fix", "width", "--fix", "l2", "--range", "learning-rate=1e-4:0.1", "--compare", "optimizer", "--storage",
        "sqlite:///x.db", "--out", "here", "--fit", "2", "--skip-training", "--seed", "7", "--workers", "1",
        "--memory", "2g", "--", "--epochs", "3",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    ((target, question, options),) = invoke.calls
    assert target == Path("train.py")
    assert (question.method, question.trials, question.repeats, question.folds) == ("random", 9, 3, 4)
    assert (question.give_up, question.fixed, question.compare) == ("hyperband", ("width", "l2"), "optimizer")
    assert (question.ranges, question.storage) == ({"learning-rate": (1e-4, 0.1)}, "sqlite:///x.db")
    assert (options["out"], options["fit"], options["seed"], options["workers"]) == (Path("here"), 2, 7, 1)
    assert (options["skip_training"], options["memory"]) == (True, 2 * 2**30)
    assert options["arguments"] == ("--epochs", "3")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"ending": "already-good"}, 0),
        ({"ending": "suggestive"}, 1),
        ({"ending": "budget-too-small"}, 1),
        ({"ending": "failed", "arms": ()}, 1),
        ({"interrupted": True}, 1),
    ],
)
def test_the_exit_code_follows_the_ending(invoke, changes, code):
    done = invoke("train.py", answer=result(**changes))
    assert done.exit_code == code
    assert ("Interrupted" in done.stdout) == bool(changes.get("interrupted"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-file.py",),
        ("train.py", "--method", "guess"),
        ("train.py", "--range", "learning-rate"),
        ("train.py", "--range", "learning-rate=low:high"),
        ("train.py", "--folds", "1"),
        ("train.py", "--trials", "9", "--budget", "2m"),
        ("train.py", "--fix", "nothing-like-it"),
    ],
)
def test_usage_errors(invoke, arguments):
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert not invoke.calls


def test_the_command_offers_every_method():
    (option,) = [parameter for parameter in tune.params if parameter.name == "method"]
    assert tuple(option.type.choices) == METHODS


def test_every_key_of_the_json_is_described():
    text = (Path(lossclinic.tuning.__file__).parents[3] / "docs/tune.md").read_text(encoding="utf-8")
    told = result().to_dict()
    (arm,) = told["arms"]
    keys = {*told, *arm, *arm["nested"], *arm["parameters"][0], *arm["trials"][0]} - {"name"}
    assert {key for key in keys if f"`{key}`" not in text} == set()
