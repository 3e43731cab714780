from __future__ import annotations

import json

import pytest

from lossclinic.core.errors import UsageError
from lossclinic.intake.history import read_history


def read(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_history(path)


def test_what_csv_logger_writes(tmp_path):
    log = "epoch,accuracy,loss,val_loss\n0,0.5,0.9,1.0\n1,0.6,0.7,0.8\n"
    found = read(tmp_path, "log.csv", log)
    assert found["loss"] == (0.9, 0.7)
    assert found["val_loss"] == (1.0, 0.8)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators(tmp_path, separator):
    log = "epoch,loss\n0,0.9\n1,0.7\n".replace(",", separator)
    assert read(tmp_path, "log.csv", log)["loss"] == (0.9, 0.7)


def test_an_index_column_and_gaps_do_no_harm(tmp_path):
    found = read(tmp_path, "log.csv", ",loss,val_loss,note\n0,0.9,NA,x\n1,nan,0.8,y\n")
    assert found["val_loss"] == (0.8,)
    assert found["loss"][1] != found["loss"][1]
    assert "note" not in found


@pytest.mark.parametrize(
    "value",
    [
        {"loss": [0.9, 0.7], "val_loss": [1.0, 0.8]},
        {"history": {"loss": [0.9, 0.7], "val_loss": [1.0, 0.8]}, "params": {"epochs": 2}},
        {"loss": {"0": 0.9, "1": 0.7}, "val_loss": {"0": 1.0, "1": 0.8}},
        [{"epoch": 0, "loss": 0.9, "val_loss": 1.0}, {"epoch": 1, "loss": 0.7, "val_loss": 0.8}],
        {"train_loss": [0.9, 0.7], "validation_loss": [1.0, 0.8]},
    ],
)
def test_shapes_of_json(tmp_path, value):
    found = read(tmp_path, "log.json", json.dumps(value))
    assert (found["loss"], found["val_loss"]) == ((0.9, 0.7), (1.0, 0.8))


def test_a_record_on_each_line(tmp_path):
    assert read(tmp_path, "log.jsonl", '{"loss": 0.9}\n{"loss": 0.7}\n')["loss"] == (0.9, 0.7)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("log.csv", "", "no loss"),
        ("log.csv", "epoch,accuracy\n0,0.5\n", "'accuracy'"),
        ("log.json", '{"acc": [1]}', "'acc'"),
        ("log.json", "{", "no JSON"),
        ("log.json", "3", "int"),
        ("log.json", '{"loss": "low"}', "no loss"),
    ],
)
def test_bad_logs_say_what_came(tmp_path, name, text, said):
    with pytest.raises(UsageError, match=said) as caught:
        read(tmp_path, name, text)
    assert caught.value.do


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xff\xfe\x00\x93")
    with pytest.raises(UsageError, match="no text"):
        read_history(path)
