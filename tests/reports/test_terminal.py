from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from lossclinic.core.report import Agreement, Asked, Band, Report, ToPaste
from lossclinic.reports.html import render_html
from lossclinic.reports.terminal import print_report

from .sample import attacked_fit, healthy_fit, repaired_fit, sample_report, single_report


def printed(report, width=100, **options):
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=width, **options))
    return stream.getvalue()


def test_the_answer_comes_before_the_evidence_the_prescription_and_the_diff(tmp_path):
    text = printed(single_report(tmp_path))
    parts = (
        "the held-out loss falls by 71 %",
        "Verified repair",
        "unscaled-inputs",
        "What to change",
        "+    normalise,",
        "To paste by hand",
        "promised was",
        "Headroom",
        "Notes",
        "Took 1 min 52 s",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_what_each_remedy_contributes_is_a_table():
    text = " ".join(printed(single_report(), width=160).split())
    assert "What each remedy contributes" in text
    assert "standardise-inputs 0.700 62 % (55 to 68 %) 100 % of 10 needed" in text
    assert "adam the others do not apply without it" in text
    assert "widen 0.270 2.0 % (−3.0 to 6.0 %) 50 % of 10 left out: no cost of its absence can be shown" in text


def test_what_was_tested_in_vain_is_one_line(tmp_path):
    text = printed(single_report(tmp_path))
    assert "Tested, made no difference: too-little-capacity, weak-optimizer." in text
    assert "Could not be tested: leakage." in text
    assert "5 other causes examined" in text


def test_the_diff_is_coloured_on_a_terminal(tmp_path):
    assert "\x1b[32m+    normalise," in printed(single_report(tmp_path), force_terminal=True, color_system="standard")
    assert "\x1b[" not in printed(single_report(tmp_path))


def test_text_of_the_users_is_not_markup():
    fit = replace(repaired_fit(), answer="[red]x[/] [/oops]", notes=("[bold]",), name="[x].py:3")
    text = printed(Report("[x].py", 1, 1, (fit,), notes=("[/]",)))
    assert "[red]x[/] [/oops]" in text
    assert "[x].py:3" in text


def test_several_trainings_an_interruption_and_no_prescription():
    text = printed(replace(sample_report(), interrupted=True))
    assert text.startswith("Interrupted")
    assert "train.py:31" in text
    healthy = printed(Report("train.py", 120, 30, (healthy_fit(),)))
    assert "best model without a network: linear, 0.0880" in healthy
    assert "What to change" not in healthy


def test_files_are_listed_only_where_they_are(tmp_path):
    text = printed(single_report(tmp_path), width=200)
    assert str(tmp_path / "fix.diff") in text
    assert "report.html" not in text


def test_files_named_from_the_working_directory_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    report = single_report(Path("out"))
    plan = replace(report.fits[0].prescription, diff="out/fix.diff")
    text = printed(replace(report, fits=(replace(report.fits[0], prescription=plan),)))
    assert "+    normalise," in text
    assert text.count("out/fix.diff") == 1


def test_a_narrow_terminal_keeps_every_line_within_it(tmp_path):
    fit = replace(repaired_fit(), prescription=None)
    assert all(len(line) <= 60 for line in printed(Report("a.py", 1, 1, (fit,)), width=60).splitlines())


def test_a_training_that_failed_has_no_share_to_fall_by():
    fit = repaired_fit()
    nothing = Band(float("inf"), float("inf"), float("inf"))
    plan = replace(fit.prescription, baseline=nothing, locked_baseline=float("inf"))
    text = printed(Report("train.py", 1, 1, (replace(fit, prescription=plan),)), width=200)
    assert "held-out mean squared error 0.264, better in" in text
    assert "failed → 0.270" in text


def test_trainings_that_learn_nothing_are_counted():
    fit = repaired_fit()
    plan = replace(fit.prescription, stuck_before=fit.prescription.pairs - 1, stuck=0)
    text = printed(Report("train.py", 1, 1, (replace(fit, prescription=plan),)), width=400)
    assert f"; {plan.stuck_before} of them learn nothing as they are, none repaired" in text
    chance = replace(plan, stuck_before=1)
    for told in (fit, replace(fit, prescription=chance)):
        assert "learn nothing" not in printed(Report("train.py", 1, 1, (told,)), width=400)


def test_the_familiar_figure_is_shown_beside_the_score_before_and_after():
    both = Agreement("Dice coefficient", Band(0.7, 0.6, 0.8), Band(0.9, 0.85, 0.92))
    only = Agreement("accuracy", Band(0.7, 0.6, 0.8))
    told = [
        printed(Report("train.py", 1, 1, (replace(fit, agreement=known),)), width=400)
        for fit, known in ((repaired_fit(), both), (healthy_fit(), only), (healthy_fit(), None))
    ]
    assert "; Dice coefficient 0.700 → 0.900" in told[0]
    assert "; accuracy 0.700;" in told[1]
    assert "accuracy" not in told[2]


def test_what_was_asked_about_is_told_with_the_code_that_is_left_to_paste():
    left = ToPaste("Drop out units.", "layers.Dropout(0.5)", "no layer was found")
    asked = (Asked("dropout", "held-out loss 1 → 2: worse", to_paste=(left,)), Asked("widen", "does not apply: wide"))
    report = Report("x.py", 1, 1, (replace(healthy_fit(), asked=asked),))
    for text in (printed(report), render_html(report)):
        places = [text.index(part) for part in ("asked about", "1 → 2: worse.", "not apply: wide.", "Dropout(0.5)")]
        assert places[0] < min(places[1:])


def test_the_sizes_of_the_attack_its_price_and_its_own_tests_are_shown():
    text = printed(Report("train.py", 120.0, 10.0, (attacked_fit(),)))
    assert "Under attack: moves of at most 0.1 in each input, 256 held-out rows each" in text
    assert re.search(r"0.1 \(as asked\) +24 % +3.08 +80 % +0.480", text)
    assert "rises from 0.06 to 0.1" in text
    assert "Does an attack without bounds take every row? Yes: no row stands." in text
    assert "cannot be believed" not in text


def test_where_the_attack_fails_that_is_said():
    text = printed(Report("train.py", 120.0, 10.0, (attacked_fit(believable=False),)))
    assert "The robust figures cannot be believed" in text
    assert "take every row? No: 40.0% of the rows stand." in text


def test_a_gain_under_attack_is_called_that(tmp_path):
    fit = repaired_fit(tmp_path)
    plan = replace(fit.prescription, yardstick="mean squared error under attack")
    assert "mean squared error under attack falls by" in printed(
        Report("train.py", 120.0, 10.0, (replace(fit, prescription=plan),)), width=200
    )
