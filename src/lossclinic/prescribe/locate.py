"""Where a training stands in a script's syntax tree: its fit, compile and layer calls."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, cast

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from lossclinic.core.architecture import Layer
from lossclinic.core.case import Place

SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
REPEATED = (cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp, cst.Lambda)


class Script:
    """A parsed script with positions and parents.

    Attributes:
        module: the tree (all nodes handed out belong to it).
        calls: every call, in the order of the text.
    """

    def __init__(self, text: str) -> None:
        """Parse; raises `libcst.ParserSyntaxError` for text that is not Python."""
        wrapper = MetadataWrapper(cst.parse_module(text))
        self.module = wrapper.module
        self.positions = wrapper.resolve(PositionProvider)
        self.parents = wrapper.resolve(ParentNodeProvider)
        self.calls = sorted(self.all(cst.Call), key=self.start)

    def all(self, kind: Any) -> list[Any]:
        """Every node of a class."""
        return [node for node in self.positions if isinstance(node, kind)]

    def start(self, node: cst.CSTNode) -> tuple[int, int]:
        """Line and column where a node begins; method calls sort by where their arguments open."""
        place = cast("Any", self.positions[node])
        return place.start.line, place.start.column

    def covers(self, node: cst.CSTNode, line: int) -> bool:
        """Whether the node stands on this line, wholly or in part."""
        place = cast("Any", self.positions[node])
        return place.start.line <= line <= place.end.line

    def code(self, node: cst.CSTNode) -> str:
        """The text of a node."""
        return self.module.code_for_node(node)

    def ancestors(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The nodes around a node, innermost first."""
        result: list[cst.CSTNode] = []
        while (parent := self.parents.get(node)) is not None:
            result.append(cast("cst.CSTNode", parent))
            node = result[-1]
        return result

    def scope(self, node: cst.CSTNode) -> cst.CSTNode:
        """The function (or module) that a node belongs to."""
        return next((up for up in self.ancestors(node) if isinstance(up, SCOPES)), self.module)

    def statement(self, node: cst.CSTNode) -> cst.SimpleStatementLine | None:
        """The simple statement line around a node, where other statements can be put before and behind it."""
        for up in self.ancestors(node):
            if isinstance(up, cst.SimpleStatementLine):
                return up if len(up.body) == 1 else None
            if isinstance(up, (*REPEATED, cst.BaseCompoundStatement)):
                return None
        return None

    def assignments(self, name: str) -> list[cst.BaseExpression]:
        """Everything that is assigned to a name, anywhere in the script."""
        return [
            node.value
            for node in self.all((cst.Assign, cst.AnnAssign))
            for target in ([t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target])
            if isinstance(target, cst.Name) and target.value == name and node.value is not None
        ]

    def reads(self, name: str) -> list[cst.Name]:
        """Every place that mentions a name, its assignments and keyword names left out."""
        found: list[cst.Name] = []
        for node in self.all(cst.Name):
            up = self.parents.get(node)
            skip = (isinstance(up, cst.Arg) and up.keyword is node) or isinstance(up, cst.AssignTarget)
            if node.value == name and not skip and not (isinstance(up, cst.Attribute) and up.attr is node):
                found.append(node)
        return found

    def names(self) -> set[str]:
        """All names that the script uses for anything."""
        return {node.value for node in self.all(cst.Name)}

    def free(self, *wishes: str) -> str:
        """The first of the wished names that the script does not use, or the last with a number."""
        taken = self.names()
        numbered = (f"{wishes[-1]}_{i}" for i in range(2, 1000))
        return next(name for name in (*wishes, *numbered) if name not in taken)


def dotted(node: cst.CSTNode) -> str:
    """`a.b.c` for names and attributes of names; "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr.value}" if owner else ""
    return ""


def callee(call: cst.Call) -> str:
    """The last name of what is called: "Dense" for `keras.layers.Dense(…)`."""
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value
    return call.func.value if isinstance(call.func, cst.Name) else ""


def receiver(call: cst.Call) -> cst.BaseExpression | None:
    """What a method is called on; None for a plain function."""
    return call.func.value if isinstance(call.func, cst.Attribute) else None


def same_file(script: str | None, place: Place | None) -> bool:
    """Whether a place lies in the script itself (an unknown script counts as the same)."""
    return place is None or script is None or os.path.realpath(place.path) == os.path.realpath(script)


def method_call(script: Script, name: str, line: int | None, near: cst.Call | None = None) -> cst.Call | None:
    """The call of a method, by line; else the only one, or the last one before `near` on the same object."""
    calls = [
        c for c in script.calls if callee(c) == name and receiver(c) is not None and dotted(c.func) != f"re.{name}"
    ]
    on_line = [c for c in calls if line is not None and script.covers(c, line)]
    if on_line:
        return on_line[-1]
    if len(calls) == 1:
        return calls[0]
    if near is None:
        return None
    owner = script.code(cast("cst.CSTNode", receiver(near)))
    same = [c for c in calls if script.code(cast("cst.CSTNode", receiver(c))) == owner]
    before = [c for c in same if script.start(c) < script.start(near) and script.scope(c) is script.scope(near)]
    return before[-1] if before else None


def layer_calls(script: Script, layers: Sequence[Layer], places: Mapping[str, Place]) -> dict[str, cst.Call]:
    """Layer name → the call that makes it; one call may make several layers. Layers not found are left out.

    Args:
        script: the parsed script.
        layers: the layers of the model, in order, without input layers.
        places: layer name → line where it is made.
    """
    found = {layer.name: call for layer in layers if (call := _named(script, layer)) is not None}
    by_line: dict[tuple[int, str], list[Layer]] = {}
    for layer in layers:
        if layer.name in places and layer.name not in found:
            by_line.setdefault((places[layer.name].line, layer.class_name), []).append(layer)
    for (line, kind), group in by_line.items():
        calls = [c for c in script.calls if callee(c) == kind and script.covers(c, line)]
        starting = [c for c in calls if script.start(c)[0] == line]
        calls = starting or calls
        if len(calls) == 1:
            found |= {layer.name: calls[0] for layer in group}
        elif len(calls) == len(group):
            found |= {layer.name: call for layer, call in zip(group, calls, strict=True)}
    return found if len(found) == len(layers) else {**_by_structure(script, layers), **found}


def _named(script: Script, layer: Layer) -> cst.Call | None:
    """The only call of the layer's class with `name="…"` spelled out."""
    calls = [
        call
        for call in script.calls
        if callee(call) == layer.class_name
        for arg in call.args
        if arg.keyword is not None and arg.keyword.value == "name" and isinstance(arg.value, cst.SimpleString)
        if arg.value.evaluated_value == layer.name
    ]
    return calls[0] if len(calls) == 1 else None


def _by_structure(script: Script, layers: Sequence[Layer]) -> dict[str, cst.Call]:
    """Layers matched by order: where the script makes exactly these classes in exactly this order."""
    kinds = [layer.class_name for layer in layers]
    calls = [call for call in script.calls if callee(call) in set(kinds)]
    if [callee(call) for call in calls] != kinds:
        return {}
    return {layer.name: call for layer, call in zip(layers, calls, strict=True)}
