"""What a comparison came to as strict JSON, schema 1: keys may be added, never renamed or removed."""

from __future__ import annotations

import json

from lossclinic.core.canonical import Json
from lossclinic.core.compared import Against, Candidate, Compared
from lossclinic.core.version import VERSION
from lossclinic.reports.json import SCHEMA, band_to_dict, strict


def compared_to_dict(compared: Compared) -> Json:
    """The answer as plain data in a stable key order; numbers that are not finite become None."""
    return strict(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "answer": compared.answer,
            "ending": compared.ending,
            "exit_code": compared.exit_code,
            "interrupted": compared.interrupted,
            "best": compared.candidates[0].name if compared.repeats else None,
            "yardstick": {"name": compared.yardstick, "better": "lower"},
            "rows": dict(compared.rows),
            "scoring": compared.scoring,
            "folds": compared.folds,
            "repeats": compared.repeats,
            "wanted": compared.wanted,
            "min_gain": compared.min_gain,
            "candidates": [_candidate(candidate, compared) for candidate in compared.candidates],
            "notes": compared.notes,
            "cost": {"trainings": compared.trainings},
            "budget_s": compared.budget_s,
            "elapsed_s": compared.elapsed_s,
            "folder": compared.folder or None,
        }
    )


def dump_compared(compared: Compared) -> str:
    """The answer as indented JSON text, ending in a newline."""
    return json.dumps(compared_to_dict(compared), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _candidate(candidate: Candidate, compared: Compared) -> Json:
    agreement = candidate.agreement
    return {
        "name": candidate.name,
        "place": candidate.place,
        "score": candidate.score,
        "held_out": band_to_dict(candidate.held_out),
        "train": band_to_dict(candidate.train),
        "agreement": {"name": compared.agreement, **band_to_dict(agreement)} if agreement else None,  # type: ignore[dict-item]
        "scores": candidate.scores,
        "failures": candidate.failures,
        "failed": candidate.failed or None,
        "parameters": candidate.parameters or None,
        "seconds": candidate.seconds,
        "against": _against(candidate.against),
    }


def _against(against: Against | None) -> Json | None:
    return None if against is None else {**vars(against), "gain": band_to_dict(against.gain)}
