"""Real data are read into the shapes that networks want, and every training on them is one that Keras accepts."""

from __future__ import annotations

import numpy as np
import pytest
from planted.archives import Unavailable
from planted.case import Material
from planted.real_tasks import HEALTHY_REAL

from lossclinic.engine.backend import use_jax
from planted import real

keras = use_jax()


def test_pictures_are_halved_by_the_mean_of_four_pixels() -> None:
    picture = np.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(real.shrunk(picture)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])


def test_a_picture_is_cut_into_tiles_row_by_row() -> None:
    side = 2 * real.TILE
    corner = np.zeros((2 * side, 3 * side))
    corner[:side, side : 2 * side] = 1
    cut = real.tiles(corner)
    assert cut.shape == (6, real.TILE, real.TILE, 1)
    np.testing.assert_array_equal(cut.mean(axis=(1, 2, 3)), [0, 1, 0, 0, 0, 0])


def test_common_words_have_numbers_and_rare_ones_share_one() -> None:
    common = " ".join(f"w{number}" for number in range(real.WORDS))
    rows = real.numbered([*([f"Good, {common}"] * 2), "good good RARE", ""])
    assert rows.shape == (4, real.SENTENCE)
    assert rows[2].tolist() == [2, 2, 1] + [0] * (real.SENTENCE - 3)
    assert not rows[3].any()
    assert rows.max() <= real.WORDS + 1


def test_series_are_read_with_their_class_names() -> None:
    x, y = real.series("#note\n@classLabel true 1 2\n@data\n1,2.5,-3:1\n0.1,0,4:2\n")
    np.testing.assert_array_equal(x, [[1, 2.5, -3], [0.1, 0, 4]])
    assert y.tolist() == ["1", "2"]


def test_tables_become_numbers_and_one_column_for_each_word() -> None:
    rows = real.records('"kind","size"\n b, 2\na,3\n b,4\n')
    np.testing.assert_array_equal(real.one_hot(rows, ("kind",)), [[0, 1], [1, 0], [0, 1]])
    np.testing.assert_array_equal(real.columns(rows, ("size",)), [[2], [3], [4]])


def made(name: str, seed: int = 0) -> Material:
    try:
        return HEALTHY_REAL[name].make(seed)
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("name", sorted(HEALTHY_REAL))
def test_trainings_on_real_data_fit_together(name: str) -> None:
    material = made(name)
    assert material.model.compiled
    assert 200 <= len(material.x) == len(material.y) <= real.ROWS
    assert material.model.count_params() <= 6500
    assert np.isfinite(material.x).all()
    assert np.isfinite(material.y).all()
    answers = np.asarray(material.model(material.x))
    assert answers.shape == (len(material.x), *material.model.output_shape[1:])
    assert np.isfinite(answers).all()


def test_every_kind_of_task_is_there() -> None:
    from lossclinic.core.task import infer_task

    kinds = set()
    for name in HEALTHY_REAL:
        material = made(name)
        model = keras.saving.serialize_keras_object(material.model)
        task = infer_task(material.y, model, {"class_name": str(material.model.loss)})
        kinds.add((task.kind, task.masks, task.outputs > 1))
    assert {kind for kind, _, _ in kinds} == {"binary", "multiclass", "multilabel", "regression"}
    assert ("multilabel", True, True) in kinds
    assert {many for kind, _, many in kinds if kind == "regression"} == {False, True}


def test_a_seed_decides_the_rows() -> None:
    one, again, other = made("bikes", 1), made("bikes", 1), made("bikes", 2)
    np.testing.assert_array_equal(one.x, again.x)
    assert not np.array_equal(one.x, other.x)


def test_real_rows_are_what_their_sources_say() -> None:
    from planted.archives import BIKES

    try:
        rows = real.records(BIKES.read("ISLP/data/Bikeshare.csv").decode())
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert len(rows) == 8645
    assert all(int(row["casual"]) + int(row["registered"]) == int(row["bikers"]) for row in rows)
