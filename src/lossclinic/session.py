"""From a script or a model to the report: intake, experiments, prescription, files."""

from __future__ import annotations

import math
import shlex
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossclinic.core.case import Case
from lossclinic.core.errors import UsageError
from lossclinic.core.progress import Progress, Silent
from lossclinic.core.report import FitReport, Report
from lossclinic.core.settings import Settings
from lossclinic.core.threat import Threat, threat_of

if TYPE_CHECKING:
    from lossclinic.engine.cluster import Cluster

SCRIPT_SHARE = 0.5
"""Share of the budget after which the script is ended: what it captured until then is worth more than its rest."""
FIT_SHARE = 0.9
"""Share of the budget after which a script is given up that has not come to a training."""
GRACE_SHARE = 0.1
"""Share of the budget that an ended script has to write down what it holds, beside a few seconds."""
GRACE_SECONDS = 3.0
LEAST_SECONDS = 30.0
"""A training gets at least so much of the budget; with less, no answer can be hoped for."""


def run_script(
    target: Path,
    *,
    budget: float = 120.0,
    out: Path | None = None,
    fit: int | None = None,
    skip_training: bool = False,
    seed: int = 0,
    workers: int | None = None,
    ray: str | None = None,
    min_gain: float = 0.05,
    max_trials: int | None = None,
    memory: int | None = None,
    tries: Sequence[str] = (),
    robust: Threat | bool | float | str | None = False,
    arguments: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Report:
    """Diagnose every training of a script, or of a folder captured earlier, and write the report.

    Args:
        target: a Python script, or the output folder of an earlier run.
        budget: seconds for everything.
        out: where the report, the diff and the models are written; default `lossclinic-report/<script>`.
        fit: only the n-th training (1-based).
        skip_training: capture the trainings without running them to their end.
        seed: decides the locked rows and all redraws.
        workers: trainings at the same time; None: two, or as many as a Ray cluster has CPUs.
        ray: train on this Ray cluster: "auto" for the one that this machine belongs to, or "host:port" of its head.
        min_gain: smallest useful relative gain.
        max_trials: how many trainings there may be, instead of a budget in time: the same case and seed then give the
            same report on any machine.
        memory: bytes that all processes together may take; None: half of what is free.
        tries: ids of remedies to put to the test whether or not anything points at them.
        robust: how far inputs may be moved against the network, to see how it stands up to that, and to harden it: a
            number or a text such as "0.1", "0.1:inf" or "0.1:2", in the units in which the model is fed; True: a tenth
            of each column's deviation; False: not asked.
        arguments: for the script.
        progress: told how the work goes.

    Raises:
        UsageError: the target or a setting is off.
        ScriptError: the script could not be brought as far as a training.
    """
    started = time.monotonic()
    count = Settings.workers if workers is None else workers
    settings = Settings(budget, seed, count, min_gain, tuple(tries), max_trials, memory, ray, threat_of(robust))
    progress = progress or Silent()
    folder = out or Path("lossclinic-report") / target.stem
    make_folder(folder)
    with _placed(settings, workers) as (settings, cluster):
        cases, notes, interrupted = cases_of(target, folder, settings, skip_training, arguments, progress)
        if fit is not None:
            cases = (one_of(cases, fit, "examines")[0],)
        else:
            cases, more = _worth_examining(cases, settings.seconds)
            notes = (*notes, *more)
        script = next((case.source.script for case in cases if case.source.script), None)
        return _run_cases(cases, script, folder, settings, cluster, started, progress, notes, interrupted=interrupted)


def run_model(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    validation_data: Any = None,
    validation_split: float = 0.0,
    batch_size: int | None = None,
    epochs: int = 1,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
    shuffle: bool = True,
    callbacks: Sequence[Any] | None = None,
    budget: float | str = "2m",
    out: str | Path | None = None,
    seed: int = 0,
    workers: int | None = None,
    ray: str | None = None,
    min_gain: float = 0.05,
    max_trials: int | None = None,
    memory: int | str | None = None,
    tries: Sequence[str] = (),
    robust: bool | float | str = False,
    progress: Progress | None = None,
) -> Report:
    """Diagnose the training of a compiled Keras model, as `model.fit` would be called; the model itself is left alone.

    Args:
        model: a compiled Sequential or functional Keras model with one input and one output.
        x: inputs, as for `fit`.
        y: targets, as for `fit`.
        validation_data: as for `fit`.
        validation_split: as for `fit`.
        batch_size: as for `fit`.
        epochs: as for `fit`.
        class_weight: as for `fit`.
        sample_weight: as for `fit`.
        shuffle: as for `fit`.
        callbacks: as for `fit`; those that decide when training stops are understood, others are not called.
        budget: seconds, or a text such as "90s" or "2m".
        out: where to write the report and the repaired model; None keeps the captured rows in a temporary folder only.
        seed: decides the locked rows and all redraws.
        workers: trainings at the same time; None: two, or as many as a Ray cluster has CPUs; 0: in this process (needs
            the JAX backend).
        ray: train on this Ray cluster: "auto" for the one that this machine belongs to, or "host:port" of its head.
        min_gain: smallest useful relative gain.
        max_trials: how many trainings there may be, instead of a budget in time: the same case and seed then give the
            same report on any machine.
        memory: bytes that all processes together may take (or a text such as "2g"); None: half of what is free.
        tries: ids of remedies to put to the test whether or not anything points at them.
        robust: how far inputs may be moved against the network, to see how it stands up to that, and to harden it: a
            number or a text such as "0.1", "0.1:inf" or "0.1:2", in the units in which the model is fed; True: a tenth
            of each column's deviation; False: not asked.
        progress: told how the work goes.

    Returns:
        The report; it shows itself in notebooks.

    Raises:
        UsageError: an argument is off.
    """
    from lossclinic.intake.model import capture_model

    started = time.monotonic()
    settings = Settings.read(
        budget, seed, Settings.workers if workers is None else workers, memory=memory, min_gain=min_gain,
        tries=tuple(tries), max_trials=max_trials, ray=ray, robust=threat_of(robust),
    )  # fmt: skip
    with _placed(settings, workers) as (settings, cluster), places(out) as (folder, cases):
        case = capture_model(
            model,
            x,
            y,
            validation_data=validation_data,
            validation_split=validation_split,
            batch_size=batch_size,
            epochs=epochs,
            class_weight=class_weight,
            sample_weight=sample_weight,
            shuffle=shuffle,
            callbacks=callbacks,
            max_bytes=most_bytes(settings),
            folder=cases / "1",
        )
        return _run_cases((case,), None, folder, settings, cluster, started, progress or Silent(), ())


@contextmanager
def _placed(settings: Settings, workers: int | None) -> Iterator[tuple[Settings, Cluster | None]]:
    """The cluster that the user named, and as many workers as it has CPUs; trouble comes before any time is spent."""
    if settings.ray is None:
        yield settings, None
        return
    from lossclinic.engine.cluster import connected

    with connected(settings.ray) as cluster:
        yield settings if workers is not None else replace(settings, workers=cluster.cpus), cluster


def most_bytes(settings: Settings) -> int:
    """What the rows of one case may take: a quarter of the memory, and no more than the machine has room for."""
    from lossclinic.intake.data import memory_cap

    return memory_cap() if settings.memory is None else min(settings.memory // 4, memory_cap())


def make_folder(folder: Path) -> None:
    """Make the folder of a report; says so before any time is spent where it cannot be written.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"Cannot write to {folder} ({error.strerror}).", do="Choose another folder with --out."
        ) from None


@contextmanager
def places(out: str | Path | None) -> Iterator[tuple[Path | None, Path]]:
    """The folder of the result, and the one of captured cases: in it, or a temporary one where none was named.

    Raises:
        UsageError: the folder cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="lossclinic-") as temporary:
        folder = None if out is None else Path(out)
        if folder is not None:
            make_folder(folder)
        yield folder, (folder or Path(temporary)) / "cases"


def cases_of(
    target: Path,
    folder: Path,
    settings: Settings,
    skip_training: bool,
    arguments: tuple[str, ...],
    progress: Progress,
) -> tuple[tuple[Case, ...], tuple[str, ...], bool]:
    """The captured trainings, fresh from the script or from an earlier run's folder; notes; whether Ctrl-C came."""
    if target.is_dir():
        from lossclinic.core.folder import cases_in

        captured_before = target / "cases" if (target / "cases").is_dir() else target
        return cases_in(captured_before), (f"continued from {target}; the script was not run again",), False
    from lossclinic.intake.script import GRACE_S, capture_script

    progress.stage(f"Running {target.name}")
    captured = capture_script(
        target,
        folder / "cases",
        arguments=arguments,
        skip_training=skip_training,
        max_bytes=most_bytes(settings),
        timeout=SCRIPT_SHARE * settings.seconds if math.isfinite(settings.seconds) else None,
        until_fit=FIT_SHARE * settings.seconds,
        grace=min(GRACE_SHARE * settings.seconds + GRACE_SECONDS, GRACE_S),
    )
    notes = [*captured.notes]
    notes += [f"training {skipped.fit} was left out: {skipped.reason}" for skipped in captured.skipped]
    in_fit = captured.cases[-1].observed.error is not None
    if captured.timed_out:
        notes.append(_ended(settings.budget))
    elif captured.error and not (skip_training or in_fit or captured.interrupted):
        notes.append(f"the script itself ended with an error after its training: {captured.error}")
    return captured.cases, tuple(notes), captured.interrupted


def one_of(cases: Sequence[Case], fit: int | None, does: str) -> tuple[Case, tuple[str, ...]]:
    """The training that is asked for, and what must be said where the script has others.

    Args:
        cases: all trainings of the script.
        fit: which (1-based); None: the first.
        does: what is done with it ("tunes").

    Raises:
        UsageError: there is no such training.
    """
    if not 1 <= (fit or 1) <= len(cases):
        raise UsageError(f"--fit {fit}: the script has {len(cases)} training(s).", do="Count them from 1.")
    if fit is not None or len(cases) == 1:
        return cases[(fit or 1) - 1], ()
    return cases[0], (f"the script has {len(cases)} trainings, and this is the first; --fit N {does} another one",)


def _ended(budget: float) -> str:
    from lossclinic.reports.words import duration

    return (
        f"the script was ended when half of the budget of {duration(budget)} was over, and what it had captured until "
        "then was examined; give it a larger --budget, or --skip-training to do without its own training"
    )


def _worth_examining(cases: tuple[Case, ...], budget: float) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Trainings that differ, as many as the budget can answer for; those at other lines before rounds of one loop."""
    first: dict[object, Case] = {}
    for index, case in enumerate(cases):
        first.setdefault((case.source.fit, case.recipe.key) if case.source.fit else index, case)
    different = tuple(first.values())
    places = [case.source.fit for case in different]
    rounds = [places[:index].count(place) for index, place in enumerate(places)]
    ranked = sorted(range(len(different)), key=lambda index: rounds[index])
    answerable = max(int(budget / LEAST_SECONDS), 1) if math.isfinite(budget) else len(ranked)
    kept = sorted(ranked[:answerable])
    notes: list[str] = []
    if len(different) < len(cases):
        notes.append(f"{len(cases) - len(different)} further training(s) repeat an earlier one and were left out")
    if len(kept) < len(different):
        left_out = len(different) - len(kept)
        notes.append(f"{left_out} further training(s) were left out, because the budget answers for {len(kept)} only")
    if notes:
        notes[-1] += "; --fit N examines one of them"
    return tuple(different[index] for index in kept), tuple(notes)


def _run_cases(
    cases: tuple[Case, ...],
    script: str | None,
    folder: Path | None,
    settings: Settings,
    cluster: Cluster | None,
    started: float,
    progress: Progress,
    notes: tuple[str, ...],
    *,
    interrupted: bool = False,
) -> Report:
    from lossclinic.experiments.at_once import unexamined
    from lossclinic.treat import treat

    end = started + settings.seconds
    fits: list[FitReport] = []
    go_on = f" `lossclinic run {shlex.quote(str(folder))}` goes on from the captured training." if script else ""
    for index, case in enumerate(cases):
        now = time.monotonic()
        share = now + (end - now) / (len(cases) - index)
        place = folder if folder is None or len(cases) == 1 else folder / f"fit-{index + 1}"
        if place is not None:
            place.mkdir(parents=True, exist_ok=True)
        fitted = unexamined(case, f"Interrupted before any experiment.{go_on}", "budget-too-small")
        mine = settings
        if settings.max_trials is not None:
            mine = replace(settings, max_trials=max(settings.max_trials // len(cases), 1))
        if not interrupted:
            try:
                fitted, interrupted = treat(case, place, mine, share, progress, cluster)
            except KeyboardInterrupt:
                interrupted = True
        fits.append(fitted)
    report = Report(
        script=script,
        budget_s=settings.seconds,
        elapsed_s=time.monotonic() - started,
        fits=tuple(fits),
        folder=str(folder or ""),
        interrupted=interrupted,
        notes=notes,
    )
    if folder is not None:
        _write(report, folder)
    return report


def _write(report: Report, folder: Path) -> None:
    from lossclinic.reports.html import write_html
    from lossclinic.reports.json import write_json

    write_json(report, folder / "report.json")
    write_html(report, folder / "report.html")
