"""`lossclinic check`: what a training shows without any experiment, for pipelines and for a first look."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lossclinic.core.case import Case
from lossclinic.core.checkup import Checked, Checkup, fail_on_of
from lossclinic.core.errors import UsageError
from lossclinic.experiments.at_sight import check_case, check_history, check_unfitted

LOGS = (".csv", ".tsv", ".json", ".jsonl")
MODEL = ".keras"


def check(
    target: Any,
    x: Any = None,
    y: Any = None,
    *,
    fail_on: str = "high",
    fit: int | None = None,
    skip_training: bool = False,
    timeout: float | None = None,
    arguments: tuple[str, ...] = (),
    **as_for_fit: Any,
) -> Checkup:
    """Say what can be said of a training without any experiment of our own, in seconds.

    Args:
        target: path of a training script (which is run), of a captured case, a saved `.keras` model, a log (csv,
            JSON, TensorBoard); or Keras' `History` or its dict; or a compiled model, as `run` takes it.
        x: inputs, where the target is a model.
        y: targets, where the target is a model.
        fail_on: level from which the result's `exit_code` is 1: "low", "medium", "high" or "never".
        fit: only the n-th training of a script (1-based).
        skip_training: capture a script's trainings without running them: there is no history to look at then.
        timeout: seconds after which a script is ended; what it showed until then is looked at.
        arguments: for the script.
        **as_for_fit: further arguments of `fit`, where the target is a model with rows.

    Returns:
        What was seen. Nothing in it is confirmed: that takes `lossclinic.run`.

    Raises:
        UsageError: the target cannot be read.
        ScriptError: the script could not be brought as far as a training.
    """
    started = time.monotonic()
    level = fail_on_of(fail_on)
    name, script_s, notes = "", 0.0, ()
    with tempfile.TemporaryDirectory(prefix="lossclinic-") as temporary:
        if isinstance(target, (str, Path)):
            path = Path(target)
            name = str(target)
            if _is_script(path):
                cases, notes, script_s = _captured(path, Path(temporary), skip_training, timeout, arguments)
                checked = tuple(check_case(case) for case in _chosen(cases, fit))
            else:
                checked = _check_path(path)
        elif isinstance(target, Mapping) or isinstance(getattr(target, "history", None), Mapping):
            checked = (_check_given_history(target if isinstance(target, Mapping) else target.history),)
        else:
            checked = (_check_model(target, x, y, Path(temporary), as_for_fit),)
    seconds = time.monotonic() - started
    return Checkup(name or checked[0].name, checked, level, script_s, seconds, notes)


def _is_script(path: Path) -> bool:
    return not path.is_dir() and path.suffix in (".py", ".ipynb", "")  # the last are refused or run as scripts are


def _check_path(path: Path) -> tuple[Checked, ...]:
    """What a file or folder shows that is no script."""
    from lossclinic.intake.events import is_events, read_events
    from lossclinic.intake.history import read_history
    from lossclinic.intake.saved import read_saved

    if not path.exists():
        raise UsageError(f"There is no {path}.", do="check the path.")
    if path.is_dir() and ((path / "case.json").exists() or next(path.glob("**/case.json"), None)):
        from lossclinic.core.folder import cases_in

        return tuple(check_case(case) for case in cases_in(path / "cases" if (path / "cases").is_dir() else path))
    if is_events(path):
        return tuple(check_history(run, history) for run, history in read_events(path).items())
    if path.suffix in LOGS:
        return (check_history(path.name, read_history(path)),)
    if path.suffix == MODEL:
        return (check_unfitted(read_saved(path)),)
    what = "a folder without event files or cases" if path.is_dir() else f"a {path.suffix} file"
    raise UsageError(
        f"{path} is {what}.",
        expected=f"a script (.py), a model ({MODEL}), a log ({', '.join(LOGS)}) or a TensorBoard folder",
        do="save a model in the .keras format." if path.suffix in (".h5", ".hdf5", ".pt", ".pb") else "",
    )


def _captured(
    script: Path, folder: Path, skip_training: bool, timeout: float | None, arguments: tuple[str, ...]
) -> tuple[tuple[Case, ...], tuple[str, ...], float]:
    """The trainings of a script, remarks, and the seconds that it took."""
    from lossclinic.intake.script import capture_script

    started = time.monotonic()
    threading.Thread(target=_import_ahead, daemon=True).start()
    captured = capture_script(
        script, folder / "cases", arguments=arguments, skip_training=skip_training, timeout=timeout
    )
    seconds = time.monotonic() - started
    notes = [*captured.notes, *(f"training {each.fit} was left out: {each.reason}" for each in captured.skipped)]
    in_fit = captured.cases[-1].observed.error is not None
    if captured.timed_out:
        notes.append("the script was ended when its time was over; what it showed until then was looked at")
    elif captured.error and not (skip_training or in_fit):
        notes.append(f"the script itself ended with an error after its training: {captured.error}")
    return captured.cases, tuple(notes), seconds


def _import_ahead() -> None:
    """Load what the look will need while the script runs."""
    with contextlib.suppress(ImportError):
        import loky
        import scipy.stats
        import sklearn.ensemble
        import sklearn.model_selection
        import sklearn.neighbors

        del loky, scipy, sklearn


def _chosen(cases: tuple[Case, ...], fit: int | None) -> tuple[Case, ...]:
    """The training asked for, or all that differ: rounds of a loop with one recipe look alike."""
    if fit is not None:
        if not 1 <= fit <= len(cases):
            raise UsageError(f"--fit {fit}: the script has {len(cases)} training(s).", do="Count them from 1.")
        return (cases[fit - 1],)
    first: dict[object, Case] = {}
    for case in cases:
        first.setdefault((case.source.fit, case.recipe.key), case)
    return tuple(first.values())


def _check_model(model: Any, x: Any, y: Any, folder: Path, as_for_fit: Mapping[str, Any]) -> Checked:
    from lossclinic.intake.model import capture_model
    from lossclinic.intake.plain import plain_loss, plain_model, plain_optimizer
    from lossclinic.intake.saved import unfitted

    if x is not None:
        return check_case(capture_model(model, x, y, folder=folder, **as_for_fit))
    if getattr(model, "optimizer", None) is None:
        raise UsageError(
            f"This is a {type(model).__name__} that was not compiled.", expected="a compiled keras.Model, or a path"
        )
    return check_unfitted(
        unfitted(model.name, plain_model(model), plain_loss(model.loss)[0], plain_optimizer(model.optimizer)[0])
    )


def _check_given_history(history: Mapping[str, Sequence[Any]]) -> Checked:
    from lossclinic.intake.history import named

    return check_history("history", named(history, "the history"))
