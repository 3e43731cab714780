from __future__ import annotations

import pytest

from lossclinic.core.errors import UsageError
from lossclinic.core.size import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("2g", 2 * 2**30), ("1.5 GB", 3 * 2**29), ("800m", 800 * 2**20), ("64MiB", 2**26), ("4096", 4096), (7, 7)],
)
def test_sizes_as_people_write_them(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-2g", "0", "2x", "g"])
def test_what_is_no_size_is_told(text):
    with pytest.raises(UsageError, match="not an amount"):
        parse_size(text)
