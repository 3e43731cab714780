"""Edits of a syntax tree, collected first and applied together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from lossclinic.prescribe.items import insert_item, remove_item


class CannotWrite(Exception):
    """A change does not fit into this script safely; carries why and the code to paste."""

    def __init__(self, why: str, code: str = "") -> None:
        """Keep both parts.

        Args:
            why: one sentence for people.
            code: what to paste, where it can be told.
        """
        super().__init__(why)
        self.why, self.code = why, code


class Pen:
    """Collects edits of one module; `write` applies them and gives the new text."""

    def __init__(self, module: cst.Module) -> None:
        """Start without edits.

        Args:
            module: the tree whose nodes the edits point at.
        """
        self.module = module
        self.changes: dict[cst.CSTNode, list[Callable[[Any], Any]]] = {}
        self.lines_before: dict[cst.CSTNode, list[str]] = {}
        self.lines_after: dict[cst.CSTNode, list[str | Callable[[Any], str]]] = {}
        self.new_items: dict[cst.CSTNode, dict[int, list[str]]] = {}
        self.gone_items: dict[cst.CSTNode, set[int]] = {}
        self.imports: list[str] = []

    def change(self, node: cst.CSTNode, how: Callable[[Any], Any]) -> None:
        """Let `how` turn the node (with earlier edits applied) into its replacement."""
        self.changes.setdefault(node, []).append(how)

    def before(self, statement: cst.CSTNode, *lines: str) -> None:
        """Put statements in front of a statement."""
        self.lines_before.setdefault(statement, []).extend(lines)

    def after(self, statement: cst.CSTNode, *lines: str | Callable[[Any], str]) -> None:
        """Put statements behind a statement, given as text or as what makes it of the edited statement."""
        self.lines_after.setdefault(statement, []).extend(lines)

    def insert(self, holder: cst.CSTNode, at: int, *codes: str) -> None:
        """Put elements in front of the element that stood at position `at` of a list."""
        self.new_items.setdefault(holder, {}).setdefault(at, []).extend(codes)

    def drop(self, holder: cst.CSTNode, at: int) -> None:
        """Take out the element that stood at position `at` of a list."""
        self.gone_items.setdefault(holder, set()).add(at)

    def need(self, line: str) -> None:
        """Ask for an import line; asking twice writes it once."""
        if line not in self.imports:
            self.imports.append(line)

    def write(self, last_import: cst.CSTNode | None) -> str:
        """Apply everything.

        Args:
            last_import: the statement behind which new imports go; None: the start of the module.
        """
        if last_import is not None and self.imports:
            self.after(last_import, *self.imports)
        tree = self.module.visit(_Apply(self))
        if last_import is None and self.imports:
            tree = tree.with_changes(body=[*self.parse(self.imports), *tree.body])
        return tree.code

    def parse(self, lines: list[str]) -> list[Any]:
        """Statements from their text, in the module's own newline and indentation."""
        text = "\n".join(lines) + "\n"
        return list(cst.parse_module(text, config=self.module.config_for_parsing).body)


class _Apply(cst.CSTTransformer):
    def __init__(self, pen: Pen) -> None:
        super().__init__()
        self.pen = pen

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        updated: Any = super().on_leave(original_node, updated_node)
        for how in self.pen.changes.get(original_node, ()):
            updated = how(updated)
        if original_node in self.pen.new_items or original_node in self.pen.gone_items:
            updated = self._regrouped(original_node, updated)
        before = self.pen.lines_before.get(original_node)
        after = self.pen.lines_after.get(original_node)
        if not before and not after:
            return updated
        kept = [] if updated is cst.RemovalSentinel.REMOVE else [updated]
        behind = [line if isinstance(line, str) else line(updated) for line in after or []]
        return cst.FlattenSentinel([*self.pen.parse(before or []), *kept, *self.pen.parse(behind)])

    def _regrouped(self, holder: cst.CSTNode, updated: Any) -> Any:
        new, gone = self.pen.new_items.get(holder, {}), self.pen.gone_items.get(holder, set())
        opening = updated.lbracket.whitespace_after if isinstance(updated, cst.List) else cst.SimpleWhitespace("")
        elements = list(updated.elements)
        # From the back, so that the positions in front stay what they were.
        for at in sorted({*new, *gone}, reverse=True):
            if at in gone:
                elements = remove_item(elements, at)
            for code in reversed(new.get(at, [])):
                elements = insert_item(elements, at, cst.Element(cst.parse_expression(code)), opening)
        return updated.with_changes(elements=elements)
