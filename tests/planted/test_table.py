"""The accuracy table counts as it says."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from planted.measure import Kind, Result, read_results
from planted.table import best_constant, for_tuning, render

TUNING, JUDGED = (next(d for d in "abcdef" if for_tuning(d) is side) for side in (True, False))
HERE, THERE = "| lossclinic, data sets that", "| lossclinic, data sets for tuning"


def said(kind: Kind, cause: str, named: tuple[str, ...], also: tuple[str, ...] = (), name: str = "a") -> Result:
    return Result(kind, cause, name, JUDGED, 0, "20s", also, named, named, "repaired", 0.4, 3.0, (*named, "")[0])


def row(text: str, start: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(start))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_recall_precision_and_near_misses() -> None:
    text = render(
        [
            said("planted", "overfitting", ("overfitting", "leakage")),
            said("planted", "overfitting", ()),
            said("planted", "leakage", ("leakage",)),
            said("near miss", "leakage", ("leakage",)),
            said("near miss", "overfitting", ("leakage",)),
            said("healthy", "", ()),
        ],
        "20s",
    )
    assert row(text, "| `overfitting`") == ["`overfitting`", "2", "0.50", "1.00", "0 of 1"]
    assert row(text, "| `leakage`") == ["`leakage`", "1", "1.00", "0.50", "1 of 1"]
    assert row(text, HERE)[1:] == ["3", "0.67", "0.67", "0.67"]
    assert row(text, "| the same, mean over causes")[1:] == ["3", "0.75", "0.75", "–"]
    assert row(text, "| generalisation") == ["generalisation", "2", "0.50", "1.00"]
    assert row(text, "| evaluation") == ["evaluation", "1", "1.00", "0.50"]
    assert "Healthy trainings with any confirmed cause: 0 of 1." in text


def test_controls_are_counted_apart_and_those_that_were_called_ill_are_listed() -> None:
    controls = [said("control", "leakage", ("overfitting",), name="ill"), said("control", "overfitting", ())]
    text = render([said("planted", "leakage", ("leakage",)), *controls], "20s")
    assert "Controls with any confirmed cause: 1 of 2." in text
    assert row(text, "| ill, seed 0")[1:3] == ["control", "leakage"]
    assert row(text, HERE)[1] == "1"


def test_what_was_not_measured_is_told() -> None:
    results = [said("planted", "leakage", ("leakage",))]
    assert "not measured with any seed: none." in render(results, "20s")
    page = render(results, "20s", left={("planted", "nearby"): 1, ("control", "far away"): 2})
    assert "not measured with any seed: 2 control on far away, 1 planted on nearby." in page


def test_each_data_set_is_for_tuning_or_for_judging() -> None:
    results = [
        replace(said("planted", "leakage", ("leakage",)), data=TUNING),
        said("planted", "leakage", ()),
    ]
    text = render(results, "20s")
    assert row(text, THERE)[1:] == ["1", "1.00", "1.00", "1.00"]
    assert row(text, HERE)[1:] == ["1", "0.00", "–", "0.00"]
    assert row(text, "| `leakage`") == ["`leakage`", "1", "0.00", "–", "0 of 0"]


def test_recall_by_strength() -> None:
    mild, strong = said("planted", "leakage", ()), said("planted", "leakage", ("leakage",))
    text = render([replace(mild, strength="mild"), replace(strong, strength="strong")], "20s")
    assert row(text, "| mild") == ["mild", "1", "0.00", "0"]
    assert row(text, "| strong") == ["strong", "1", "1.00", "0"]
    assert row(text, "| without degrees") == ["without degrees", "0", "–", "0"]


def test_a_fault_that_costs_nothing_counts_towards_precision_only() -> None:
    idle = replace(said("planted", "overfitting", ("leakage",)), cost=0.04, strength="mild")
    dear = replace(said("planted", "overfitting", ("overfitting",)), cost=0.06, strength="mild")
    text = render([idle, dear], "20s")
    assert row(text, HERE)[1:] == ["1", "1.00", "0.50", "1.00"]
    assert row(text, "| faults that cost less")[1:] == ["1", "0.00", "–", "0.00"]
    assert row(text, "| `overfitting`") == ["`overfitting`", "1", "1.00", "1.00", "0 of 0"]
    assert row(text, "| mild") == ["mild", "1", "1.00", "1"]


def test_another_name_of_the_same_fault_counts_neither_way() -> None:
    text = render([said("planted", "overfitting", ("too-many-epochs",), also=("too-many-epochs",))], "20s")
    assert row(text, HERE)[1:] == ["1", "0.00", "–", "0.00"]


def test_best_constant_answer() -> None:
    results = [said("planted", cause, (), name=str(i)) for i, cause in enumerate(["a", "a", "a", "b"])]
    assert best_constant(results) == (1, 0.75, 0.75)


def test_a_cut_off_line_is_measured_again(tmp_path: Path) -> None:
    result = said("planted", "overfitting", ("overfitting",))
    path = tmp_path / "raw.jsonl"
    path.write_text(json.dumps(asdict(result)) + "\n" + json.dumps(asdict(result))[:40])
    assert read_results(path) == [result]
