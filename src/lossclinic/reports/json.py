"""The report as strict JSON, schema 1: keys may be added, never renamed or removed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, cast

from lossclinic.core.canonical import Json
from lossclinic.core.finding import Finding
from lossclinic.core.report import Agreement, Band, FitReport, Prescription, Report
from lossclinic.core.under_attack import UnderAttack
from lossclinic.core.version import VERSION

SCHEMA = 1


def report_to_dict(report: Report) -> Json:
    """The report as plain data in a stable key order; numbers that are not finite become None.

    Args:
        report: the answer.

    Returns:
        Only dicts, lists, strings, numbers, booleans and None.
    """
    return strict(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "script": report.script,
            "budget_s": report.budget_s,
            "elapsed_s": report.elapsed_s,
            "interrupted": report.interrupted,
            "exit_code": report.exit_code,
            "folder": report.folder or None,
            "notes": report.notes,
            "fits": [_fit(fit) for fit in report.fits],
        }
    )


def dump_json(report: Report) -> str:
    """The report as indented JSON text, ending in a newline."""
    return json.dumps(report_to_dict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(report: Report, path: Path) -> None:
    """Write the report to `path` as UTF-8 JSON."""
    path.write_text(dump_json(report), encoding="utf-8")


def _fit(fit: FitReport) -> Json:
    return {
        "name": fit.name,
        "line": fit.line,
        "task": fit.task,
        "rows": fit.rows,
        "yardstick": {"name": fit.yardstick, "better": "lower"},
        "answer": fit.answer,
        "baseline": {"train": band_to_dict(fit.baseline_train), "held_out": band_to_dict(fit.baseline_held_out)},
        "agreement": _agreement(fit.agreement),
        "under_attack": _under_attack(fit.under_attack),
        "references": [{"name": mark.name, "held_out": mark.held_out} for mark in fit.references],
        "findings": [finding_to_dict(finding) for finding in fit.findings],
        "preflight": [vars(check) for check in fit.preflight],
        "received": {name: value for name, value in vars(fit.received).items() if name != "picture"}
        if fit.received
        else None,
        "prescription": prescription_to_dict(fit.prescription),
        "ending": fit.ending,
        "asked": [{**vars(asked), "to_paste": [vars(item) for item in asked.to_paste]} for asked in fit.asked],
        "arms": [{**vars(arm), "gain": band_to_dict(arm.gain)} for arm in fit.arms],
        "curves": [
            {
                "name": curve.name,
                "epochs": curve.epochs,
                "train": [band_to_dict(band) for band in curve.train],
                "held_out": [band_to_dict(band) for band in curve.held_out],
            }
            for curve in fit.curves
        ],
        "headroom": fit.headroom,
        "notes": fit.notes,
        "cost": {"trainings": fit.trainings, "updates": fit.updates},
        "history": fit.history,
    }


def finding_to_dict(finding: Finding) -> Json:
    """One finding as plain data."""
    return {
        "cause": finding.cause,
        "status": finding.status,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "where": vars(finding.where) if finding.where else None,
        "evidence": [vars(fact) for fact in finding.evidence],
        "remedies": finding.remedies,
        "effect": vars(finding.effect) if finding.effect else None,
        "reason": finding.reason,
    }


def prescription_to_dict(plan: Prescription | None) -> Json | None:
    """A prescription as plain data."""
    if plan is None:
        return None
    return {
        "remedies": plan.remedies,
        "changes": plan.changes,
        "verified": plan.verified,
        "why_not": plan.why_not,
        "gain": band_to_dict(plan.gain),
        "p_better": plan.p_better,
        "pairs": plan.pairs,
        "failure_rate": plan.failure_rate,
        "failure_bound": plan.failure_bound,
        "learn_nothing": {"baseline": plan.stuck_before, "treated": plan.stuck},
        "baseline": band_to_dict(plan.baseline),
        "treated": band_to_dict(plan.treated),
        "locked": {"baseline": plan.locked_baseline, "treated": plan.locked_treated},
        "diff": plan.diff,
        "script": plan.script,
        "model": plan.model,
        "to_paste": [vars(item) for item in plan.to_paste],
        "rerun": {**vars(plan.rerun), "promised": band_to_dict(plan.rerun.promised)} if plan.rerun else None,
        "contributions": [
            {**vars(c), "without": band_to_dict(c.without), "gain": band_to_dict(c.gain)} for c in plan.contributions
        ],
        "yardstick": plan.yardstick or None,
        "promised": band_to_dict(plan.as_they_are),
    }


def _agreement(agreement: Agreement | None) -> Json | None:
    if agreement is None:
        return None
    bands = {"baseline": band_to_dict(agreement.baseline), "treated": band_to_dict(agreement.treated)}
    return {"name": agreement.name, "better": "higher", **bands}


def _under_attack(found: UnderAttack | None) -> Json | None:
    if found is None:
        return None
    sweep = [
        {
            "size": at.size,
            "baseline": vars(at.baseline),
            "treated": vars(at.treated) if at.treated else None,
        }
        for at in found.sweep
    ]
    return {**vars(found), "sweep": sweep, "checks": [vars(check) for check in found.checks]}


def band_to_dict(band: Band | None) -> Json | None:
    """A band as plain data."""
    return {"median": band.median, "low": band.low, "high": band.high} if band else None


def strict(value: Any) -> Any:
    """Only what strict JSON can say; NumPy scalars become Python's own."""
    if isinstance(value, dict):
        return {str(key): strict(item) for key, item in cast("Json", value).items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in cast("list[Any]", value)]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
