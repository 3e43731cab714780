"""Tuning beside other tools: the searches are given the same, and the page says what came out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.tuning_page import OURS, UNTOUCHED, Found, differences, holds, page
from click.testing import CliRunner

from benchmarks import tuning
from lossclinic.intake.model import capture_model
from lossclinic.tuning.space import derive


def found(tool: str, losses: tuple[float, ...], budget: float = 40.0, data: str = "digits") -> list[Found]:
    return [Found(data, tool, seed, budget, budget + 1, 12, loss) for seed, loss in enumerate(losses)]


BETTER = [
    *found(UNTOUCHED, (0.5, 0.6), 0.0),
    *found(OURS, (0.30, 0.35), 4.0),
    *found(OURS, (0.10, 0.20)),
    *found("optuna", (0.20, 0.40)),
]


def test_differences_are_taken_within_a_repeat():
    assert differences("optuna", BETTER, 40.0) == pytest.approx([0.5, 0.5])
    assert differences("optuna", BETTER, 4.0) == pytest.approx([-0.5, 0.125])


def test_the_target_is_a_lower_loss_at_equal_time_or_no_higher_one_in_a_tenth():
    def ends(equal: float, shorter: float) -> bool:
        made = [*found(OURS, (equal,)), *found(OURS, (shorter,), 4.0), *found("optuna", (0.2,))]
        return holds("optuna", made, 40.0)

    assert ends(0.1, 0.9)
    assert ends(0.3, 0.2)
    assert not ends(0.2, 0.3)


def test_the_page_says_how_it_was_made_what_came_out_and_whether_the_target_holds():
    worse = [
        *found(UNTOUCHED, (0.5,), 0.0, "diabetes"),
        *found(OURS, (0.4,), 4.0, "diabetes"),
        *found(OURS, (0.4,), data="diabetes"),
        *found("optuna", (0.2,), data="diabetes"),
    ]
    text = page([*BETTER, *worse], "python -m benchmarks.tuning --budget 40s", 40.0, 2, 5)
    assert "`python -m benchmarks.tuning --budget 40s` made this page." in text
    assert "| lossclinic | 0.15 (0.1 to 0.2) | 12 | 41 |" in text
    assert "| lossclinic, a tenth of the time | 0.325 (0.3 to 0.35) | 12 | 5 |" in text
    assert "| none: the network as it was | 0.55 (0.5 to 0.6) | 0 | 0 |" in text
    assert "at equal time 50% lower than Optuna's (lower in 2 of 2)" in text
    assert "It does not hold on diabetes against Optuna." in text
    assert "It holds on the data set." in page(BETTER, "", 40.0, 2, 5)
    assert "a single division of the rows" in page(worse, "", 40.0, 2, 5)


def test_where_no_search_found_anything_better_the_page_says_so_and_claims_nothing():
    idle = [
        *found(UNTOUCHED, (0.5,), 0.0, "diabetes"),
        *found(OURS, (0.5,), 4.0, "diabetes"),
        *found(OURS, (0.6,), data="diabetes"),
        *found("optuna", (0.7,), data="diabetes"),
    ]
    assert "No search found better settings than those the network had" in page(idle, "", 40.0, 2, 5)
    assert "Nothing can be said" in page(idle, "", 40.0, 2, 5)
    assert "It holds on the data set where better settings were found at all." in page([*BETTER, *idle], "", 40.0, 2, 5)


@pytest.mark.parametrize("name", tuning.DATA)
def test_no_row_of_the_test_is_given_to_a_search(name: str):
    x, x_test, y, _ = tuning.rows_of(name, 1)
    assert len(x) == len(y)
    assert abs(len(x_test) / (len(x) + len(x_test)) - tuning.TEST_SHARE) < 0.01
    assert not {row.tobytes() for row in x} & {row.tobytes() for row in x_test}
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-4)  # scaled by the rows of the search alone
    other = tuning.rows_of(name, 2)[1]
    assert not np.array_equal(x_test, other)


def test_settings_that_lossclinic_found_are_points_of_the_space_that_all_search(tmp_path: Path):
    x, _, y, _ = tuning.rows_of("breast-cancer", 0)
    case = capture_model(tuning.network("breast-cancer", x.shape[1]), x, y, epochs=3, batch_size=32, folder=tmp_path)
    space = derive(case.recipe, 300)
    rng = np.random.default_rng(0)
    for _ in range(20):
        point = {
            d.name: d.points[rng.integers(len(d.points))] if d.points else float(rng.uniform(d.low, d.high))
            for d in space.dimensions
        }
        again = tuning.point_of(space, {**space.settings(point), "epochs": 7})
        assert space.settings({d.name: again[d.name] for d in space.dimensions}) == space.settings(point)
        assert again["epochs"] == 7
    assert tuning.point_of(space, {}) == {**space.now, "epochs": tuning.EPOCHS}


@pytest.mark.slow
@pytest.mark.parametrize("tool", tuning.PACKAGES)
def test_a_search_of_seconds_ends_with_settings_that_train(tool: str):
    pytest.importorskip(tuning.PACKAGES[tool][0])
    made = tuning.in_a_process("diabetes", tool, 4.0, 0)
    assert made.settings >= 1
    assert np.isfinite(made.tested)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system binds no process to cores")
def test_searches_are_kept_on_the_same_cores():
    before = os.sched_getaffinity(0)
    try:
        assert tuning.cores(1) == 1
        assert len(os.sched_getaffinity(0)) == 1
    finally:
        os.sched_setaffinity(0, before)


def test_every_tool_searches_every_division_and_lossclinic_in_a_tenth_too(tmp_path: Path, monkeypatch):
    asked: list[tuple[str, str, float, int]] = []

    def search(*what: Any) -> Found:
        asked.append(what)
        return Found(what[0], what[1], what[3], what[2], what[2], 3, 0.5)

    monkeypatch.setattr(tuning, "in_a_process", search)
    monkeypatch.setattr(tuning, "cores", lambda most: most)
    path = tmp_path / "page.md"
    done = CliRunner().invoke(
        tuning.main, ["--budget", "40s", "--repeats", "2", "--data", "diabetes", "--out", str(path)]
    )
    assert done.exit_code == 0, done.output
    for seed in (0, 1):
        here = [(tool, seconds) for _, tool, seconds, at in asked if at == seed]
        assert here[:4] == [(UNTOUCHED, 0.0), (OURS, 4.0), (OURS, 40.0), ("optuna", 40.0)]
    assert "on the same 2 cores" in " ".join(path.read_text().split())
