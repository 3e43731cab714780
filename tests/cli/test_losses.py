from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import lossclinic.loss_table
from lossclinic.cli.main import main
from lossclinic.core.loss_table import LossCell, LossRow, LossTable
from lossclinic.core.report import Band


def result(**changes):
    own = {"F1": LossCell(0.64, None, 0, "own"), "log-loss": LossCell(0.2, None, 0, "own")}
    other = {
        "F1": LossCell(0.71, Band(0.07, 0.02, 0.12), 9, "better"),
        "log-loss": LossCell(0.3, Band(-0.1, -0.2, -0.05), 0, "worse"),
    }
    rows = (
        LossRow("binary cross-entropy", '"binary_crossentropy"', 0.001, 10, 0, own),
        LossRow("focal loss", '"binary_focal_crossentropy"', 0.003, 10, 0, other),
    )
    known = {
        "name": "train.py:3", "script": "train.py", "answer": "By log-loss keep it.", "ending": "compared",
        "yardsticks": {"log-loss": "lower", "F1": "higher"}, "rows": rows, "level": 0.95,
        "left_out": (("Dice's loss", "batches are too small"),), "flags": ("a threshold",), "notes": (),
        "trainings": 30, "elapsed_s": 5.0, "budget_s": 120.0,
    }  # fmt: skip
    return LossTable(**known | changes)


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run the command with a stand-in for the comparison itself, which keeps what it was asked."""
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("")
    calls = []

    def run(*arguments, answer=None):
        def compare_losses(target, **options):
            calls.append((target, options))
            options["progress"].stage("Training")
            return answer or result()

        monkeypatch.setattr(lossclinic.loss_table, "compare_losses", compare_losses)
        return CliRunner().invoke(main, ["losses", *arguments], env={"COLUMNS": "100"})

    run.calls = calls
    return run


def test_the_answer_comes_first_and_the_table_after(invoke):
    done = invoke("train.py")
    assert done.exit_code == 0, done.output
    told = " ".join(done.stdout.split())
    order = (
        "By log-loss keep it.",
        "log-loss ↓ F1 ↑",
        "0.200 0.640",
        "0.300▼ 0.710▲",
        "A threshold",
        "Dice's loss was",
    )
    places = [told.index(part) for part in order]
    assert places == sorted(places)


def test_no_figure_is_cut_off_where_the_table_is_wider_than_the_terminal(invoke):
    names = (
        "log-loss",
        "Brier score",
        "accuracy",
        "balanced accuracy",
        "precision",
        "recall",
        "F1",
        "average precision",
    )
    cells = {name: LossCell(0.9 + number / 100, None, 0, "own") for number, name in enumerate(names)}
    rows = (LossRow("binary cross-entropy", "", 0.001, 10, 0, cells), LossRow("Tversky's loss", "", 0.1, 10, 0, cells))
    done = invoke("train.py", answer=result(yardsticks=dict.fromkeys(names, "higher"), rows=rows))
    narrow = CliRunner().invoke(main, ["losses", "train.py"], env={"COLUMNS": "60"})
    for told in (done.stdout, narrow.stdout):
        for number in range(len(names)):
            assert told.count(f"0.9{number}0") == len(rows)
        assert "precision" in told


def test_json_is_all_there_is_on_standard_output(invoke):
    told = json.loads(invoke("train.py", "--json").stdout)
    assert told["losses"][1]["by"]["F1"]["difference"] == {"median": 0.07, "low": 0.02, "high": 0.12}


def test_every_option_arrives(invoke):
    done = invoke(
        "train.py", "--budget", "5m", "--repeats", "20", "--out", "here", "--fit", "2", "--skip-training", "--seed",
        "7", "--workers", "1", "--memory", "2g", "--", "--epochs", "3",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    ((target, options),) = invoke.calls
    assert target == Path("train.py")
    assert (options["budget"], options["repeats"], options["out"]) == (300.0, 20, Path("here"))
    assert (options["fit"], options["seed"], options["workers"], options["memory"]) == (2, 7, 1, 2 * 2**30)
    assert options["skip_training"]
    assert options["arguments"] == ("--epochs", "3")


@pytest.mark.parametrize(
    ("changes", "code"), [({}, 0), ({"ending": "budget-too-small"}, 1), ({"interrupted": True}, 1)]
)
def test_the_exit_code_follows_the_ending(invoke, changes, code):
    done = invoke("train.py", answer=result(**changes))
    assert done.exit_code == code
    assert ("Interrupted" in done.stdout) == bool(changes.get("interrupted"))


@pytest.mark.parametrize("arguments", [(), ("no-such-file.py",), ("train.py", "--repeats", "0")])
def test_usage_errors(invoke, arguments):
    assert invoke(*arguments).exit_code == 2
    assert not invoke.calls


def test_help_has_examples():
    done = CliRunner().invoke(main, ["losses", "--help"])
    assert "lossclinic losses train.py --budget 10m" in done.output


def test_every_key_of_the_json_is_described():
    text = (Path(lossclinic.loss_table.__file__).parents[3] / "docs/losses.md").read_text(encoding="utf-8")
    told = result().to_dict()
    row = told["losses"][1]
    keys = {*told, *row, *row["by"]["F1"]} - {"name"}
    assert {key for key in keys if f"`{key}`" not in text} == set()
