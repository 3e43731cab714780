"""What tuning came to as strict JSON, schema 1: keys may be added, never renamed or removed."""

from __future__ import annotations

import json

from lossclinic.core.canonical import Json
from lossclinic.core.tuned import Nested, Tuned, TunedArm
from lossclinic.core.version import VERSION
from lossclinic.reports.json import SCHEMA, band_to_dict, prescription_to_dict, strict


def tuned_to_dict(tuned: Tuned) -> Json:
    """The answer as plain data in a stable key order; numbers that are not finite become None."""
    return strict(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "script": tuned.script,
            "name": tuned.name,
            "answer": tuned.answer,
            "ending": tuned.ending,
            "exit_code": tuned.exit_code,
            "interrupted": tuned.interrupted,
            "best": dict(tuned.best),
            "yardstick": {"name": tuned.yardstick, "better": "lower"},
            "rows": dict(tuned.rows),
            "method": tuned.method,
            "scoring": tuned.scoring,
            "arms": [_arm(arm) for arm in tuned.arms],
            "prescription": prescription_to_dict(tuned.prescription),
            "fixed": [{"name": name, "why": why} for name, why in tuned.fixed],
            "flags": tuned.flags,
            "notes": tuned.notes,
            "cost": {"trainings": tuned.trainings},
            "budget_s": tuned.budget_s,
            "elapsed_s": tuned.elapsed_s,
            "folder": tuned.folder or None,
            "storage": tuned.storage or None,
        }
    )


def dump_tuned(tuned: Tuned) -> str:
    """The answer as indented JSON text, ending in a newline."""
    return json.dumps(tuned_to_dict(tuned), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _arm(arm: TunedArm) -> Json:
    return {
        "name": arm.name or None,
        "best": vars(arm.best) if arm.best else None,
        "own": vars(arm.own) if arm.own else None,
        "as_good": arm.noise,
        "nested": _nested(arm.nested),
        "parameters": [vars(parameter) for parameter in arm.parameters],
        "trials": [vars(trial) for trial in arm.trials],
    }


def _nested(nested: Nested | None) -> Json | None:
    if nested is None:
        return None
    bands = {name: band_to_dict(getattr(nested, name)) for name in ("before", "after", "gain")}
    return {**vars(nested), **bands}
