"""Put arguments or list elements among others, laid out like their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst


def insert_item(items: Sequence[Any], at: int, new: Any, opening: Any) -> list[Any]:
    """Arguments or list elements with a new one, laid out like its neighbours.

    Args:
        items: the items so far.
        at: where the new one goes.
        new: the item.
        opening: the white space behind the opening bracket.
    """
    result = list(items)
    if not result:
        return [new]
    comma = _separator(result, opening)
    if at < len(result):
        result.insert(at, new.with_changes(comma=comma))
        return result
    last = result[-1]
    trailing = last.comma
    changes: dict[str, Any] = {"comma": comma}
    if isinstance(trailing, cst.Comma):
        space, wanted = trailing.whitespace_after, comma.whitespace_after
        if isinstance(space, cst.ParenthesizedWhitespace) and isinstance(wanted, cst.ParenthesizedWhitespace):
            changes["comma"] = comma.with_changes(whitespace_after=wanted.with_changes(first_line=space.first_line))
        new = new.with_changes(comma=_plain(trailing))
    if isinstance(last, cst.Arg):
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        changes["whitespace_after_arg"] = cst.SimpleWhitespace("")
    return [*result[:-1], last.with_changes(**changes), new]


def remove_item(items: Sequence[Any], at: int) -> list[Any]:
    """Arguments or list elements without one."""
    result = list(items)
    gone = result.pop(at)
    if at == len(result) and result:
        changes: dict[str, Any] = {"comma": gone.comma}
        if isinstance(gone, cst.Arg):
            changes["whitespace_after_arg"] = gone.whitespace_after_arg
        result[-1] = result[-1].with_changes(**changes)
    return result


def _separator(items: list[Any], opening: Any) -> cst.Comma:
    if len(items) > 1 and isinstance(items[0].comma, cst.Comma):
        return _plain(items[0].comma)
    if isinstance(opening, cst.ParenthesizedWhitespace):
        return _plain(cst.Comma(whitespace_after=opening))
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _plain(comma: cst.Comma) -> cst.Comma:
    """The comma without the comment that belongs to the item before it."""
    space = comma.whitespace_after
    if isinstance(space, cst.ParenthesizedWhitespace):
        space = space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    return comma.with_changes(whitespace_after=space)
