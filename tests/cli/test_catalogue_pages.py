from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from lossclinic.core import catalogue

SCRIPT = Path(__file__).parents[2] / "docs" / "generate_catalogue.py"


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("generate_catalogue", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_entry_has_a_page_that_the_index_links(generator):
    pages = generator.pages()
    for name in (*catalogue.causes(), *catalogue.remedies()):
        assert f"({name}.md)" in pages["README.md"]
        assert f"`{name}`" in pages[f"{name}.md"]


def test_every_link_leads_to_a_page(generator):
    import re

    pages = generator.pages()
    links = {target for text in pages.values() for target in re.findall(r"\]\(([\w-]+\.md)\)", text)}
    assert links <= pages.keys()


def test_stale_and_left_over_pages_are_named(generator, tmp_path):
    generator.write(tmp_path)
    assert generator.stale(tmp_path) == []
    (tmp_path / "README.md").write_text("old")
    (tmp_path / "gone.md").write_text("old")
    assert generator.stale(tmp_path) == ["README.md", "gone.md"]
    generator.write(tmp_path)
    assert generator.stale(tmp_path) == []


def test_the_committed_pages_are_up_to_date(generator):
    assert generator.stale(generator.FOLDER) == [], "run `python docs/generate_catalogue.py`"
