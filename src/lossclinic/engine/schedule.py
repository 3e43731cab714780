"""Which waiting training a free worker takes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

WORTH_COMPILING = 1.0
"""Seconds of training that a second worker must take over before it compiles a structure that another one has."""


def pick(waiting: Sequence[str], known: set[str], elsewhere: set[str], seconds: Callable[[int], float]) -> int | None:
    """Index into `waiting` of the training to take, or None to leave the rest to the others.

    First what this worker has compiled, then what nobody has, then a share of what others work at, where that is
    worth compiling once more.

    Args:
        waiting: structure of each waiting training, in order.
        known: structures this worker has compiled.
        elsewhere: structures that busy workers have compiled.
        seconds: expected seconds of a waiting training, by its index.
    """
    for index, structure in enumerate(waiting):
        if structure in known:
            return index
    for index, structure in enumerate(waiting):
        if structure not in elsewhere:
            return index
    for structure, count in Counter(waiting).most_common():
        index = waiting.index(structure)
        if count * seconds(index) > WORTH_COMPILING:
            return index
    return None
