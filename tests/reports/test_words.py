from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossclinic.core.report import ArmResult, Band, Report
from lossclinic.reports import words

from .sample import healthy_fit, repaired_fit, sample_report


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.264, "0.264"),
        (0.0, "0"),
        (12.345, "12.3"),
        (1234567.0, "1.23e6"),
        (0.00012, "1.20e−4"),
        (-0.5, "−0.500"),
        (float("inf"), "∞"),
        (float("nan"), "n/a"),
        (None, "n/a"),
        (4521.0, "4\u202f521"),
    ],
)
def test_numbers(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.71, "71 %"), (0.021, "2.1 %"), (1.0, "100 %"), (0.0, "0 %"), (-0.0001, "0 %"), (-0.22, "−22 %"), (None, "n/a")],
)
def test_percentages(share, text):
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4 s"), (48, "48 s"), (59.7, "1 min"), (111.6, "1 min 52 s"), (120, "2 min"), (3900, "1 h 05 min")],
)
def test_durations(seconds, text):
    assert words.duration(seconds) == text


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_float_can_be_told(value):
    assert words.number(value)
    assert words.percent(value)


def test_a_range_says_percent_once():
    assert words.percent_range(Band(0.4, 0.31, 0.48)) == "31 to 48 %"


def test_one_training_answers_for_itself_several_are_counted():
    assert words.headline(Report("a.py", 1, 1, (repaired_fit(),))) == repaired_fit().answer
    assert words.headline(sample_report()) == "2 trainings: 1 repaired, 1 healthy."
    assert words.headline(Report("a.py", 1, 1, (healthy_fit(), healthy_fit()))) == "2 trainings: 2 healthy."
    assert words.headline(Report("a.py", 1, 1, ()))


def test_an_id_unknown_to_the_catalogue_reads_as_its_own_words():
    assert words.title("someone-elses-cause") == "Someone elses cause"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the optimizer is plain SGD", "The optimizer is plain SGD."),
        ("fit received no rows.", "fit received no rows."),
        ("val_loss rises", "val_loss rises."),
        ("", ""),
    ],
)
def test_remarks_become_sentences(text, told):
    assert words.sentence(text) == told


def test_a_screened_composition_names_what_was_added_and_to_what():
    arm = ArmResult("adam + widen", ("adam", "widen"), (), "128 units", "screened", None, None, 0, "")
    assert words.arm_name(arm) == "widen"
    assert words.arm_setting(arm) == "on top of adam, 128 units"
    assert words.arm_name(replace(arm, stage="confirmed")) == "adam + widen"
    assert words.arm_setting(replace(arm, stage="confirmed")) == "128 units"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "about 5 s"), (41, "about 40 s"), (57, "about 1 min"), (100, "about 2 min"), (4300, "about 1 h 10 min")],
)
def test_times_that_nobody_knows_exactly_are_round(seconds, text):
    assert words.about(seconds) == text
