from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.case import Case, Data, Observed
from lossclinic.core.task import Task
from lossclinic.experiments.memory import FEWEST_ROWS, PARENT_BYTES, WORKER_BYTES, Room, room, row_bytes
from tests.experiments.recipes import recipe

GIB = 2**30


def case(rows: int = 100_000, columns: int = 200, parameters: int = 0) -> Case:
    x = np.broadcast_to(np.float32(0), (rows, columns))
    return Case("a", recipe(), Task("regression", 1), Data(x, np.zeros(rows), rows), Observed(parameters=parameters))


def test_everything_is_used_where_there_is_room():
    assert room(case(), 64 * GIB, 2) == Room(2, None)
    assert room(case(), 64 * GIB, 0) == Room(0, None)


def test_rows_go_before_workers():
    few = room(case(), 2 * GIB, 2)
    assert few.workers == 2
    assert few.rows is not None
    assert few.rows.bit_count() == 1
    fewer = room(case(), GIB, 2)
    assert fewer.workers == 1
    assert fewer.kept


def test_a_large_model_leaves_less_room():
    assert room(case(parameters=30_000_000), 8 * GIB, 2).rows is not None
    assert room(case(parameters=0), 8 * GIB, 2).rows is None


def test_a_cap_that_cannot_be_kept_is_told():
    assert room(case(parameters=10**9), GIB, 2) == Room(1, FEWEST_ROWS, kept=False)


@given(st.floats(0.75, 20))
def test_the_rows_chosen_fit(gib):
    made = case()
    found = room(made, int(gib * GIB), 2)
    if found.rows is not None and found.kept:
        each = WORKER_BYTES + 2 * found.rows * row_bytes(made)
        assert PARENT_BYTES + found.workers * each <= gib * GIB


@pytest.mark.parametrize("columns", [1, 1000])
def test_wider_rows_take_more(columns):
    assert row_bytes(case(columns=columns)) > 4 * columns
    assert row_bytes(case(columns=2 * columns)) > row_bytes(case(columns=columns))
