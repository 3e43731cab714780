from __future__ import annotations

import struct
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from lossclinic.core.errors import UsageError
from lossclinic.intake.events import _masked_crc, is_events, read_events


def varint(number):
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fixed(number, value):
    return varint(number << 3 | 5) + struct.pack("<f", value)


def event(step, tag, value, tensor):
    """One `Event` with one scalar, as TensorFlow 2 (a tensor) or as older writers (a simple value) put it."""
    content = field(8, field(1, 1) + field(4, struct.pack("<f", value))) if tensor else fixed(2, value)
    return field(2, step) + field(5, field(1, field(1, tag.encode()) + content))


def write(folder, tag, values, tensor=True, extra=b""):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "events.out.tfevents.1.host"
    frames = []
    for record in (field(3, b"brain.Event:2"), *(event(step, tag, v, tensor) for step, v in enumerate(values))):
        head = struct.pack("<Q", len(record))
        frames.append(head + struct.pack("<I", _masked_crc(head)) + record + struct.pack("<I", _masked_crc(record)))
    path.write_bytes(b"".join(frames) + extra)
    return path


def test_the_checksum_is_the_published_one():
    # RFC 3720, section B.4: CRC-32C of 32 zeros is 0x8a9136aa.
    crc = 0x8A9136AA
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert _masked_crc(bytes(32)) == masked


@pytest.mark.parametrize("tensor", [True, False])
def test_training_and_validation_belong_together(tmp_path, tensor):
    write(tmp_path / "train", "epoch_loss", [0.5, 0.25], tensor)
    write(tmp_path / "validation", "epoch_loss", [1.0, 0.75], tensor)
    assert is_events(tmp_path)
    assert read_events(tmp_path) == {str(tmp_path): {"loss": (0.5, 0.25), "val_loss": (1.0, 0.75)}}


def test_several_runs_in_one_folder(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name / "train", "epoch_loss", [0.5])
    assert list(read_events(tmp_path)) == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_other_writers_name_the_side_in_the_tag(tmp_path):
    path = write(tmp_path, "Loss/train", [0.5, 0.25], tensor=False)
    assert read_events(path)[str(tmp_path)]["loss"] == (0.5, 0.25)


def test_a_record_that_is_still_being_written_is_left_out(tmp_path):
    write(tmp_path, "epoch_loss", [0.5], extra=b"\x01\x00\x00")
    assert read_events(tmp_path)[str(tmp_path)]["loss"] == (0.5,)


def test_a_damaged_file_is_told(tmp_path):
    path = write(tmp_path, "epoch_loss", [0.5])
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(UsageError, match="damaged"):
        read_events(path)


def test_events_without_a_loss_are_told(tmp_path):
    write(tmp_path, "epoch_accuracy", [0.5])
    with pytest.raises(UsageError, match="'accuracy'"):
        read_events(tmp_path)


@pytest.mark.tensorflow
def test_what_tensorflow_writes(tmp_path):
    code = (
        "import sys, os, tensorflow as tf\n"
        "from tensorflow.core.util.event_pb2 import Event\n"
        "for side, values in (('train', (0.5, 0.25)), ('validation', (1.0, 0.75))):\n"
        "    os.makedirs(f'{sys.argv[1]}/{side}')\n"
        "    with tf.io.TFRecordWriter(f'{sys.argv[1]}/{side}/events.out.tfevents.1') as writer:\n"
        "        for step, value in enumerate(values):\n"
        "            event = Event(wall_time=1.0, step=step)\n"
        "            tensor = tf.make_tensor_proto(value, dtype=tf.float32)\n"
        "            event.summary.value.add(tag='epoch_loss', tensor=tensor)\n"
        "            writer.write(event.SerializeToString())\n"
    )
    if "tensorflow" not in packages_distributions():
        pytest.skip("TensorFlow is not installed")
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True)
    assert read_events(tmp_path) == {str(tmp_path): {"loss": (0.5, 0.25), "val_loss": (1.0, 0.75)}}
