"""Amounts of memory as people write them."""

from __future__ import annotations

import re

from lossclinic.core.errors import UsageError

_PATTERN = re.compile(r"(\d+(?:\.\d+)?)(k|m|g|t)?(?:i?b)?")
_BYTES = {None: 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def parse_size(value: str | int) -> int:
    """Bytes of an amount of memory.

    Args:
        value: "2g", "1.5GB", "800m"; units are powers of 1024, and a plain number is in bytes.

    Raises:
        UsageError: not an amount of memory, or not above 0.
    """
    match = _PATTERN.fullmatch(str(value).strip().lower().replace(" ", ""))
    size = int(float(match[1]) * _BYTES[match[2]]) if match else 0
    if size <= 0:
        raise UsageError(f"'{value}' is not an amount of memory.", expected="an amount such as 800m, 2g or 1.5GB")
    return size
