"""What a training, a model or a log shows without any experiment."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from lossclinic.core.case import Case, Place, Source
from lossclinic.core.catalogue import Cause, Evidence, causes
from lossclinic.core.checkup import Checked, Sign, level_of, ranked
from lossclinic.core.finding import Finding
from lossclinic.core.probe import LayerProbe
from lossclinic.core.recipe import Recipe
from lossclinic.core.rows import Plan
from lossclinic.experiments.at_once import answer_at_once

MOST_PARAMETERS = 3_000_000
"""Compiling and running one gradient of larger networks takes longer than a look should."""
LOOK_SECONDS = 30.0
IN_FIT = ("more-epochs", "early-stopping", "keep-best-weights", "batch-size", "class-weights", "shuffled-split")
IN_COMPILE = ("matching-loss", "learning-rate", "huber-loss", "clip-gradients")
"""Remedies that change an argument of fit, or of compile, wherever their cause is seen."""
COMPILED = ("loss", "optimisation", "numerics", "architecture", "initialisation")
"""Families whose causes lie in what compile puts together; the others lie in what fit is given."""


def check_history(name: str, history: Mapping[str, tuple[float, ...]]) -> Checked:
    """What a log shows: suspicions of its curve.

    Args:
        name: for people; a path where there is one.
        history: metric name → one value for each epoch, under Keras' names.
    """
    from lossclinic.evidence.history_curve import read_curve

    curve = read_curve(history)
    evidence = Evidence({"history_curve": curve})
    return _conclude(name, "history", evidence, Source(fit=Place(name, 1)), epochs=curve.epochs, history=history)


def check_unfitted(case: Case) -> Checked:
    """What a model shows that nobody has fitted here: its architecture, output and loss.

    Args:
        case: without rows.
    """
    from lossclinic.evidence.output_contract import output_contract

    evidence = Evidence({"recipe": case.recipe, "output_contract": output_contract(case, case.recipe)})
    return _conclude(case.name, "model", evidence, Source(fit=Place(case.name, 1)))


def check_case(case: Case) -> Checked:
    """What a captured training shows: its rows, model, loss, one look at the fresh layers, and its own history.

    Args:
        case: with its rows.
    """
    plan = Plan()
    at_once = answer_at_once(case)
    failure = case.observed.error or (at_once.answer.rstrip(".") if at_once else "")
    with _looking(case, plan) as look:
        return _conclude(
            case.name,
            "training",
            Evidence({"case": case, "recipe": case.recipe, "plan": plan, "look": look}),
            case.source,
            task=case.task.kind,
            rows=len(case.data),
            epochs=max((len(values) for values in case.observed.history.values()), default=0),
            line=case.source.fit.line if case.source.fit else None,
            failure=failure,
            notes=(*case.notes, *(at_once.notes[:1] if at_once else ())),
            history=dict(case.observed.history),
        )


@contextmanager
def _looking(case: Case, plan: Plan) -> Iterator[Callable[[Recipe], tuple[LayerProbe, ...]]]:
    """What looks at the fresh layers, in a process of its own that begins at once.

    It finds nothing where that would take the script's own process, or where it takes long.
    """
    if case.native is not None or case.observed.parameters > MOST_PARAMETERS or not len(case.data):
        yield lambda _: ()
        return
    from lossclinic.core.yardstick import choose_yardstick
    from lossclinic.engine.worker import Worker

    worker = Worker(case, plan, choose_yardstick(case.task, case.task.encode(case.data.y)), None)
    # Without time left after the start, nothing is trained.
    found = worker.look("layers", case.recipe, seed=0, seconds_left=0.0)

    def look(recipe: Recipe) -> tuple[LayerProbe, ...]:
        try:
            return tuple(found.result(LOOK_SECONDS)) if recipe.key == case.recipe.key else ()
        except Exception:  # whatever ails the network there, the causes that need the look say that they cannot tell
            return ()

    try:
        yield look
    finally:
        worker.kill()


def _conclude(
    name: str,
    kind: Literal["training", "model", "history"],
    evidence: Evidence,
    source: Source,
    *,
    failure: str = "",
    **known: Any,
) -> Checked:
    signs: list[Sign] = []
    clear: list[str] = []
    open_: list[str] = []
    # The look at the layers goes on beside everything else, so what waits for it comes last.
    for cause in sorted(causes().values(), key=_waits):
        finding = at_sight(cause, evidence)
        if finding.status in ("observed", "suspected"):
            signs.append(Sign(finding, level_of(finding), _place(finding, cause.family, source)))
        else:
            (clear if finding.status == "clear" else open_).append(cause.id)
    order = ranked(signs)
    told: dict[str, Any] = {"signs": order, "clear": tuple(clear), "open": tuple(open_), **known}
    return Checked(name, kind, _answer(failure, order), failure=failure, **told)


def _waits(cause: Cause) -> bool:
    return cause.glance is not None and "fresh_layers" in inspect.signature(cause.glance).parameters


def at_sight(cause: Cause, evidence: Evidence) -> Finding:
    """What one cause can say without training: in full where its evidence allows, at a glance otherwise.

    Args:
        cause: from the catalogue.
        evidence: started from what can be had without training.
    """
    functions = [each for each in (cause.examine, cause.glance) if each is not None and evidence.suffices(each)]
    if not functions:
        return Finding(cause.id, "untestable", reason="it takes an experiment")
    try:
        return evidence.call(functions[0])
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        reason = f"its evidence could not be measured ({type(error).__name__}: {error})"
        return Finding(cause.id, "untestable", reason=reason)


def _place(finding: Finding, family: str, source: Source) -> Place | None:
    """The line where the change would be made: a layer's own, that of compile, or that of fit."""
    where, first = finding.where, finding.remedies[0] if finding.remedies else ""
    compiled = source.compile or source.fit
    if where is not None and where.line is not None and source.fit is not None:
        return Place(source.fit.path, where.line)
    if first in IN_FIT or first in IN_COMPILE:
        return source.fit if first in IN_FIT else compiled
    if where is not None and where.layer is not None and where.layer in source.layers:
        return source.layers[where.layer]
    return compiled if family in COMPILED else source.fit


def _answer(failure: str, signs: Sequence[Sign]) -> str:
    if failure:
        return f"This training cannot work as it is: {failure}."
    if not signs:
        return "Nothing stands out in what can be seen without experiments."
    finding = signs[0].finding
    reason = (finding.reason or finding.evidence[0].text).rstrip(".")
    cause = causes()[finding.cause].title.lower()
    return f"Look at this first: {cause} ({finding.status}). {reason[:1].upper()}{reason[1:]}."
