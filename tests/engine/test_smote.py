"""Rows that the engine adds to rare classes, where some columns name categories."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossclinic.core.errors import NotApplicable
from lossclinic.core.recipe import Resampling, Split
from lossclinic.core.rows import Plan
from lossclinic.core.table import code_columns
from lossclinic.core.trial import Run
from lossclinic.engine.prepare import prepare_run
from lossclinic.engine.smote import sampler_for, with_synthetic_rows
from lossclinic.remedies.data import impute_missing, one_hot_categories, standardise_inputs
from lossclinic.remedies.imbalance import oversample_smote
from tests.engine.made import case_of, mlp, recipe_of

RECIPES = {
    (columns, classes): recipe_of(
        mlp(columns, outputs=classes, last="softmax"), "SparseCategoricalCrossentropy", "adam", split=Split("tail", 0.2)
    )
    for columns in range(1, 7)
    for classes in (2, 3)
}


@st.composite
def tables(draw):
    """A case with columns of codes and of measurements, in any order, and classes of which one is rare."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    rows, classes = draw(st.integers(60, 160)), draw(st.sampled_from([2, 3]))
    coded = draw(st.integers(0, 3))
    measured = draw(st.integers(0 if coded else 1, 3))
    columns = [rng.choice([-1, 0, 2, 7, 11][: rng.integers(3, 6)], rows) for _ in range(coded)]
    columns += [rng.normal(size=rows) * 10.0 ** rng.integers(-3, 4) for _ in range(measured)]
    x = np.stack([columns[at] for at in rng.permutation(len(columns))], axis=1).astype(np.float32)
    y = rng.integers(0, classes - 1, rows) if classes > 2 else np.zeros(rows, int)
    y[rng.permutation(rows)[: draw(st.integers(2, 12))]] = classes - 1
    if draw(st.booleans()):
        gappy = [at for at in range(x.shape[1]) if at not in dict(code_columns(x))]
        x[rng.random(rows) < 0.1, gappy[0] if gappy else slice(0)] = np.nan
    return case_of(x, y, RECIPES[x.shape[1], classes])


def treated(case, *remedies):
    """The recipe with those of the remedies that apply, in this order."""
    recipe = case.recipe
    for remedy in remedies:
        try:
            recipe = remedy.apply(recipe, case)[0]
        except NotApplicable:
            continue
    return recipe


@settings(max_examples=150, deadline=None)
@given(
    tables(),
    st.permutations([oversample_smote, one_hot_categories, standardise_inputs]).flatmap(
        lambda them: st.sets(st.sampled_from(them)).map(lambda kept: [one for one in them if one in kept])
    ),
    st.integers(0, 5),
)
def test_synthetic_rows_hold_known_categories_and_nothing_else_changes(case, remedies, seed):
    recipe = treated(case, impute_missing, *remedies, oversample_smote)
    if recipe.resampling is None:  # classes happen to be even, or have a single row
        return
    with_them = prepare_run(case, Plan(), Run(recipe, seed, locked=True))
    without = prepare_run(case, Plan(), Run(replace(recipe, resampling=None), seed, locked=True))
    for part in ("scored", "validation", "held_out", "locked"):
        for name in ("x", "y", "weight", "target"):
            np.testing.assert_array_equal(
                getattr(getattr(with_them, part), name), getattr(getattr(without, part), name)
            )
    known, more = without.train, with_them.train
    counts = np.bincount(known.target)
    assert set(np.bincount(more.target)[counts > 0]) == {counts.max()}
    np.testing.assert_array_equal(more.x[: len(known)], known.x)
    assert np.isfinite(more.x).all()
    codes = dict(code_columns(case.data.x))
    assert recipe.resampling.categories == tuple(codes)
    for columns in blocks(recipe, case.data.x.shape[1], codes):
        held = {tuple(row) for row in known.x[:, columns].tolist()}
        assert {tuple(row) for row in more.x[:, columns].tolist()} <= held
        if len(columns) > 1 and "standardise" not in recipe.inputs:
            assert set(more.x[:, columns].sum(axis=1)) == {1.0}


def blocks(recipe, columns, codes):
    """The prepared columns of each column of codes, counted by hand."""
    if not any(not isinstance(step, str) for step in recipe.inputs):
        return [[at] for at in codes]
    ends = columns - len(codes) + np.cumsum([len(values) for values in codes.values()])
    return [list(range(end - len(values), end)) for end, values in zip(ends, codes.values(), strict=True)]


def test_rows_of_measurements_only_are_those_of_plain_smote():
    from imblearn.over_sampling import SMOTE

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)).astype("float32"), (np.arange(50) < 8).astype(int)
    rows, classes = with_synthetic_rows(x, y, 5, (), seed=3)
    wanted = SMOTE(k_neighbors=5, random_state=3).fit_resample(x, y)
    np.testing.assert_array_equal(rows, wanted[0])
    np.testing.assert_array_equal(classes, wanted[1])


def test_without_categories_a_code_between_two_appears():
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=60), np.arange(60) % 3 * 4]).astype("float32")
    y = (np.arange(60) < 9).astype(int)
    mixed, _ = with_synthetic_rows(x, y, 5, (), seed=0)
    whole, _ = with_synthetic_rows(x, y, 5, ((1,),), seed=0)
    assert set(whole[:, 1]) == {0.0, 4.0, 8.0} < set(mixed[:, 1])
    assert len(np.unique(whole[60:, 0])) > 30  # measurements are still mixed


def test_a_synthetic_row_takes_the_commonest_category_among_its_neighbours():
    # Two clouds of the rare class far apart, each of one category: neighbours are of the same cloud.
    rng = np.random.default_rng(0)
    rare = np.r_[np.zeros(10), np.full(10, 100.0)]
    x = np.column_stack([np.r_[rare, rng.normal(size=80)] + rng.normal(size=100), np.r_[rare / 50, np.ones(80)]])
    rows, _ = with_synthetic_rows(x.astype("float32"), (np.arange(100) < 20).astype(int), 5, ((1,),), seed=0)
    np.testing.assert_array_equal(rows[100:, 1], np.where(rows[100:, 0] > 50, 2, 0))


@pytest.mark.parametrize(("rows", "neighbours"), [(2, 1), (3, 2)])
def test_tiny_classes_are_filled_up_too(rows, neighbours):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, size=(40, 2)).astype("float32")
    y = (np.arange(40) < rows).astype(int)
    for x in (codes, np.column_stack([codes, rng.normal(size=40)])):
        drawn, classes = with_synthetic_rows(x, y, neighbours, ((0,), (1,)), seed=0)
        assert np.bincount(classes).tolist() == [40 - rows] * 2
        assert set(drawn[:, 0]) <= {0.0, 1.0, 2.0}


def test_the_sampler_follows_the_columns():
    assert [sampler_for(3, 0), sampler_for(2, 1), sampler_for(0, 2)] == ["SMOTE", "SMOTENC", "SMOTEN"]


def test_recipes_with_other_categories_train_differently():
    recipe = RECIPES[2, 2]
    keys = {replace(recipe, resampling=Resampling(categories=at)).key for at in ((), (0,), (1,))}
    assert len(keys) == 3
