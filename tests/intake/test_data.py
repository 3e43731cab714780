import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.errors import CannotRebuild
from lossclinic.intake.data import Part, as_part, assemble
from lossclinic.intake.streams import Batches, Tee, kind_of


def test_pandas_keeps_its_column_names():
    frame = pd.DataFrame({"age": [1, 2], "fare": [0.5, 1.5]})
    part = as_part(frame, pd.Series([0, 1]))
    assert part.columns == ("age", "fare")
    assert part.x.shape == (2, 2)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.array([["a"], ["b"]]), [0, 1], "not numbers"),
        (pd.DataFrame({"sex": ["male", "female"]}), [0, 1], "male"),
        (np.ones((3, 1)), np.ones(2), "3 rows of inputs, 2 rows of targets"),
        ([np.ones(2), np.ones(2)], np.ones(2), "2 input arrays"),
        ([[1, 2], [3]], [0, 1], "different lengths"),
        (np.ones((0, 2)), np.ones(0), "no rows"),
        (np.ones((2, 2)), None, "without targets"),
    ],
)
def test_what_cannot_be_rows_is_said_clearly(x, y, words):
    with pytest.raises(CannotRebuild, match=words):
        as_part(x, y)


@given(st.integers(1, 200), st.integers(0, 60), st.integers(64, 4000))
def test_the_cap_holds_and_says_so(n, n_val, cap):
    train = Part(np.arange(n, dtype=np.float64)[:, None], np.arange(n, dtype=np.float64))
    validation = Part(-np.ones((n_val, 1)), -np.ones(n_val)) if n_val else None
    data, notes = assemble(train, validation, cap)
    assert data.x.nbytes + data.y.nbytes <= cap + 16 * 2  # at least one row of each part stays
    assert np.array_equal(data.x[:, 0], data.y)
    assert np.all(data.y[: data.n_train] >= 0)
    assert np.all(data.y[data.n_train :] < 0)
    assert (data.sampled_from == n + n_val) == bool(notes) == (len(data) < n + n_val)


@given(st.integers(1, 300), st.integers(100, 3000))
def test_batches_are_thinned_evenly(count, cap):
    batches = Batches(cap)
    for i in range(count):
        batches.add((np.full((2, 1), float(i)), np.full(2, float(i))))
    part = batches.part()
    steps = np.diff(part.y[::2])
    assert part.x.nbytes + part.y.nbytes <= max(cap, 32)
    assert len(set(steps)) <= 1
    assert (part.rows_before or len(part.x)) == 2 * count


def test_a_tee_takes_nothing_by_itself_and_copies_reused_buffers():
    pulled = []
    buffer = np.zeros((2, 1))

    def source():
        for i in range(4):
            pulled.append(i)
            buffer[:] = i
            yield buffer, np.zeros(2)

    original = source()
    assert kind_of(original) == "generator"
    batches = Batches(10**6)
    tee = Tee(original, batches, steps=2)
    through = tee.generator()
    assert pulled == []
    assert kind_of(through) == "generator"
    assert [float(x[0, 0]) for x, _ in through] == [0, 1, 2, 3]
    assert batches.part().x[:, 0].tolist() == [0, 0, 1, 1]


def test_a_strange_batch_does_not_stop_the_users_generator():
    batches = Batches(10**6)
    tee = Tee((item for item in ["one", "two"]), batches, None)
    assert list(tee.generator()) == ["one", "two"]
    assert tee.error is not None
