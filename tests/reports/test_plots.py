from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

from lossclinic.core.report import ArmResult, Band, Curve, Reference
from lossclinic.reports.plots import curve_plot, describe_curves, gain_axis, interval_plot

from .sample import ARMS, band, repaired_fit


def parsed(svg):
    return ElementTree.fromstring(svg)


def test_the_curves_have_a_title_a_description_and_one_line_each():
    picture = parsed(curve_plot(repaired_fit(), "a"))
    assert picture.find("title").text == "Loss curves of train.py:17"
    assert "boosted trees reaches 0.300" in picture.find("desc").text
    lines = [e for e in picture.iter("polyline") if "curve" in e.get("class")]
    assert [e.get("class") for e in lines] == [
        "curve baseline train",
        "curve baseline held-out",
        "curve treated train",
        "curve treated held-out",
    ]


def test_a_curve_that_leaves_the_finite_numbers_breaks_off():
    bands = tuple(Band(v, v, v) for v in (1.0, 0.9, float("nan"), float("inf"), 0.8))
    fit = replace(repaired_fit(), curves=(Curve("baseline", (1, 2, 3, 4, 5), bands, bands),))
    text = curve_plot(fit, "a")
    parsed(text)
    assert "nan" not in text
    assert "inf" not in text
    assert text.count("<polyline") == 2
    assert text.count("<circle") == 2


def test_labels_of_close_marks_do_not_overlap():
    marks = tuple(Reference(f"model {i}", 0.3 + i * 1e-4) for i in range(5))
    picture = parsed(curve_plot(replace(repaired_fit(), references=marks), "a"))
    heights = sorted(float(e.get("y")) for e in picture.iter("text") if e.get("class") == "mark-name")
    assert all(b - a >= 12.9 for a, b in pairwise(heights))


def test_one_epoch_is_a_dot():
    fit = replace(repaired_fit(), curves=(Curve("baseline", (1,), (band(1.0),), (band(1.1),)),))
    assert curve_plot(fit, "a").count("<circle") == 2


def test_no_curves_no_plot():
    assert curve_plot(replace(repaired_fit(), curves=()), "a") == ""
    assert describe_curves(repaired_fit()).startswith("baseline: held-out")


def test_names_are_escaped():
    fit = replace(repaired_fit(), name="<b>&", references=(Reference("<i>", 0.3),))
    parsed(curve_plot(fit, "a"))


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    axis = gain_axis(ARMS)
    assert axis.low == -1.0
    dropout = next(arm for arm in ARMS if arm.name == "dropout")
    assert "<path" in interval_plot(dropout, axis)
    assert "<path" not in interval_plot(ARMS[0], axis)


def test_colour_follows_the_whole_interval():
    axis = gain_axis(ARMS)
    tones = {arm.name: parsed(interval_plot(arm, axis)).get("class") for arm in ARMS if arm.gain}
    assert tones["standardise-inputs"] == "interval better"
    assert tones["adam"] == "interval unsure"
    assert tones["deepen"] == "interval worse"


def test_an_arm_that_could_not_be_measured_draws_nothing():
    arm = ArmResult("x", ("x",), (), "", "screened", None, None, 0, "failed: non-finite loss")
    assert interval_plot(arm, gain_axis([arm])) == ""


def test_one_pair_has_an_interval_without_an_end():
    arm = ArmResult("x", ("x",), (), "", "screened", Band(0.3, float("-inf"), 1.0), 1.0, 1, "suggestive")
    axis = gain_axis([arm])
    parsed(interval_plot(arm, axis))
    assert "<path" in interval_plot(arm, axis)
    assert "nan" not in interval_plot(arm, axis)


def test_a_run_that_failed_has_no_gain_to_draw():
    arm = ArmResult("x", ("x",), (), "", "screened", Band(0.0, 0.0, 0.0), 0.5, 1, "failed: non-finite loss")
    assert interval_plot(arm, gain_axis([arm])) == ""
