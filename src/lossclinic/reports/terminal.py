"""The report in the terminal: the answer first, then why, then what to change."""

from __future__ import annotations

import math

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from lossclinic.core.finding import Finding
from lossclinic.core.report import Asked, FitReport, Prescription, Report, ToPaste
from lossclinic.core.tuned import Tuned
from lossclinic.core.under_attack import UnderAttack
from lossclinic.reports import words
from lossclinic.reports.difflines import read_diff
from lossclinic.reports.files import locate

TONES = {"good": "green", "warn": "yellow", "bad": "red", "plain": "cyan"}
STATUS_STYLE = {"confirmed": "bold red", "observed": "yellow", "suspected": "cyan", "untestable": "dim"}
DIFF_STYLE = {"added": "green", "removed": "red", "hunk": "cyan", "file": "bold", "same": "dim"}
SHOWN = ("confirmed", "observed", "suspected")
FILES: tuple[tuple[str | None, str], ...] = (
    ("report.html", "the whole report, opens in a browser"),
    ("report.json", "the same for programs"),
)


def print_report(report: Report, console: Console) -> None:
    """Print the answer, the evidence, the prescription, the diff and where the files lie.

    Args:
        report: the answer.
        console: where to; its width and colours are respected. Text of the user's is never read as markup.
    """
    print_interrupted(report.interrupted, console)
    for fit in report.fits:
        console.print()
        _print_fit(report, fit, console)
    for note in report.notes:
        console.print(Text(words.sentence(note), "dim"))
    _print_files(report, console)


def _print_fit(report: Report, fit: FitReport, console: Console) -> None:
    tone, ending = words.badge(fit)
    console.rule(Text(fit.name, "dim"), align="left", style="dim")
    console.print(Text(fit.answer, "bold"))
    console.print(_outcome(fit, TONES[tone], ending))
    shown = [f for status in SHOWN for f in fit.findings if f.status == status]
    if shown:
        console.print()
        console.print(_findings(shown))
    if fit.findings:
        console.print(_the_rest(fit))
    if fit.under_attack:
        _print_attacks(fit.under_attack, fit.yardstick, console)
    failed = tuple(f"{check.title} No: {check.text}." for check in fit.preflight if check.outcome == "failed")
    print_list("Before training in earnest", failed, console)
    if fit.prescription:
        print_prescription(report, fit.prescription, console)
    _print_asked(fit.asked, console)
    print_list("Headroom (real, but too small to be called a fault)", fit.headroom, console)
    print_list("Notes", fit.notes, console)


def _outcome(fit: FitReport, colour: str, ending: str) -> Text:
    line = Text.assemble((ending, f"bold {colour}"))
    plan = fit.prescription
    if plan:
        fall = f" falls by {words.percent(plan.gain.median)} (95 % interval {words.percent_range(plan.gain)})"
        # Where the unchanged training failed there is no score that the gain could be a share of.
        known = math.isfinite(plan.baseline.median)
        line.append(
            f" · held-out {plan.yardstick or fit.yardstick}{fall if known else f' {words.score(plan.treated.median)}'}"
        )
        line.append(f", better in {words.percent(plan.p_better)} of {words.count(plan.pairs, 'pair')}")
        if plan.rescues:
            line.append(f"; {plan.stuck_before} of them learn nothing as they are, {plan.stuck or 'none'} repaired")
        if plan.locked_baseline is not None and plan.locked_treated is not None:
            line.append(
                f"; on the locked rows {words.score(plan.locked_baseline)} → {words.score(plan.locked_treated)}"
            )
        _append_agreement(line, fit)
        if plan.why_not:
            line.append(f". {words.sentence(plan.why_not)}")
    elif fit.baseline_held_out:
        line.append(f" · held-out {fit.yardstick} {words.number(fit.baseline_held_out.median)}")
        _append_agreement(line, fit)
        if fit.references:
            best = min(fit.references, key=lambda mark: mark.held_out)
            line.append(f"; best model without a network: {best.name}, {words.number(best.held_out)}")
    return line


def _append_agreement(line: Text, fit: FitReport) -> None:
    if fit.agreement:
        line.append(f"; {fit.agreement.name} {words.agreement(fit.agreement)}")


def _findings(findings: list[Finding]) -> Table:
    table = Table(box=None, padding=(0, 2, 1, 0), header_style="dim", expand=False)
    table.add_column("cause")
    table.add_column("evidence", ratio=1)
    table.add_column("fixing it gains", justify="right")
    for finding in findings:
        cause = Text.assemble((finding.cause, "bold"), "\n", (finding.status, STATUS_STYLE[finding.status]))
        if finding.where and finding.where.line:
            cause.append(f"\nline {finding.where.line}", "dim")
        told = [finding.reason] if finding.reason else []
        evidence = Text("\n".join(words.sentence(line) for line in (*told, *(fact.text for fact in finding.evidence))))
        effect = finding.effect
        gain = Text(f"{words.percent(effect.median)}\n", "bold") if effect else Text("")
        if effect:
            gain.append(words.percent_range(effect), "dim")
        table.add_row(cause, evidence, gain)
    return table


def _the_rest(fit: FitReport) -> Text:
    parts: list[str] = []
    for status, told in (("refuted", "Tested, made no difference"), ("untestable", "Could not be tested")):
        names = [finding.cause for finding in fit.findings if finding.status == status]
        if names:
            parts.append(f"{told}: {', '.join(names)}.")
    clear = sum(f.status == "clear" for f in fit.findings)
    if clear:
        parts.append(f"{words.count(clear, 'other cause')} examined, no sign of {'it' if clear == 1 else 'them'}.")
    return Text("\n".join(parts), "dim")


def _print_attacks(found: UnderAttack, yardstick: str, console: Console) -> None:
    """What the network answers under attacks of several sizes, and whether the attack itself works."""
    console.print()
    console.print(Text(f"Under attack: {found.threat}, {words.count(found.rows, 'held-out row')} each", "bold"))
    table = Table(box=None, padding=(0, 2, 0, 1), header_style="dim")
    hardened = any(at.treated for at in found.sweep)
    for head in ("moved by", "answered right", yardstick, *(("hardened", yardstick) if hardened else ())):
        table.add_column(head, justify="right")
    for at in found.sweep:
        columns = [standing for standing in (at.baseline, at.treated) if standing]
        cells = [text for s in columns for text in (words.percent(s.right), words.number(s.score))]
        asked = at.size == found.size
        table.add_row(words.attack_size(at, found), *cells, style="bold" if asked else None)
    console.print(table)
    if found.price:
        console.print(Text(words.sentence(found.price)))
    console.print(Text(words.sentence(found.outcome), "" if found.believable else "bold red"))
    for check in found.checks:
        passed = check.outcome == "passed"
        console.print(
            Text.assemble((f" {check.title} ", "dim"), ("Yes" if passed else "No", "green" if passed else "bold red"),
                          (f": {check.text}.", "dim"))
        )  # fmt: skip


def print_prescription(report: Report | Tuned, plan: Prescription, console: Console) -> None:
    """Print the changes in words, the diff, what must be pasted by hand, and the changed script's own run."""
    print_list("What to change", plan.changes, console, numbered=True)
    if plan.contributions:
        console.print()
        console.print(_contributions(plan))
    lines = read_diff(report, plan)
    if lines:
        console.print()
        console.print(Text("\n").join(Text(line.text, DIFF_STYLE[line.kind]) for line in lines), soft_wrap=True)
    for item in plan.to_paste:
        _print_paste(item, console)
    if plan.rerun:
        style = "green" if plan.rerun.kept else "yellow"
        console.print()
        console.print(Text(words.sentence(plan.rerun.words), style))


def _contributions(plan: Prescription) -> Table:
    """What each remedy does beside the others: each was left out in turn."""
    table = plain_table("What each remedy contributes", "", "loss without it", "lower with it", "better in", "")
    for share in plan.contributions:
        table.add_row(
            Text(share.remedy, "bold" if share.kept else "dim"),
            words.score(share.without.median) if share.without else "",
            f"{words.percent(share.gain.median)} ({words.percent_range(share.gain)})" if share.gain else "",
            f"{words.percent(share.p_better)} of {share.pairs}" if share.gain else "",
            share.verdict,
        )
    return table


def _print_asked(asked: tuple[Asked, ...], console: Console) -> None:
    """What became of the remedies that were asked about, and what would change."""
    print_list("What you asked about", tuple(f"{a.remedy}: {a.answer}" for a in asked), console)
    for item in (item for a in asked for item in a.to_paste):
        _print_paste(item, console)


def _print_paste(item: ToPaste, console: Console) -> None:
    blocks: list[RenderableType] = [
        Text.assemble(
            ("To paste by hand: ", "bold"), words.sentence(item.words), " ", (words.sentence(item.why), "dim")
        )
    ]
    blocks.append(Padding(Syntax(item.code, "python", background_color="default"), (0, 0, 0, 2)))
    console.print()
    console.print(Group(*blocks))


def print_list(heading: str, lines: tuple[str, ...], console: Console, numbered: bool = False) -> None:
    """Print sentences under a heading; nothing where there are none."""
    if not lines:
        return
    console.print()
    console.print(Text(heading, "bold"))
    grid = Table.grid(padding=(0, 1))
    for place, line in enumerate(lines, 1):
        grid.add_row(Text(f" {place}." if numbered else " •", "dim"), Text(words.sentence(line)))
    console.print(grid)


def print_notes(excluded: tuple[tuple[str, str], ...], how: str, notes: tuple[str, ...], console: Console) -> None:
    """Print what was kept out ("not tuned"), each with the reason, and the notes."""
    print_list("Notes", (*(f"{name} was {how}: {why}" for name, why in excluded), *notes), console)


def print_interrupted(interrupted: bool, console: Console) -> None:
    """Print, where Ctrl-C came, that the answer is of that moment."""
    if interrupted:
        console.print(Text("Interrupted: this is what was known by then.", "yellow"))


def print_opening(name: str, answer: str, interrupted: bool, console: Console) -> None:
    """Print the name of the training and the answer."""
    print_interrupted(interrupted, console)
    console.print()
    console.rule(Text(name, "dim"), align="left", style="dim")
    console.print(Text(answer, "bold"))


def print_cost(elapsed_s: float, budget_s: float, console: Console, trainings: int | None = None) -> None:
    """Print the time that was taken, of how much where there was a limit, and how many trainings."""
    budget = f" of {words.duration(budget_s)}" if math.isfinite(budget_s) else ""
    counted = "" if trainings is None else f" and {words.count(trainings, 'training')}"
    console.print(Text(f"Took {words.duration(elapsed_s)}{budget}{counted}.", "dim"))


def plain_table(title: str, *headings: str) -> Table:
    """An empty table without lines; no title where that is empty. Headings are never read as markup."""
    table = Table(
        box=None, padding=(0, 2, 0, 0), header_style="dim", title=title, title_justify="left", title_style="bold"
    )
    for heading in headings:
        table.add_column(Text(heading))
    return table


def _print_files(report: Report, console: Console) -> None:
    if not report.folder:
        return
    named = list(FILES)
    for plan in (fit.prescription for fit in report.fits if fit.prescription):
        named += [(plan.diff, "the diff"), (plan.script, "the repaired script"), (plan.model, "the repaired model")]
    for asked in (asked for fit in report.fits for asked in fit.asked):
        named += [(asked.diff, f"the diff with {asked.remedy}"), (asked.model, f"a model trained with {asked.remedy}")]
    grid = Table.grid(padding=(0, 2))
    for path, purpose in named:
        place = locate(report, path)
        if place:
            grid.add_row(Text(str(place)), Text(purpose, "dim"))
    if grid.row_count:
        console.print()
        console.print(grid, soft_wrap=True)
    print_cost(report.elapsed_s, report.budget_s, console)
