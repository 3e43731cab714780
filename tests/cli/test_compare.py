from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

import lossclinic.selection
from lossclinic.cli.main import main
from lossclinic.core.compared import Against, Candidate, Compared
from lossclinic.core.report import Band

AGAINST = Against(Band(0.44, 0.2, 0.6), 0.95, 0.98, 0.95, 20, "better")
SCORES = tuple(0.3 + 0.01 * at for at in range(20))
BEST = Candidate("b.py", "b.py:3", 0.34, Band(0.34, 0.3, 0.4), Band(0.2, 0.1, 0.3), None, SCORES, 0, "", 1200, 0.5)
FIGURES = (0.61, Band(0.61, 0.5, 0.7), Band(0.5, 0.4, 0.6), None, SCORES)
OTHER = Candidate("a.py", "a.py:7", *FIGURES, 2, "non-finite loss", 300, 0.4, AGAINST)


def result(**changes):
    known = {
        "answer": "b.py is better than a.py.", "ending": "better", "yardstick": "log-loss", "agreement": "",
        "rows": {"train": 80, "validation": 0, "held_out": 20}, "scoring": "20 hold-outs, each drawn anew", "folds": 0,
        "wanted": 20, "candidates": (BEST, OTHER), "min_gain": 0.05, "notes": ("the inputs differ",), "trainings": 40,
        "elapsed_s": 5.0, "budget_s": 120.0,
    }  # fmt: skip
    return Compared(**known | changes)


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run the command with a stand-in for the comparison itself, which keeps what it was asked."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py"):
        Path(name).write_text("")
    calls = []

    def run(*arguments, answer=None):
        def compare_scripts(targets, question, **options):
            calls.append((targets, question, options))
            options["progress"].stage("Training")
            return answer or result()

        monkeypatch.setattr(lossclinic.selection, "compare_scripts", compare_scripts)
        return CliRunner().invoke(main, ["compare", *arguments], env={"COLUMNS": "200"})

    run.calls = calls
    return run


def test_the_answer_comes_first_and_the_evidence_after(invoke):
    done = invoke("a.py", "b.py")
    assert done.exit_code == 0, done.output
    told = " ".join(done.stdout.split())
    order = (
        "b.py is better than a.py.", "20 hold-outs", "80 rows to train on, 20 held out", "b.py 0.340 (0.300 to 0.400)",
        "2 failed (non-finite loss)", "b.py against", "95 % interval", "44 % 20 to 60 % 0.98 19 of 20 better",
        "The inputs differ",
    )  # fmt: skip
    places = [told.index(part) for part in order]
    assert places == sorted(places)


def test_json_is_all_there_is_on_standard_output(invoke):
    told = json.loads(invoke("a.py", "b.py", "--json").stdout)
    assert (told["ending"], told["best"]) == ("better", "b.py")
    assert told["candidates"][1]["against"]["gain"] == {"median": 0.44, "low": 0.2, "high": 0.6}


def test_every_option_arrives(invoke):
    done = invoke(
        "a.py", "b.py", "--kfold", "5", "--repeats", "3", "--min-gain", "0.1", "--budget", "10m", "--out", "here",
        "--fit", "2", "--fit", "3", "--skip-training", "--seed", "7", "--workers", "1", "--memory", "2g",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    ((targets, question, options),) = invoke.calls
    assert targets == (Path("a.py"), Path("b.py"))
    assert (question.folds, question.repeats, question.min_gain) == (5, 3, 0.1)
    assert (options["budget"], options["out"], options["fits"], options["seed"]) == (600, Path("here"), (2, 3), 7)
    assert (options["skip_training"], options["workers"], options["memory"]) == (True, 1, 2 * 2**30)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"ending": "no-difference"}, 0),
        ({"ending": "not-known"}, 1),
        ({"ending": "budget-too-small", "candidates": ()}, 1),
        ({"ending": "failed"}, 1),
        ({"interrupted": True}, 1),
    ],
)
def test_the_exit_code_follows_the_ending(invoke, changes, code):
    done = invoke("a.py", "b.py", answer=result(**changes))
    assert done.exit_code == code, done.output
    assert ("Interrupted" in done.stdout) == bool(changes.get("interrupted"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.py", "no-such-file.py"),
        ("a.py", "b.py", "--kfold", "1"),
        ("a.py", "b.py", "--min-gain", "1"),
        ("a.py", "b.py", "--budget", "soon"),
        ("a.py", "b.py", "--repeats", "2"),
    ],
)
def test_usage_errors(invoke, arguments):
    assert invoke(*arguments).exit_code == 2
    assert not invoke.calls


def test_a_training_that_always_failed_is_shown_as_such(invoke):
    nothing = Band(math.inf, math.inf, math.inf)
    failed = Candidate(
        "a.py", "a.py:7", math.inf, nothing, nothing, None, (math.inf,) * 20, 20, "out of memory", 0, math.nan, AGAINST
    )
    done = invoke("a.py", "b.py", answer=result(candidates=(BEST, failed)))
    assert "failed, 20 failed (out of memory)" in " ".join(done.stdout.split())
    assert json.loads(json.dumps(result(candidates=(BEST, failed)).to_dict(), allow_nan=False))


def test_every_key_of_the_json_is_described():
    text = (Path(lossclinic.selection.__file__).parents[3] / "docs/compare.md").read_text(encoding="utf-8")
    told = result().to_dict()
    other = told["candidates"][1]
    keys = {*told, *other, *other["against"]}
    assert {key for key in keys if f"`{key}`" not in text} == set()
