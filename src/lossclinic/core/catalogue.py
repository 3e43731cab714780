"""Causes and remedies as values, found by walking their folders; evidence asked for by argument name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import Any, Literal

from lossclinic.core.errors import UsageError
from lossclinic.core.finding import Finding
from lossclinic.core.recipe import Recipe

Safety = Literal["safe", "changes-meaning", "advice"]
DOC_HEADINGS = (
    "What it is",
    "Why the loss stalls",
    "Evidence",
    "What confirms it",
    "Easily confused with",
    "References",
)


@dataclass(frozen=True)
class Cause:
    """One cause of a loss that does not get better; lives in the file of its own name.

    Attributes:
        id: public name.
        title: a noun phrase for people.
        examine: pure function from evidence (asked for by argument name) to a `Finding`.
        remedies: ids of the remedies whose success confirms it, best first.
        family: folder it lives in; filled in on discovery.
        doc: the module's docstring with the fixed headings; filled in on discovery.
        glance: what can be said where nothing is trained (`lossclinic check`), and the evidence of `examine` cannot
            be had: a pure function like it, humbler in its claims; None: nothing can.
    """

    id: str
    title: str
    examine: Callable[..., Finding]
    remedies: tuple[str, ...] = ()
    family: str = ""
    doc: str = ""
    glance: Callable[..., Finding] | None = None

    @property
    def requires(self) -> tuple[str, ...]:
        """Names of the evidence that `examine` asks for."""
        return tuple(inspect.signature(self.examine).parameters)


@dataclass(frozen=True)
class Remedy:
    """One change of a recipe; lives in the file of its own name.

    Attributes:
        id: public name.
        title: a verb phrase for people ("Standardise the inputs").
        apply: function from `recipe` (the one to change) and evidence, asked for by argument name, to the
            changed recipes, one for each strength worth trying, gentlest first. Raises `NotApplicable`.
        safety: "safe", "changes-meaning" (predictions or loss values mean something else afterwards) or "advice".
        caveat: what must be known to read its result; "" where a lower held-out loss is simply better.
        judged_by: name of the evidence (`core.decision.Figures`) that says what it is worth, where it leaves the
            held-out score as it is; "" for all others.
        family: folder it lives in; filled in on discovery.
        doc: the module's docstring; filled in on discovery.
        under_attack: whether its success shows on rows that are moved against the network (`--robust`), not on rows as
            they are.
    """

    id: str
    title: str
    apply: Callable[..., tuple[Recipe, ...]]
    safety: Safety = "safe"
    caveat: str = ""
    judged_by: str = ""
    family: str = ""
    doc: str = ""
    under_attack: bool = False


def _modules(package: str) -> list[tuple[str, ModuleType]]:
    """(family, module) of every file in the families of a package, in alphabetical order."""
    root = importlib.import_module(package)
    found: list[tuple[str, ModuleType]] = []
    for family in pkgutil.iter_modules(root.__path__):
        if family.ispkg:
            inner = importlib.import_module(f"{package}.{family.name}")
            for info in pkgutil.iter_modules(inner.__path__):
                if not info.name.startswith("_"):
                    found.append((family.name, importlib.import_module(f"{package}.{family.name}.{info.name}")))
    return found


@cache
def causes() -> Mapping[str, Cause]:
    """All causes by id."""
    found: dict[str, Cause] = {}
    for family, module in _modules("lossclinic.causes"):
        cause: Cause = module.CAUSE
        found[cause.id] = replace(cause, family=family, doc=inspect.cleandoc(module.__doc__ or ""))
    return found


@cache
def remedies() -> Mapping[str, Remedy]:
    """All remedies by id."""
    found: dict[str, Remedy] = {}
    for family, module in _modules("lossclinic.remedies"):
        remedy: Remedy = module.REMEDY
        found[remedy.id] = replace(remedy, family=family, doc=inspect.cleandoc(module.__doc__ or ""))
    return found


def look_up(name: str) -> Cause | Remedy:
    """The catalogue entry of that id.

    Raises:
        UsageError: no such id; names the closest ones.
    """
    import difflib

    entries: dict[str, Cause | Remedy] = {**remedies(), **causes()}
    if name not in entries:
        close = difflib.get_close_matches(name, entries, n=3, cutoff=0.4)
        hint = f"Did you mean {', '.join(close)}?" if close else "`lossclinic list` shows all ids."
        raise UsageError(f"There is no cause or remedy named '{name}'.", do=hint)
    return entries[name]


class Evidence:
    """Measurements by name, each computed once, when first asked for.

    A measurement is the function of the same name in `lossclinic.evidence.<name>`; its arguments are
    other measurements or given values ("case", "recipe", "baseline", "lab", …).
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Start from the given values."""
        self._given = dict(given)
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        if name not in self._known:
            self._known[name] = self.call(_measurement(name))
        return self._known[name]

    def call(self, function: Callable[..., Any]) -> Any:
        """Call a function with the evidence that its parameters name.

        A parameter with a default keeps it where the evidence is out of reach.
        """
        parameters = inspect.signature(function).parameters.values()
        return function(**{p.name: self[p.name] for p in parameters if _needed(p) or self._within_reach(p.name)})

    def suffices(self, function: Callable[..., Any]) -> bool:
        """Whether everything that a function asks for is given or follows from what is."""
        parameters = inspect.signature(function).parameters.values()
        return all(self._within_reach(p.name) for p in parameters if _needed(p))

    def _within_reach(self, name: str) -> bool:
        try:
            return name in self._given or _roots(name) <= self._given.keys()
        except UsageError:  # a value that only experiments give, such as "baseline"
            return False

    def changed(self, **given: Any) -> Evidence:
        """The same evidence with other given values; what does not depend on them is kept."""
        result = Evidence({**self._given, **given})
        result._known = {name: value for name, value in self._known.items() if not (_roots(name) & given.keys())}
        return result


def _needed(parameter: inspect.Parameter) -> bool:
    return parameter.default is inspect.Parameter.empty


def _measurement(name: str) -> Callable[..., Any]:
    try:
        return getattr(importlib.import_module(f"lossclinic.evidence.{name}"), name)
    except ModuleNotFoundError as error:
        if error.name != f"lossclinic.evidence.{name}":
            raise
        raise UsageError(
            f"Nothing measures evidence named '{name}'.", do=f"Add src/lossclinic/evidence/{name}.py."
        ) from None


@cache
def _roots(name: str) -> frozenset[str]:
    """The given values that a measurement depends on, directly or not."""
    found: set[str] = set()
    for argument in inspect.signature(_measurement(name)).parameters:
        try:
            found |= _roots(argument)
        except UsageError:
            found.add(argument)
    return frozenset(found)
