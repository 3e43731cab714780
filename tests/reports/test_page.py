from __future__ import annotations

from lossclinic.core.catalogue import Cause
from lossclinic.core.finding import Finding
from lossclinic.reports.page import entry_page, split_sections


def test_sections_are_split_at_underlined_headings():
    doc = (
        "Summary line.\n\nWhat it is\n----------\nText\nmore.\n\nEvidence\n--------\nFacts.\n\nReferences\n----------\n"
    )
    assert split_sections(doc) == (("", "Summary line."), ("What it is", "Text\nmore."), ("Evidence", "Facts."))


def test_a_docstring_without_headings_is_one_section():
    assert split_sections("Only text.") == (("", "Only text."),)
    assert split_sections("") == ()


def test_a_cause_ends_with_its_remedies():
    cause = Cause("x", "A cause", lambda: Finding("x", "clear"), ("no-such-remedy",), "data", "Text.")
    page = entry_page(cause)
    assert page.subtitle == "x · cause · data"
    assert page.sections[-1] == ("Remedies", "- `no-such-remedy`")
