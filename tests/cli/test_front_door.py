from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lossclinic

HEAVY = (
    "numpy",
    "keras",
    "jax",
    "tensorflow",
    "sklearn",
    "scipy",
    "pandas",
    "rich",
    "jinja2",
    "libcst",
    "imblearn",
    "loky",
)


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(m for m in {HEAVY} if m in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_it_loads_nothing_heavy():
    assert loaded_after("import lossclinic") == set()


def test_the_help_page_loads_no_framework():
    loaded = loaded_after("import lossclinic.cli.main")
    assert not loaded & {"keras", "jax", "tensorflow", "sklearn", "scipy", "pandas", "libcst", "imblearn", "jinja2"}


def test_the_front_door_has_at_most_twelve_names_and_all_open():
    assert len(lossclinic.__all__) <= 12
    assert set(lossclinic.__all__) == set(lossclinic._HOMES)
    assert set(dir(lossclinic)) >= set(lossclinic.__all__)
    for name in set(lossclinic.__all__) - {"check", "run", "run_script"}:
        assert getattr(lossclinic, name)


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match="Report"):
        lossclinic.nothing_like_it  # noqa: B018


def test_the_version_is_the_projects():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert lossclinic.__version__ == project["version"]
