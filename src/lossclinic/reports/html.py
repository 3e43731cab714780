"""The report as one HTML file that opens offline: no scripts, no fonts, no requests."""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lossclinic.core.finding import Finding
from lossclinic.core.report import ArmResult, Report
from lossclinic.core.version import VERSION
from lossclinic.reports import plots, words
from lossclinic.reports.difflines import read_diff
from lossclinic.reports.files import locate

SHOWN_ARMS = 14
"""Arms beyond these are folded away."""
OPEN_STATUSES = ("confirmed", "observed", "suspected")


def render_html(report: Report) -> str:
    """The whole page.

    Args:
        report: the answer; its diffs are read from the files that it names.

    Returns:
        A complete HTML document; all text of the user's is escaped, and its content policy forbids any request.
    """
    return _environment().get_template("report.html.jinja").render(report=report)


def write_html(report: Report, path: Path) -> None:
    """Write the page to `path` as UTF-8."""
    path.write_text(render_html(report), encoding="utf-8")


def render_notebook(report: Report) -> Markup:
    """The page inside a frame of its own, so that its style does not touch the notebook around it."""
    return Markup(
        '<iframe title="lossclinic report" sandbox="allow-popups" '
        'style="width:100%;height:720px;border:1px solid #8884;border-radius:6px" '
        f'srcdoc="{escape(render_html(report))}"></iframe>'
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        number=words.number,
        score=words.score,
        sentence=words.sentence,
        agreement=words.agreement,
        attack_size=words.attack_size,
        arm_name=words.arm_name,
        arm_setting=words.arm_setting,
        percent=lambda share: _unbroken(words.percent(share)),
        percent_range=lambda band: _unbroken(words.percent_range(band)),
        number_range=words.number_range,
        duration=words.duration,
        title_of=words.title,
    )
    environment.globals.update(
        version=VERSION,
        headline=words.headline,
        badge=words.badge,
        count=words.count,
        tasks=words.TASKS,
        status_tone=words.STATUS_TONE,
        plots=plots,
        infinity=math.inf,
        read_diff=read_diff,
        link=_link,
        ranked=rank_arms,
        shown_arms=SHOWN_ARMS,
        open_findings=open_findings,
        findings_of=findings_of,
        points_at=points_at,
    )
    return environment


def rank_arms(arms: tuple[ArmResult, ...]) -> list[ArmResult]:
    """Confirmed arms first, then by median gain; arms without a measurement last."""
    return sorted(
        arms,
        key=lambda arm: (not plots.measured(arm), arm.stage != "confirmed", -(arm.gain.median if arm.gain else 0.0)),
    )


def open_findings(findings: tuple[Finding, ...]) -> list[Finding]:
    """The findings that speak for a cause, in their own order, settled ones first."""
    return sorted((f for f in findings if f.status in OPEN_STATUSES), key=lambda f: OPEN_STATUSES.index(f.status))


def findings_of(findings: tuple[Finding, ...], status: str) -> list[Finding]:
    """The findings of one status, in their own order."""
    return [finding for finding in findings if finding.status == status]


def points_at(finding: Finding) -> str:
    """What a finding points at: "layer dense_1, column age, line 12"; "" for nothing."""
    where = finding.where
    if where is None:
        return ""
    parts = [
        str(value) if str(value).startswith(f"{part} ") else f"{part} {value}"
        for part, value in (("layer", where.layer), ("column", where.column), ("line", where.line))
        if value is not None
    ]
    return ", ".join(parts)


def _unbroken(text: str) -> str:
    """A percentage whose sign never starts a line."""
    return text.replace(" %", "\u00a0%")


def _link(report: Report, path: str) -> Any:
    """A file of the report as a link relative to the page where it lies beside it; its plain path elsewhere."""
    target = locate(report, path) or Path(path)
    relative = os.path.relpath(target.resolve(), Path(report.folder).resolve())
    if relative.startswith(".."):
        return Markup("<code>{}</code>").format(path)
    return Markup('<a href="{}"><code>{}</code></a>').format(quote(Path(relative).as_posix()), relative)
