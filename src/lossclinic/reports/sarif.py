"""What `lossclinic check` saw as SARIF 2.1.0, for code scanning.

Reference: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" (2020). Code scanning of GitHub
reads the rule's help, the level, the first location and the fingerprint `primaryLocationLineHash`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from lossclinic.core.canonical import Json
from lossclinic.core.case import Place
from lossclinic.core.catalogue import Cause, causes
from lossclinic.core.checkup import Checked, Checkup, Sign
from lossclinic.core.finding import Finding
from lossclinic.core.version import VERSION
from lossclinic.reports.page import split_sections
from lossclinic.reports.words import sentence

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://pypi.org/project/lossclinic/"
LEVELS = {"high": "error", "medium": "warning", "low": "note"}
FAILURE = "failing-training"
SHOWN = ("What it is", "Why the loss stalls", "Evidence", "Easily confused with")


def to_sarif(checkup: Checkup, root: Path) -> Json:
    """One SARIF log with one run.

    Args:
        checkup: what was seen.
        root: folder that paths are told relative to: the top of the repository.
    """
    found = [(each, sign) for each in checkup.checked for sign in each.signs]
    ids = sorted({sign.finding.cause for _, sign in found})
    seen: Counter[str] = Counter()
    results = [_failure(each, checkup, root, seen) for each in checkup.checked if each.failure]
    results += [_result(each, sign, ids.index(sign.finding.cause), checkup, root, seen) for each, sign in found]
    rules = [_rule(causes()[name]) for name in ids]
    if any(each.failure for each in checkup.checked):
        rules.append(_failure_rule())
    driver = {"name": "lossclinic", "semanticVersion": VERSION, "informationUri": HOME, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"uri": root.resolve().as_uri().rstrip("/") + "/"}},
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def write_sarif(checkup: Checkup, path: Path, root: Path) -> None:
    """Write the log as UTF-8 JSON.

    Raises:
        UsageError: the file cannot be written.
    """
    from lossclinic.core.errors import UsageError

    text = json.dumps(to_sarif(checkup, root), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Cannot write {path} ({error.strerror}).", do="choose another file with --sarif.") from None


def _rule(cause: Cause) -> Json:
    sections = dict(split_sections(cause.doc))
    first = " ".join(sections.get("", cause.title).split())
    text = "\n\n".join(f"{name}\n\n{sections[name]}" for name in SHOWN if name in sections)
    markdown = "\n\n".join(f"## {name}\n\n{sections[name]}" for name in SHOWN if name in sections)
    more = f"lossclinic explain {cause.id}"
    return {
        "id": cause.id,
        "name": "".join(part.capitalize() for part in cause.id.split("-")),
        "shortDescription": {"text": cause.title},
        "fullDescription": {"text": first},
        "help": {"text": f"{text}\n\n{more}", "markdown": f"{markdown}\n\n`{more}`"},
        "properties": {"tags": [cause.family]},
    }


def _failure_rule() -> Json:
    return {
        "id": FAILURE,
        "name": "FailingTraining",
        "shortDescription": {"text": "A training that cannot work"},
        "fullDescription": {"text": "fit raised an error, or there is nothing in the rows that could be learned."},
        "help": {"text": "Make the training run; then lossclinic can examine it."},
    }


def _result(each: Checked, sign: Sign, rule: int, checkup: Checkup, root: Path, seen: Counter[str]) -> Json:
    finding = sign.finding
    told = [finding.reason or causes()[finding.cause].title, *(fact.text for fact in finding.evidence)]
    text = " ".join(dict.fromkeys(sentence(line[:1].upper() + line[1:]) for line in told))
    place = sign.place or Place(checkup.target, 1)
    return {
        "ruleId": finding.cause,
        "ruleIndex": rule,
        "level": LEVELS[sign.level],
        "message": {"text": text},
        "locations": [_location(place, finding, root)],
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(finding.cause, place, finding, root, seen)},
        "properties": {
            "training": each.name,
            "status": finding.status,
            "severity": finding.severity,
            "confidence": finding.confidence,
        },
    }


def _failure(each: Checked, checkup: Checkup, root: Path, seen: Counter[str]) -> Json:
    place = Place(checkup.target, each.line or 1)
    return {
        "ruleId": FAILURE,
        "level": "error",
        "message": {"text": sentence(each.failure)},
        "locations": [_location(place, None, root)],
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(FAILURE, place, None, root, seen)},
    }


def _location(place: Place, finding: Finding | None, root: Path) -> Json:
    uri, inside = _uri(place.path, root)
    artifact: Json = {"uri": uri, **({"uriBaseId": "SRCROOT"} if inside else {})}
    location: Json = {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(place.line, 1)}}}
    where = finding.where if finding is not None else None
    named = [(kind, name) for kind, name in (("member", where and where.layer), ("variable", where and where.column))]
    logical: list[Any] = [{"name": name, "kind": kind} for kind, name in named if name]
    return {**location, "logicalLocations": logical} if logical else location


def _uri(path: str, root: Path) -> tuple[str, bool]:
    """A path as a URI reference, relative to the root where it lies below it."""
    from urllib.parse import quote

    full, top = Path(path).resolve(), root.resolve()
    if not full.is_relative_to(top):
        return full.as_uri(), False
    return quote(full.relative_to(top).as_posix()), True


def _fingerprint(rule: str, place: Place, finding: Finding | None, root: Path, seen: Counter[str]) -> str:
    """The same for the same finding after lines above it have come or gone: by the text of its line, not its number."""
    where = finding.where if finding is not None else None
    parts = (rule, _uri(place.path, root)[0], _line(place), str(where and where.layer), str(where and where.column))
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _line(place: Place) -> str:
    """The text of a line without its indentation; "" where it cannot be read."""
    if not place.path.endswith(".py"):
        return ""
    try:
        lines = Path(place.path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "".join(lines[place.line - 1].split()) if place.line <= len(lines) else ""
