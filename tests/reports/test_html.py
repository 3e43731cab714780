from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from lossclinic.core.finding import Fact, Finding, Where
from lossclinic.core.report import Agreement, Band, Report, ToPaste
from lossclinic.reports.html import render_html, write_html

from .sample import DIFF, attacked_fit, healthy_fit, prescription, repaired_fit, sample_report, single_report

HOSTILE = "<img src=x onerror=alert(1)>"


class Balance(HTMLParser):
    """Fails on tags that do not close in order."""

    VOID = frozenset({"meta", "br", "img", "link", "hr"})

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("make", [sample_report, single_report])
def test_the_page_is_well_formed_and_loads_nothing(make, tmp_path):
    text = render_html(make(tmp_path))
    tags = Balance(text).seen
    assert not {"script", "link", "img", "iframe", "object"} & set(tags)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
    assert "@import" not in text
    assert "url(http" not in text


def test_the_answer_comes_first(tmp_path):
    text = render_html(single_report(tmp_path))
    places = [
        text.index(part)
        for part in (
            "<h1>Standardise",
            "Verified repair",
            "71\u00a0%",
            "Loss while training",
            ">Causes<",
            "Everything that was tried",
            "What to change",
            "To paste by hand",
            "Headroom",
            "Notes",
            "How the figures were obtained",
        )
    ]
    assert places == sorted(places)


def test_several_trainings_get_a_section_each(tmp_path):
    text = render_html(sample_report(tmp_path))
    assert 'href="#fit-1"' in text
    assert 'id="fit-2"' in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_diff_is_shown_line_by_line(tmp_path):
    text = render_html(single_report(tmp_path))
    assert '<span class="added">+    normalise,</span>' in text
    assert text.count('class="removed"') == sum(line.startswith("-") and line[1] != "-" for line in DIFF.splitlines())
    assert 'href="fix.diff"' in text


def test_a_diff_that_is_gone_is_left_out(tmp_path):
    report = single_report(tmp_path)
    (tmp_path / "fix.diff").unlink()
    assert '<span class="added">' not in render_html(report)


def test_no_text_of_the_users_becomes_markup(tmp_path):
    plan = replace(prescription(), changes=(HOSTILE,), to_paste=(ToPaste(HOSTILE, HOSTILE, HOSTILE),))
    findings = (Finding(HOSTILE, "observed", evidence=(Fact(HOSTILE),), reason=HOSTILE, remedies=(HOSTILE,)),)
    arms = tuple(replace(arm, name=HOSTILE, setting=HOSTILE, verdict=HOSTILE) for arm in repaired_fit().arms)
    fit = replace(
        repaired_fit(),
        name=HOSTILE,
        answer=HOSTILE,
        prescription=plan,
        findings=findings,
        arms=arms,
        yardstick=HOSTILE,
        notes=(HOSTILE,),
        headroom=(HOSTILE,),
        task=HOSTILE,
    )
    text = render_html(Report(HOSTILE, 1, 1, (fit, fit), str(tmp_path), notes=(HOSTILE,)))
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    Balance(text)


def test_what_each_remedy_contributes_is_a_table():
    text = " ".join(re.sub(r"<[^>]+>", " ", render_html(single_report())).split())
    assert "What each remedy contributes" in text
    assert "left out: no cost of its absence can be shown" in text
    assert "the others do not apply without it" in text


def test_a_healthy_training_shows_its_score_and_no_prescription():
    text = render_html(Report("train.py", 120, 30, (healthy_fit(),)))
    assert "Nothing to fix" in text
    assert "Best model without a network" in text
    assert "What to change" not in text


def test_a_bare_answer_renders():
    fit = replace(
        healthy_fit(),
        ending="failed",
        references=(),
        curves=(),
        findings=(),
        baseline_held_out=None,
        rows={},
        line=None,
    )
    text = render_html(Report(None, 120, 3, (fit,), interrupted=True))
    assert "The training failed" in text
    assert "partial answer" in text
    assert "Nothing could be examined" in render_html(Report("a.py", 120, 1, ()))


def test_it_is_written_as_one_file(tmp_path):
    write_html(sample_report(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_notebook_gets_it_in_a_frame_of_its_own():
    text = sample_report()._repr_html_()
    assert text.startswith("<iframe")
    assert text.count('"') == 8


def test_a_training_that_failed_has_no_share_to_fall_by(tmp_path):
    fit = repaired_fit()
    nothing = Band(float("inf"), float("inf"), float("inf"))
    plan = replace(fit.prescription, baseline=nothing, locked_baseline=float("inf"))
    text = render_html(Report("train.py", 1, 1, (replace(fit, prescription=plan),)))
    assert "failed → 0.264" in text
    assert "∞" not in text
    assert "Held-out loss falls by" not in text


def test_a_place_is_named_once():
    finding = Finding("unscaled-inputs", "observed", where=Where(layer="dense_1", column="column 3", line=4))
    text = render_html(Report("a.py", 1, 1, (replace(healthy_fit(), findings=(finding,)),)))
    assert "Points at layer dense_1, column 3, line 4." in text


def test_the_page_shows_the_familiar_figure_before_and_after():
    known = Agreement("Dice coefficient", Band(0.7, 0.6, 0.8), Band(0.9, 0.85, 0.92))
    fits = replace(repaired_fit(), agreement=known), replace(healthy_fit(), agreement=replace(known, treated=None))
    shown = [render_html(Report("train.py", 1, 1, (fit,))) for fit in fits]
    assert '<dt>Held-out Dice coefficient</dt><dd class="big">0.700 → 0.900</dd>' in shown[0]
    assert '<dt>Held-out Dice coefficient</dt><dd class="big">0.700</dd>' in shown[1]
    assert "Dice" not in render_html(Report("train.py", 1, 1, (repaired_fit(),)))


def test_the_page_shows_the_attack_and_whether_it_is_to_be_believed():
    page = render_html(Report("train.py", 120.0, 10.0, (attacked_fit(),)))
    Balance(page)
    assert "<td>0.1 (as asked)</td><td>24\u00a0%</td><td>3.08</td><td>80\u00a0%</td>" in page.replace("\n", "")
    assert "Not to be believed" not in page
    doubted = render_html(Report("train.py", 120.0, 10.0, (attacked_fit(believable=False),)))
    assert "Not to be believed" in doubted
    assert "No: 40.0% of the rows stand." in doubted
