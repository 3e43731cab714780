"""Inline SVG: loss curves with bands and marks, and one interval for each arm.

Colours and strokes are classes that `templates/report.css` fills in, so that dark mode and print need no second plot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from lossclinic.core.report import ArmResult, Band, FitReport
from lossclinic.reports.scale import Scale, fit_scale
from lossclinic.reports.words import number, percent, percent_range

MARK_GAP = 13.0
"""Labels of reference marks are kept at least this far apart, in SVG units."""


@dataclass(frozen=True)
class Frame:
    """The plotting area: its two axes, where they lie in SVG units, and how many letters fit beside it."""

    x: Scale
    y: Scale
    left: float
    top: float
    right: float
    bottom: float
    letters: int

    def at_x(self, value: float) -> float:
        """Horizontal position of a value."""
        return self.left + self.x.share(value) * (self.right - self.left)

    def at_y(self, value: float) -> float:
        """Vertical position of a value."""
        return self.bottom - self.y.share(value) * (self.bottom - self.top)


def curve_plot(fit: FitReport, identity: str, width: int = 760, height: int = 330) -> Markup:
    """Yardstick against epochs for baseline and treated, with bands over seeds and reference marks.

    Args:
        fit: the answer for one training.
        identity: prefix of the ids in this SVG; unique in the page.
        width: of the view box, in SVG units.
        height: of the view box.

    Returns:
        An `<svg>` with a title and a description; empty without curves.
    """
    if not fit.curves:
        return Markup("")
    frame = _frame(fit, width, height)
    parts = [
        *_grid(frame),
        f'<clipPath id="{identity}-area"><rect x="{frame.left}" y="{frame.top - 2}" '
        f'width="{frame.right - frame.left}" height="{frame.bottom - frame.top + 4}"/></clipPath>',
        *_marks(fit, frame),
        f'<g clip-path="url(#{identity}-area)">',
        *_curves(fit, frame),
        "</g>",
        f'<text class="axis-name" x="{frame.left}" y="{frame.top - 12}">{escape(fit.yardstick)}'
        f"{', log scale' if frame.y.log else ''}</text>",
        f'<text class="axis-name" x="{frame.right}" y="{height - 4}" text-anchor="end">epoch</text>',
    ]
    return _svg(identity, width, height, f"Loss curves of {fit.name}", describe_curves(fit), parts)


def describe_curves(fit: FitReport) -> str:
    """What the curve plot shows, in words, for readers who cannot see it."""
    told = [
        f"{curve.name}: held-out {fit.yardstick} goes from {number(curve.held_out[0].median)} to "
        f"{number(curve.held_out[-1].median)} in {curve.epochs[-1]} epochs"
        for curve in fit.curves
        if curve.held_out
    ]
    marks = [f"{mark.name} reaches {number(mark.held_out)}" for mark in fit.references]
    return "; ".join([*told, *marks]) + "."


def interval_plot(arm: ArmResult, axis: Scale) -> Markup:
    """One arm's gain with its interval, on an axis that all arms share.

    Positions are percentages, so that the drawing stretches with the page and its strokes do not.
    An interval that leaves the axis on the left ends in an arrow.
    """
    if arm.gain is None or not measured(arm):
        return Markup("")
    low, high, middle = (f"{100 * axis.share(v):.2f}%" for v in (arm.gain.low, arm.gain.high, arm.gain.median))
    zero = f"{100 * axis.share(0.0):.2f}%"
    sure = arm.pairs > 1
    tone = "better" if sure and arm.gain.low > 0 else "worse" if sure and arm.gain.high < 0 else "unsure"
    told = f"{arm.name}: gain {percent(arm.gain.median)}, {percent_range(arm.gain)}"
    arrow = '<path class="whisker" d="M7 6 L1 11 L7 16" fill="none"/>' if arm.gain.low < axis.low else ""
    return Markup(
        f'<svg class="interval {tone}" role="img" height="22"><title>{escape(told)}</title>'
        f'<line class="zero" x1="{zero}" x2="{zero}" y1="0" y2="22"/>'
        f'<line class="whisker" x1="{low}" x2="{high}" y1="11" y2="11"/>{arrow}'
        f'<circle class="middle" cx="{middle}" cy="11" r="{4.5 if arm.stage == "confirmed" else 3.5}"/></svg>'
    )


def measured(arm: ArmResult) -> bool:
    """Whether the arm has a gain to show; a run that failed has none."""
    gain = arm.gain
    return (
        gain is not None and not arm.verdict.startswith("failed") and not math.isnan(gain.low + gain.median + gain.high)
    )


def gain_axis(arms: Iterable[ArmResult]) -> Scale:
    """A shared axis of relative gains: from at least -20 % (at most -100 %) to at least 20 % (at most 100 %)."""
    gains = [arm.gain for arm in arms if arm.gain and measured(arm)]
    low = min((g.low for g in gains if math.isfinite(g.low)), default=0.0)
    high = max((g.high for g in gains if math.isfinite(g.high)), default=0.0)
    return Scale(max(min(low * 1.05, -0.2), -1.0), min(max(high * 1.05, 0.2), 1.0))


def axis_plot(axis: Scale) -> Markup:
    """The tick labels of the arms' shared axis."""
    labels = "".join(
        f'<text class="tick" x="{100 * axis.share(tick):.2f}%" y="12" text-anchor="{_anchor(axis.share(tick))}">'
        f"{percent(tick)}</text>"
        for tick in axis.ticks(4)
    )
    return Markup(f'<svg class="interval" aria-hidden="true" height="16">{labels}</svg>')


def _short(tick: float) -> str:
    """A tick label without trailing zeros."""
    text = number(tick)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _anchor(share: float) -> str:
    return "start" if share < 0.04 else "end" if share > 0.96 else "middle"


def _frame(fit: FitReport, width: int, height: int) -> Frame:
    seen = [band.median for curve in fit.curves for band in (*curve.train, *curve.held_out)]
    seen += [mark.held_out for mark in fit.references]
    y = fit_scale(seen, floor=0.0)
    if not y.log:
        # Bands widen a linear axis, but never to more than twice what the medians need: one bad seed is not the story.
        edge = max((b.high for c in fit.curves for b in (*c.train, *c.held_out) if math.isfinite(b.high)), default=0)
        y = Scale(y.low, max(y.high, min(edge, y.low + 2 * (y.high - y.low))))
    last = max((epoch for curve in fit.curves for epoch in curve.epochs), default=1)
    letters = min(max((len(mark.name) for mark in fit.references), default=0), width // 26)
    right = width - (letters * 6.2 + 14 if letters else 12)
    return Frame(Scale(0.0 if last == 1 else 1.0, float(max(last, 1))), y, 52.0, 34.0, right, height - 40.0, letters)


def _grid(frame: Frame) -> list[str]:
    parts = []
    for tick in frame.y.ticks():
        y = frame.at_y(tick)
        parts.append(f'<line class="grid" x1="{frame.left}" x2="{frame.right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{frame.left - 8}" y="{y + 4:.1f}" text-anchor="end">{_short(tick)}</text>')
    for tick in _epoch_ticks(frame.x):
        x = frame.at_x(tick)
        parts.append(f'<text class="tick" x="{x:.1f}" y="{frame.bottom + 18}" text-anchor="middle">{tick}</text>')
    return parts


def _epoch_ticks(axis: Scale) -> list[int]:
    """Whole epochs, the first always among them and none crowding it."""
    round_ones = [tick for tick in axis.ticks(6) if tick == round(tick)]
    step = round_ones[1] - round_ones[0] if len(round_ones) > 1 else 1
    return [1, *(round(tick) for tick in round_ones if tick > 1 + 0.6 * step)]


def _marks(fit: FitReport, frame: Frame) -> list[str]:
    """Dotted lines for the reference models; their labels are pushed apart where they would overlap."""
    parts: list[str] = []
    marks = sorted((m for m in fit.references if math.isfinite(m.held_out)), key=lambda m: -m.held_out)
    heights = [frame.at_y(mark.held_out) for mark in marks]
    for mark, y, label in zip(marks, heights, _spread(heights, frame.bottom), strict=True):
        words = mark.name if len(mark.name) <= frame.letters else mark.name[: frame.letters - 1] + "…"
        parts.append(f'<line class="mark" x1="{frame.left}" x2="{frame.right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="mark-name" x="{frame.right + 6:.1f}" y="{label + 4:.1f}">{escape(words)}'
            f"<title>{escape(mark.name)}: {number(mark.held_out)}</title></text>"
        )
    return parts


def _spread(heights: Sequence[float], bottom: float) -> list[float]:
    """Ascending positions at least `MARK_GAP` apart, none below `bottom`, each as near its own place as that allows."""
    placed: list[float] = []
    for y in heights:
        placed.append(max(y, placed[-1] + MARK_GAP) if placed else y)
    limit = bottom
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - MARK_GAP
    return placed


def _curves(fit: FitReport, frame: Frame) -> list[str]:
    parts: list[str] = []
    for curve in fit.curves:
        for part, bands in (("train", curve.train), ("held-out", curve.held_out)):
            points = list(zip(curve.epochs, bands, strict=False))
            for whole, run in groupby(points, key=lambda point: math.isfinite(point[1].median)):
                if whole:
                    parts += _line_with_band(list(run), f"{escape(curve.name)} {part}", frame)
    return parts


def _line_with_band(points: Sequence[tuple[int, Band]], tone: str, frame: Frame) -> list[str]:
    def trace(pick: Callable[[Band], float], run: Iterable[tuple[int, Band]]) -> str:
        return " ".join(f"{frame.at_x(epoch):.1f},{_height(pick(band), frame):.1f}" for epoch, band in run)

    if len(points) == 1:
        epoch, band = points[0]
        return [f'<circle class="dot {tone}" cx="{frame.at_x(epoch):.1f}" cy="{frame.at_y(band.median):.1f}" r="3"/>']
    edge = trace(lambda band: band.high, points) + " " + trace(lambda band: band.low, reversed(points))
    return [
        f'<polygon class="band {tone}" points="{edge}"/>',
        f'<polyline class="curve {tone}" points="{trace(lambda band: band.median, points)}"/>',
    ]


def _height(value: float, frame: Frame) -> float:
    return frame.top if not math.isfinite(value) else frame.at_y(value)


def _svg(identity: str, width: int, height: int, title: str, words: str, parts: Iterable[str]) -> Markup:
    return Markup(
        f'<svg class="plot" role="img" viewBox="0 0 {width} {height}" '
        f'aria-labelledby="{identity}-title {identity}-desc">'
        f'<title id="{identity}-title">{escape(title)}</title><desc id="{identity}-desc">{escape(words)}</desc>'
        f"{''.join(parts)}</svg>"
    )
