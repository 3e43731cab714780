"""How much memory the experiments may take, and what fits into it: rows first, then workers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lossclinic.core import architecture
from lossclinic.core.case import Case

FREE_SHARE = 0.5
"""Share of the free memory that the experiments take unless the user says otherwise."""
PARENT_BYTES = 320 * 2**20
"""This process with NumPy and scikit-learn (measured: 200 to 310 MiB)."""
WORKER_BYTES = 400 * 2**20
"""A worker process with Keras, JAX and some compiled programs (measured: 320 to 360 MiB)."""
ROW_COPIES = 6.0
"""Float32 copies of each row that a training holds at its peak: drawn, prepared, on the device, and in passing
(measured by benchmarks/growth.py: 4.8 to 5.6)."""
WIDE_COPIES = 0.5
"""Copies of the widest layer's outputs for each row: the scored rows pass through the network together."""
PARAMETER_COPIES = 28
"""Float32 copies of the weights at the peak: states of weights and slots, gradients, compiling (measured: 18 to 28)."""
FEWEST_ROWS = 512
"""With fewer rows the experiments would say little about the whole; the cap yields before that."""


@dataclass(frozen=True)
class Room:
    """What fits into the memory.

    Attributes:
        workers: training processes.
        rows: rows for the experiments, a power of two; None for all.
        kept: whether the cap holds with these; it cannot where one process with the fewest rows is too much.
    """

    workers: int
    rows: int | None
    kept: bool = True


def free_cap() -> int:
    """Bytes that the experiments may take on this machine now."""
    import psutil

    return int(FREE_SHARE * psutil.virtual_memory().available)


def room(case: Case, cap: int, workers: int) -> Room:
    """Use fewer rows, then fewer workers, until the memory suffices.

    Args:
        case: its rows and the size of its model decide.
        cap: bytes for everything.
        workers: what the user wants; 0 (in this process) counts as one.
    """
    for count in range(max(workers, 1), 0, -1):
        rows = rows_within(case, cap, count)
        if rows is None or rows >= FEWEST_ROWS:
            return Room(min(count, workers), rows)
    return Room(min(1, workers), FEWEST_ROWS if len(case.data) > FEWEST_ROWS else None, kept=False)


def rows_within(case: Case, cap: int, workers: int) -> int | None:
    """The rows that so many workers have memory for, a power of two (or 0); None for all."""
    each = (cap - PARENT_BYTES) / workers - WORKER_BYTES - 4 * PARAMETER_COPIES * case.observed.parameters
    rows = int(max(each, 0.0) / row_bytes(case))
    if rows >= len(case.data):
        return None
    # As many of the locked rows are used as of the others, at most.
    return 1 << (rows // 2).bit_length() - 1 if rows >= 2 else 0


def row_bytes(case: Case) -> float:
    """Bytes for each row at the peak of a training."""
    data = case.data
    values = sum(float(np.prod(part.shape[1:])) for part in (data.x, data.y))
    widest = max((layer.units or 0 for layer in architecture.weighted(case.recipe.model)), default=0)
    drawn = (data.x.nbytes + data.y.nbytes) / max(len(data), 1)
    return 4 * (ROW_COPIES * values + WIDE_COPIES * widest) + drawn
