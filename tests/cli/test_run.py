from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest
from click.testing import CliRunner

from lossclinic.cli.main import main
from lossclinic.core.errors import ScriptError
from lossclinic.core.report import FitReport, Report


def report(ending="nothing-to-fix", interrupted=False, folder=""):
    fit = FitReport("train.py:3", 3, "regression", {}, "mean squared error", "The answer.", ending)
    return Report("train.py", 120.0, 5.0, (fit,), folder, interrupted)


@pytest.fixture
def session(monkeypatch):
    """A stand-in for the session that records how it is called."""
    module = types.ModuleType("lossclinic.session")
    module.calls, module.result = [], report()

    def run_script(target, **options):
        module.calls.append({"target": target, **options})
        options["progress"].stage("Screening")
        if isinstance(module.result, BaseException):
            raise module.result
        return module.result

    module.run_script = run_script
    monkeypatch.setitem(sys.modules, "lossclinic.session", module)
    return module


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("")
    return lambda *arguments: CliRunner().invoke(main, ["run", *arguments])


def test_defaults(session, invoke):
    assert invoke("train.py").exit_code == 0
    call = session.calls[0]
    call.pop("progress")
    assert call == {
        "target": Path("train.py"),
        "budget": 120.0,
        "out": Path("lossclinic-report/train"),
        "fit": None,
        "skip_training": False,
        "seed": 0,
        "workers": None,
        "ray": None,
        "min_gain": 0.05,
        "max_trials": None,
        "memory": None,
        "tries": (),
        "robust": None,
        "arguments": (),
    }


def test_every_option_arrives(session, invoke):
    done = invoke(
        "train.py",
        "--out",
        "here",
        "--fit",
        "2",
        "--skip-training",
        "--seed",
        "7",
        "--workers",
        "1",
        "--ray",
        "auto",
        "--min-gain",
        "0.1",
        "--max-trials",
        "90",
        "--memory",
        "1.5g",
        "--",
        "--epochs",
        "3",
        "-h",
    )
    assert done.exit_code == 0, done.output
    call = session.calls[0]
    assert (call["out"], call["fit"], call["skip_training"]) == (Path("here"), 2, True)
    assert (call["seed"], call["workers"], call["min_gain"], call["ray"]) == (7, 1, 0.1, "auto")
    assert (call["max_trials"], call["memory"]) == (90, 3 * 2**29)
    assert call["arguments"] == ("--epochs", "3", "-h")


def test_a_budget_arrives_in_seconds(session, invoke):
    assert invoke("train.py", "--budget", "0.5h").exit_code == 0
    assert session.calls[0]["budget"] == 1800.0


def test_a_captured_case_is_a_target_too(session, invoke):
    Path("case-1").mkdir()
    assert invoke("case-1").exit_code == 0
    assert session.calls[0]["out"] == Path("lossclinic-report/case-1")


@pytest.mark.parametrize(
    ("ending", "code"),
    [("nothing-to-fix", 0), ("repaired", 0), ("suggestive", 1), ("data-must-change", 1), ("budget-too-small", 1)],
)
def test_the_exit_code_follows_the_ending(session, invoke, ending, code):
    session.result = report(ending)
    done = invoke("train.py")
    assert done.exit_code == code
    assert "The answer." in done.stdout


def test_json_is_all_there_is_on_standard_output(session, invoke):
    done = invoke("train.py", "--json")
    assert json.loads(done.stdout)["fits"][0]["answer"] == "The answer."
    assert "Screening" in done.stderr


def test_quiet_leaves_only_the_answer(session, invoke):
    done = invoke("train.py", "--quiet")
    assert done.stderr == ""
    assert "The answer." in done.stdout


def test_a_script_that_fails_is_told_without_a_traceback(session, invoke):
    session.result = ScriptError("train.py never calls fit.", expected="a training", do="Give the script that trains.")
    done = invoke("train.py")
    assert done.exit_code == 3
    assert "train.py never calls fit." in done.stderr
    assert "Give the script that trains." in done.stderr
    assert "Traceback" not in done.output


def test_a_fault_of_ours_is_short_and_logged(session, invoke):
    session.result = RuntimeError("odd")
    done = invoke("train.py")
    assert done.exit_code == 70
    assert "RuntimeError: odd" in done.stderr
    assert "Traceback" not in done.output
    assert "RuntimeError: odd" in Path("lossclinic-report/train/lossclinic.log").read_text()


def test_an_interruption_gives_the_partial_report(session, invoke):
    session.result = report(interrupted=True)
    done = invoke("train.py")
    assert done.exit_code == 1
    assert "Interrupted" in done.stdout
    assert "The answer." in done.stdout


def test_an_interruption_before_anything_was_known(session, invoke):
    session.result = KeyboardInterrupt()
    done = invoke("train.py")
    assert done.exit_code == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-file.py",),
        ("train.py", "--budget", "soon"),
        ("train.py", "--budget", "0s"),
        ("train.py", "--fit", "0"),
        ("train.py", "--no-such-option"),
        (),
        ("train.py", "--min-gain", "5"),
        ("train.py", "--workers", "none"),
        ("train.py", "--budget", "-3m"),
        ("train.py", "--max-trials", "0"),
        ("train.py", "--memory", "much"),
        ("train.py", "--max-trials", "200", "--budget", "2m"),
    ],
)
def test_usage_errors(session, invoke, arguments):
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert not session.calls
    assert "Usage" in done.stderr


def test_a_folder_that_cannot_be_made_is_told_before_any_time_is_spent(invoke):
    Path("taken").write_text("a file")
    done = invoke("train.py", "--out", "taken/inside")
    assert done.exit_code == 2
    assert "taken/inside" in done.stderr
    assert "--out" in done.stderr


def test_help_and_version():
    runner = CliRunner()
    assert "Exit codes" in runner.invoke(main, ["--help"]).output
    assert "lossclinic run train.py --json" in runner.invoke(main, ["run", "-h"]).output
    assert "lossclinic" in runner.invoke(main, ["--version"]).output
