"""How numbers, statuses and endings read; the same in the terminal and in HTML."""

from __future__ import annotations

import math

from lossclinic.core import catalogue
from lossclinic.core.errors import UsageError
from lossclinic.core.finding import Effect
from lossclinic.core.report import Agreement, ArmResult, Band, FitReport, Report
from lossclinic.core.under_attack import AttackedAt, UnderAttack

MINUS = "−"
BADGES = {
    "repaired": ("good", "Verified repair"),
    "suggestive": ("warn", "Suggestive, not verified"),
    "nothing-to-fix": ("good", "Nothing to fix"),
    "data-must-change": ("warn", "The data must change"),
    "budget-too-small": ("plain", "Budget too small to tell"),
    "failed": ("bad", "The training failed"),
}
TASKS = {
    "regression": "predicting numbers",
    "binary": "two classes",
    "multiclass": "several classes",
    "multilabel": "several yes/no labels",
}
STATUS_TONE = {"confirmed": "bad", "observed": "warn", "suspected": "plain", "untestable": "plain"}


def number(value: float | None, digits: int = 3) -> str:
    """A number to `digits` significant digits; "n/a" for None and NaN."""
    if value is None or math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    magnitude = abs(value)
    if magnitude and (magnitude < 1e-3 or magnitude >= 1e6):
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    elif magnitude >= 10 ** (digits - 1):
        text = f"{value:,.0f}".replace(",", "\u202f")
    else:
        decimals = digits - 1 - (math.floor(math.log10(magnitude)) if magnitude else digits - 1)
        text = f"{value:.{max(decimals, 0)}f}"
    return text.replace("-", MINUS)


def score(value: float | None) -> str:
    """A held-out score; a training that gave none because it failed says so."""
    return "failed" if value is not None and math.isinf(value) else number(value)


def agreement(known: Agreement) -> str:
    """The accuracy or Dice coefficient, before and after: "0.81 → 0.86", or "0.81"."""
    told = [number(band.median) for band in (known.baseline, known.treated) if band]
    return " → ".join(told) if told else "n/a"


def attack_size(at: AttackedAt, found: UnderAttack) -> str:
    """How far inputs were moved: "0 (as they are)", "0.1", "0.1 (as asked)"."""
    note = " (as they are)" if not at.size else " (as asked)" if at.size == found.size else ""
    unit = " deviations" if found.relative and at.size else ""
    return f"{at.size:g}{unit}{note}"


def percent(share: float | None) -> str:
    """A share as a percentage: 0.4 is "40 %"; one decimal below 10 %."""
    if share is None or math.isnan(share):
        return "n/a"
    value = 100 * share
    if math.isinf(value):
        return f"{number(value)} %"
    text = f"{value:.1f}" if 0.05 <= abs(value) < 9.95 else f"{value:.0f}"
    if float(text) == 0:
        text = "0"
    return f"{text} %".replace("-", MINUS)


def percent_range(band: Band | Effect) -> str:
    """Both ends of an interval of shares: "31 to 48 %"."""
    return f"{percent(band.low).removesuffix(' %')} to {percent(band.high)}"


def number_range(band: Band) -> str:
    """Both ends of an interval of scores."""
    return f"{number(band.low)} to {number(band.high)}"


def duration(seconds: float) -> str:
    """A wall time: "48 s", "1 min 52 s", "1 h 05 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if seconds >= 9.5 or seconds == whole else f"{seconds:.1f} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"


def about(seconds: float) -> str:
    """A wall time that nobody knows exactly: "about 5 s", "about 40 s", "about 2 min", "about 1 h 10 min"."""
    if seconds < 55:
        return f"about {max(5 * round(seconds / 5), 5)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {max(minutes, 1)} min"
    return f"about {duration(600 * round(seconds / 600))}"


def count(amount: int, noun: str) -> str:
    """An amount with its noun: "1 pair", "5 pairs"."""
    return f"{amount} {noun if amount == 1 else noun + 's'}"


def sentence(text: str) -> str:
    """A remark as a sentence: a full stop, and a capital letter unless it starts with code or goes on from before."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if first.isalpha() and first.islower() and first not in ("fit", "compile", "and"):
        text = text[0].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", ":", "…")) else f"{text}."


def title(entry: str) -> str:
    """Title of a cause or remedy for people; an id that the catalogue does not know reads as its own words."""
    try:
        return catalogue.look_up(entry).title
    except UsageError:
        return entry.replace("-", " ").capitalize()


def arm_name(arm: ArmResult) -> str:
    """What was changed: for a screened composition, the remedy that was added last."""
    return arm.remedies[-1] if _added(arm) else arm.name


def arm_setting(arm: ArmResult) -> str:
    """How it was changed: the strength, and what a screened composition was compared with."""
    base = f"on top of {' + '.join(arm.remedies[:-1])}" if _added(arm) else ""
    return ", ".join(part for part in (base, arm.setting) if part)


def _added(arm: ArmResult) -> bool:
    return arm.stage == "screened" and len(arm.remedies) > 1


def badge(fit: FitReport) -> tuple[str, str]:
    """Tone ("good", "warn", "bad", "plain") and words for how a fit ended."""
    return BADGES[fit.ending]


def headline(report: Report) -> str:
    """The answer in one sentence; for several fits, how many need something."""
    if len(report.fits) == 1:
        return report.fits[0].answer
    if not report.fits:
        return "Nothing could be examined."
    done = [fit for fit in report.fits if fit.ending == "repaired"]
    healthy = [fit for fit in report.fits if fit.ending == "nothing-to-fix"]
    open_ = len(report.fits) - len(done) - len(healthy)
    parts = [(len(done), "repaired"), (len(healthy), "healthy"), (open_, "not settled")]
    told = ", ".join(f"{amount} {word}" for amount, word in parts if amount)
    return f"{count(len(report.fits), 'training')}: {told}."
