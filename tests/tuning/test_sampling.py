from __future__ import annotations

import math

import pytest

from lossclinic.core.errors import UsageError
from lossclinic.tuning import sampling
from lossclinic.tuning.sampling import METHODS, Sampler, Told
from lossclinic.tuning.search import best_of
from lossclinic.tuning.space import derive

from .test_space import recipe

SPACE = derive(recipe(), 200, fixed=("width", "depth", "activation", "batch-size", "l2"))


def told(candidate, **changes):
    """The best learning rate is 0.003; Adam above 0.05 fails."""
    point = candidate.point
    if point["optimizer"] == "Adam" and point["learning-rate"] > 0.05:
        return Told(candidate.number, point, 10.0, "non-finite loss")
    value = abs(math.log10(point["learning-rate"]) + 2.5)
    return Told(candidate.number, point, value, "", 5, False, (value, value), 0.1, **changes)


def searched(method, storage=None, rounds=3, seed=0):
    sampler = Sampler(SPACE, method, seed, "study", storage)
    sampler.tell([told(sampler.take(SPACE.now))])
    for _ in range(rounds):
        sampler.tell([told(candidate) for candidate in sampler.ask(8, 4)])
    return sampler


@pytest.mark.parametrize("method", [method for method in METHODS if method != "gp"])
def test_every_method_asks_within_the_space_and_finds_better_points(method):
    sampler = searched(method)
    assert len(sampler.told) == 25
    best = best_of(sampler.told)
    assert best is not None
    assert best.value < told_value(SPACE.now)
    for each in sampler.told:
        assert set(each.point) == set(SPACE.now)
        for dimension in SPACE.dimensions:
            point = each.point[dimension.name]
            assert point in dimension.names or dimension.low <= point <= dimension.high


def told_value(point):
    return abs(math.log10(point["learning-rate"]) + 2.5)


def test_a_gaussian_process_asks_too():
    pytest.importorskip("torch")
    assert best_of(searched("gp", rounds=2).told).value < told_value(SPACE.now)


def test_points_asked_together_share_a_structure_and_nothing_else():
    asked = Sampler(SPACE, "random", 0, "study", None).ask(7, 3)
    assert len(asked) == 7
    for group in (asked[:3], asked[3:6]):
        assert len({each.point["optimizer"] for each in group}) == 1
        assert len({each.point["learning-rate"] for each in group}) == 3


def test_the_same_seed_asks_for_the_same_points():
    first, again, other = (
        [each.point for each in Sampler(SPACE, "tpe", seed, "study", None).ask(6, 2)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_a_grid_ends_and_never_repeats():
    space = derive(recipe(), 200, fixed=("width", "depth", "activation", "batch-size", "l2", "dropout"))
    sampler = Sampler(space, "grid", 0, "study", None)
    asked = sampler.ask(1000, 4)
    assert len(asked) == 4 * sampling.GRID_LEVELS
    assert len({tuple(each.point.items()) for each in asked}) == len(asked)
    assert sampler.ask(10, 4) == []


def test_what_failed_is_infeasible_and_never_the_best():
    sampler = Sampler(SPACE, "tpe", 0, "study", None)
    hot = sampler.take({**SPACE.now, "optimizer": "Adam", "learning-rate": 0.2})
    fine = sampler.take(SPACE.now)
    sampler.tell([told(hot), told(fine)])
    assert [each.failed for each in sampler.told] == ["non-finite loss", ""]
    assert best_of(sampler.told).point == SPACE.now
    assert best_of(sampler.told[:1]) is None


def test_what_had_no_time_is_forgotten():
    sampler = Sampler(SPACE, "tpe", 0, "study", None)
    candidate = sampler.take(SPACE.now)
    sampler.tell([Told(candidate.number, candidate.point, None)])
    assert sampler.told == ()


def test_a_storage_is_shared_and_lasts(tmp_path):
    url = f"sqlite:///{tmp_path / 'study.db'}"
    first = searched("random", url, rounds=1)
    second = Sampler(SPACE, "random", 0, "study", url)
    assert [each.point for each in second.told] == [each.point for each in first.told]
    asked = second.ask(4, 1)
    assert not {tuple(a.point.items()) for a in asked} & {tuple(t.point.items()) for t in first.told}
    second.tell([told(candidate) for candidate in asked])
    first.tell([])
    assert len(first.told) == len(second.told) == 13


def test_the_stored_study_is_one_that_optuna_reads(tmp_path):
    optuna = pytest.importorskip("optuna")
    url = f"sqlite:///{tmp_path / 'study.db'}"
    sampler = searched("random", url, rounds=1)
    study = optuna.load_study(study_name="study", storage=url)
    assert study.best_value == best_of(sampler.told).value
    assert study.best_trial.user_attrs["settings"]["optimizer"] in SPACE.dimensions[0].names


def test_a_point_given_up_early_is_pruned():
    sampler = Sampler(SPACE, "tpe", 0, "study", None)
    candidate = sampler.take(SPACE.now)
    sampler.tell([Told(candidate.number, candidate.point, 0.4, epochs=3, stopped=True)])
    (kept,) = sampler.told
    assert (kept.value, kept.epochs, kept.stopped, kept.counts) == (0.4, 3, True, False)


def test_the_parameter_that_matters_is_the_most_important():
    importances = searched("random", rounds=4).importances()
    assert next(iter(importances)) == "learning-rate"
    assert sum(importances.values()) == pytest.approx(1)
    assert Sampler(SPACE, "random", 0, "study", None).importances() == {}


def test_a_storage_that_cannot_be_opened_is_told_without_its_password():
    with pytest.raises(UsageError, match="cannot be opened") as raised:
        Sampler(SPACE, "tpe", 0, "study", "nosuchdatabase://me:secret@nowhere/tuning")
    assert "secret" not in str(raised.value)


def test_a_storage_that_breaks_ends_no_search(tmp_path):
    file = tmp_path / "study.db"
    sampler = Sampler(SPACE, "random", 0, "study", f"sqlite:///{file}")
    file.write_bytes(b"not a database any more, and longer than a page of one" * 200)
    sampler.tell([told(sampler.take(SPACE.now))])
    assert len(sampler.told) == 1
    assert "could not be kept" in sampler.trouble


def test_without_optuna_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(UsageError, match=r"lossclinic\[tune\]"):
        sampling.load_optuna("tpe")


def test_without_torch_a_gaussian_process_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sampling.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="--method tpe"):
        sampling.load_optuna("gp")
