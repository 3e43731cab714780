"""What a failed fit raised, in one line for people."""

from __future__ import annotations

import re
from typing import Any

MOST_LETTERS = 300
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WRAPPER = re.compile(r"^Exception encountered when calling [^\n]*")


def in_words(error: BaseException, model: Any) -> str | None:
    """The error as "ValueError: what was wrong", without colours, call stacks and notes of libraries.

    Args:
        error: what fit raised.
        model: the model it was called on.

    Returns:
        One line; None for Ctrl-C, which is no failure of the training.
    """
    if isinstance(error, KeyboardInterrupt):
        return None
    text = _WRAPPER.sub("", _COLOURS.sub("", str(error)).strip()).strip()
    first = " ".join(next(iter(text.split("\n\n")), "").split())[:MOST_LETTERS]
    said = f"{type(error).__name__}: {first}".rstrip(": ")
    misplaced = metrics_for_weights(model)
    if misplaced is None:
        return said
    return f"compile takes {misplaced} for loss_weights, its third argument; write metrics={misplaced} ({said})"


def metrics_for_weights(model: Any) -> Any:
    """Loss weights that are no numbers: metrics passed to compile by position."""
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    values = list(weights.values()) if isinstance(weights, dict) else weights
    if not isinstance(values, (list, tuple)):
        values = [values]
    named = any(isinstance(value, str) or hasattr(value, "update_state") for value in values)
    return weights if named else None
