from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossclinic.core.case import Case, Data
from lossclinic.core.errors import UsageError
from lossclinic.core.task import Task
from lossclinic.selection.entries import Entry, check_same, entries_of

from ..experiments.recipes import recipe as make_recipe

RECIPE = make_recipe()

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype("float32")
LABELS = RNG.integers(0, 3, 60)


def case(name="a.py:3", x=X, y=LABELS, n_train=60, task=None, recipe=RECIPE):
    known = task or Task("multiclass", 3, (0.0, 1.0, 2.0), one_hot=np.ndim(y) > 1)
    return Case(name, recipe, known, Data(x, y, n_train))


def pair(**changes):
    return [Entry("a.py", case()), Entry("b.py", case("b.py:9", **changes))]


def test_the_same_rows_pass_without_a_word():
    assert check_same(pair()) == []


def test_targets_may_be_written_differently():
    assert check_same(pair(y=np.eye(3)[LABELS])) == []


def test_signs_and_bits_are_the_same_two_classes():
    bits = RNG.integers(0, 2, 60)
    kinds = (bits, 2 * bits - 1)
    entries = [
        Entry(str(at), case(y=y, task=Task("binary", 2, tuple(float(v) for v in np.unique(y)))))
        for at, y in enumerate(kinds)
    ]
    assert check_same(entries) == []


def test_inputs_may_be_prepared_differently_and_that_is_told():
    (note,) = check_same(pair(x=X / 2))
    assert "prepared differently" in note
    assert "b.py" in note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x": X[:50], "y": LABELS[:50], "n_train": 50}, "The rows differ.*60 rows.*50 rows"),
        ({"n_train": 48}, "The rows differ.*48 rows to train on and 12 as validation"),
        ({"y": LABELS[::-1].copy()}, "(?s)The targets differ.*random_state"),
        ({"y": (LABELS + np.arange(60)) % 3}, "(?s)The targets differ: 40 of 60 rows.*row 1"),
        ({"y": LABELS * 1.0, "task": Task("regression", 1)}, "(?s)one of 3 classes.*a number.*no score is fair"),
    ],
)
def test_other_rows_or_targets_are_refused_with_the_difference(changes, words):
    with pytest.raises(UsageError, match=words):
        check_same(pair(**changes))


def test_targets_in_other_units_are_refused():
    y = RNG.normal(size=60)
    number = Task("regression", 1)
    entries = [Entry("a.py", case(y=y, task=number)), Entry("b.py", case(y=y / 10, task=number))]
    with pytest.raises(UsageError, match="same units"):
        check_same(entries)


def test_of_several_scripts_the_first_training_takes_part():
    found = [(Path("a.py"), [case(), case("a.py:8")]), (Path("b.py"), [case("b.py:2")])]
    entries, told = entries_of(found, ())
    assert [entry.name for entry in entries] == ["a.py", "b.py"]
    assert "a.py has 2 trainings" in told[0]


def test_of_one_script_all_that_differ_take_part():
    other = replace(RECIPE, epochs=RECIPE.epochs + 1)
    found = [(Path("a.py"), [case(), case("a.py:8", recipe=other), case("a.py:9")])]
    entries, told = entries_of(found, ())
    assert [entry.name for entry in entries] == ["a.py:3", "a.py:8"]
    assert "repeat" in told[0]


def test_rounds_of_one_loop_are_told_apart():
    longer = [replace(RECIPE, epochs=RECIPE.epochs + more) for more in range(3)]
    entries, _ = entries_of([(Path("a.py"), [case(recipe=recipe) for recipe in longer])], ())
    assert [entry.name for entry in entries] == ["a.py:3 #1", "a.py:3 #2", "a.py:3 #3"]


def test_scripts_of_one_name_are_told_apart_by_their_paths():
    found = [(Path("one/train.py"), [case()]), (Path("two/train.py"), [case()])]
    assert [entry.name for entry in entries_of(found, ())[0]] == ["one/train.py", "two/train.py"]


def test_trainings_are_chosen_by_number():
    found = [(Path("a.py"), [case(), case("a.py:8"), case("a.py:9")])]
    assert [entry.name for entry in entries_of(found, (1, 3))[0]] == ["a.py:3", "a.py:9"]


@pytest.mark.parametrize(
    ("fits", "words"), [((), "needs two"), ((1,), "needs two"), ((2,), r"has 1 training\(s\)"), ((1, 5), "--fit 5")]
)
def test_what_cannot_be_compared_is_told(fits, words):
    with pytest.raises(UsageError, match=words):
        entries_of([(Path("a.py"), [case()])], fits)
