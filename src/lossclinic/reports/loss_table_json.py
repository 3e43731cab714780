"""A table of losses as strict JSON, schema 1: keys may be added, never renamed or removed."""

from __future__ import annotations

import json

from lossclinic.core.canonical import Json
from lossclinic.core.loss_table import LossRow, LossTable
from lossclinic.core.version import VERSION
from lossclinic.reports.json import SCHEMA, band_to_dict, strict


def table_to_dict(table: LossTable) -> Json:
    """The answer as plain data in a stable key order; numbers that are not finite become None."""
    return strict(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "script": table.script,
            "name": table.name,
            "answer": table.answer,
            "ending": table.ending,
            "exit_code": table.exit_code,
            "interrupted": table.interrupted,
            "yardsticks": dict(table.yardsticks),
            "level": table.level,
            "losses": [_row(row) for row in table.rows],
            "left_out": [{"name": name, "why": why} for name, why in table.left_out],
            "flags": table.flags,
            "notes": table.notes,
            "cost": {"trainings": table.trainings},
            "budget_s": table.budget_s,
            "elapsed_s": table.elapsed_s,
            "folder": table.folder or None,
        }
    )


def dump_table(table: LossTable) -> str:
    """The answer as indented JSON text, ending in a newline."""
    return json.dumps(table_to_dict(table), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _row(row: LossRow) -> Json:
    cells = {
        name: {**vars(cell), "difference": band_to_dict(cell.difference) if cell.difference else None}
        for name, cell in row.cells.items()
    }
    return {
        "name": row.name,
        "code": row.code,
        "learning_rate": row.rate,
        "repeats": row.repeats,
        "failures": row.failures,
        "by": cells,
    }
