"""What `lossclinic check` saw as strict JSON, schema 1: keys may be added, never renamed or removed."""

from __future__ import annotations

import json

from lossclinic.core.canonical import Json
from lossclinic.core.checkup import Checked, Checkup, Sign
from lossclinic.core.version import VERSION
from lossclinic.reports.json import finding_to_dict, strict

SCHEMA = 1


def checkup_to_dict(checkup: Checkup) -> Json:
    """The result as plain data in a stable key order; numbers that are not finite become None.

    Args:
        checkup: what was seen.
    """
    return strict(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "target": checkup.target,
            "fail_on": checkup.fail_on,
            "exit_code": checkup.exit_code,
            "script_s": checkup.script_s,
            "elapsed_s": checkup.elapsed_s,
            "notes": checkup.notes,
            "checked": [_checked(each) for each in checkup.checked],
        }
    )


def dump_checkup(checkup: Checkup) -> str:
    """The result as indented JSON text, ending in a newline."""
    return json.dumps(checkup_to_dict(checkup), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _checked(each: Checked) -> Json:
    return {
        "name": each.name,
        "kind": each.kind,
        "answer": each.answer,
        "task": each.task or None,
        "rows": each.rows,
        "epochs": each.epochs,
        "line": each.line,
        "failure": each.failure or None,
        "signs": [_sign(sign) for sign in each.signs],
        "clear": each.clear,
        "open": each.open,
        "notes": each.notes,
        "history": dict(each.history),
    }


def _sign(sign: Sign) -> Json:
    place = None if sign.place is None else {"path": sign.place.path, "line": sign.place.line}
    return {"level": sign.level, "place": place, **finding_to_dict(sign.finding)}
