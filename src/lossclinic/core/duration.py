"""Durations as people write them."""

from __future__ import annotations

import math
import re

from lossclinic.core.errors import UsageError

_PATTERN = re.compile(r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m)?(?:(?P<s>\d+(?:\.\d+)?)s?)?")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def parse_duration(value: str | float) -> float:
    """Seconds of a duration.

    Args:
        value: "90s", "2m", "1h30m", "0.5h"; a plain number is in seconds.

    Returns:
        Seconds, above 0 and finite.

    Raises:
        UsageError: not a duration, or not above 0.
    """
    text = str(value).strip().lower().replace(" ", "")
    match = _PATTERN.fullmatch(text)
    seconds = 0.0
    if match:
        seconds = sum(float(match[unit]) * size for unit, size in _SECONDS.items() if match[unit])
    if not seconds or not math.isfinite(seconds):
        raise UsageError(f"'{value}' is not a duration.", expected="a time above zero such as 90s, 2m, 1h30m or 0.5h")
    return seconds
