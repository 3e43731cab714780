import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossclinic.core.canonical import canonical_json
from lossclinic.core.case import Case, Data, Observed, Place, Source
from lossclinic.core.errors import UsageError
from lossclinic.core.folder import cases_in, given_weights, load_case, save_case
from lossclinic.core.recipe import Cosine, Plateau, Recipe, Resampling, Scheduled, Split, Stop
from lossclinic.core.task import Task

MODEL = {
    "class_name": "Sequential",
    "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"units": 1}}]},
}
RECIPES = st.builds(
    Recipe,
    model=st.just(MODEL),
    loss=st.just({"class_name": "MeanSquaredError", "config": {}}),
    optimizer=st.floats(1e-6, 1).map(lambda rate: {"class_name": "SGD", "config": {"learning_rate": rate}}),
    epochs=st.integers(1, 500),
    batch_size=st.integers(1, 512),
    shuffle=st.booleans(),
    class_weight=st.none() | st.dictionaries(st.integers(0, 5), st.floats(0, 10), min_size=1),
    split=st.builds(Split, st.sampled_from(["none", "tail", "given"]), st.floats(0, 0.9)),
    stop=st.none() | st.builds(Stop, st.none() | st.integers(0, 9)),
    pace=st.sampled_from(
        [None, Cosine(2), Plateau(0.5, 3, cooldown=1), Scheduled((1.0, 0.5, 0.1), own=True, arguments=1)]
    ),
    inputs=st.sampled_from([(), ("impute",), ("impute", "standardise")]),
    resampling=st.none() | st.builds(Resampling, st.just("smote"), st.just(3), st.sampled_from([(), (0, 2)])),
    initial=st.sampled_from(["fresh", "given"]),
)
NUMBERS = st.floats(width=32)
X = arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 3)), elements=NUMBERS)


def a_case(recipe: Recipe, x: np.ndarray, losses: tuple[float, ...] = (), weight: bool = False) -> Case:
    return Case(
        name="train.py:3",
        recipe=recipe,
        task=Task("binary", 2, (0.0, 1.0)),
        data=Data(x, np.arange(len(x)), len(x), np.ones(len(x)) if weight else None, ("a", "b"), 10),
        observed=Observed({"loss": losses}, 1.5, "ValueError: x", "jax", "3"),
        source=Source("train.py", Place("/s/train.py", 3), None, {"dense": Place("/s/train.py", 1)}, ("--k", "1")),
        native="because",
        notes=("one", "two"),
    )


@settings(max_examples=40, deadline=None)
@given(RECIPES, X, st.lists(st.floats(), max_size=4), st.booleans())
def test_a_saved_case_comes_back_the_same(tmp_path_factory, recipe, x, losses, weight):
    saved = save_case(a_case(recipe, x, tuple(losses), weight), tmp_path_factory.mktemp("case"))
    loaded = load_case(saved.folder)
    assert loaded.recipe == recipe
    assert loaded.recipe.key == recipe.key
    for name in ("name", "task", "source", "native", "notes", "folder"):
        assert getattr(loaded, name) == getattr(saved, name)
    assert canonical_json(loaded.observed) == canonical_json(saved.observed)
    np.testing.assert_array_equal(loaded.data.x, x)
    assert loaded.data.x.dtype == x.dtype
    assert (loaded.data.sample_weight is not None) == weight
    assert (loaded.data.n_train, loaded.data.columns, loaded.data.sampled_from) == (len(x), ("a", "b"), 10)


def simple() -> Case:
    loss, optimizer = {"class_name": "Hinge", "config": {}}, {"class_name": "SGD", "config": {}}
    return a_case(Recipe(MODEL, loss, optimizer, 1), np.ones((3, 2)))


def test_given_weights_come_back_in_order(tmp_path):
    weights = [np.full((2, 2), i, dtype=np.float32) for i in range(12)]
    save_case(simple(), tmp_path, weights)
    assert [w[0, 0] for w in given_weights(tmp_path)] == list(range(12))
    assert given_weights(tmp_path / "elsewhere") == ()


def test_cases_in_finds_one_or_many(tmp_path):
    save_case(simple(), tmp_path / "fit-002")
    save_case(simple(), tmp_path / "fit-001")
    assert [case.folder[-7:] for case in cases_in(tmp_path)] == ["fit-001", "fit-002"]
    assert len(cases_in(tmp_path / "fit-001")) == 1


def test_no_case_other_version_and_damage_are_told_apart(tmp_path):
    with pytest.raises(UsageError, match="not a case"):
        load_case(tmp_path)
    save_case(simple(), tmp_path)
    text = (tmp_path / "case.json").read_text()
    (tmp_path / "case.json").write_text(json.dumps({**json.loads(text), "version": 99}))
    with pytest.raises(UsageError, match="format 99"):
        load_case(tmp_path)
    (tmp_path / "case.json").write_text(text)
    (tmp_path / "x.npy").write_bytes(b"nothing")
    with pytest.raises(UsageError, match="damaged"):
        load_case(tmp_path)


def test_python_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match="Python objects"):
        save_case(simple(), tmp_path, [np.array([object()])])
