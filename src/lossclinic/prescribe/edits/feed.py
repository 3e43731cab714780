"""What `fit` is fed with, as expressions of the script, and the statements that prepare it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from lossclinic.prescribe.arguments import FIT, find, with_argument, without_argument
from lossclinic.prescribe.desk import Desk
from lossclinic.prescribe.pen import CannotWrite, Pen


@dataclass
class Feed:
    """The rows of one `fit`.

    Attributes:
        x: expression of the training inputs.
        y: expression of the training targets.
        weight: expression of the sample weights, or "".
        check_x: expression of the validation inputs, or "".
        check_y: expression of the validation targets, or "".
        check_rest: further parts of the validation tuple (its sample weights), as text.
        tail: expression of `validation_split`, or "".
        lines: statements to put in front of `fit`.
        after: statements to put behind it.
        taken: names that the statements bind.
        dealer: a class, made of inputs, targets and the size of a batch, that deals the batches; "" for plain arrays.
    """

    x: str
    y: str
    weight: str = ""
    check_x: str = ""
    check_y: str = ""
    check_rest: str = ""
    tail: str = ""
    lines: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    dealer: str = ""

    def bind(self, desk: Desk, value: str, *wishes: str) -> str:
        """Give an expression a name of its own; a plain name keeps it."""
        if value.isidentifier():
            return value
        name = self.name(desk, *wishes)
        self.lines.append(f"{name} = {value}")
        return name

    def name(self, desk: Desk, *wishes: str) -> str:
        """A name that neither the script nor these statements use yet."""
        free = [wish for wish in wishes if wish not in self.taken and wish not in desk.script.names()]
        name = free[0] if free else desk.script.free(*(f"{wishes[-1]}_{i}" for i in range(2 + len(self.taken), 99)))
        self.taken.add(name)
        return name


def read(desk: Desk) -> Feed:
    """Take the feed from the call; data sets and generators cannot be rewritten."""
    fit, script = desk.fit, desk.script
    if script.statement(fit) is None:
        raise CannotWrite("`fit` is not called in a statement of its own, so nothing can be put in front of it")
    parts = {name: find(fit, name, FIT) for name in ("x", "y", "sample_weight", "validation_split", "validation_data")}
    given = {name: script.code(arg.value) for name, arg in parts.items() if arg is not None}
    if "x" not in given or given.get("y", "None") == "None":
        raise CannotWrite("the rows come from a data set or generator, not as arrays x and y")
    feed = Feed(given["x"], given["y"], given.get("sample_weight", ""))
    feed.weight = "" if feed.weight == "None" else feed.weight
    data = parts["validation_data"]
    if data is not None and given["validation_data"] != "None":
        _read_validation(desk, feed, data.value)
    elif given.get("validation_split", "0") not in ("0", "0.0", "None"):
        feed.tail = given["validation_split"]
    feed.x = feed.bind(desk, feed.x, "x_rows", "fit_x")
    feed.y = feed.bind(desk, feed.y, "y_rows", "fit_y")
    return feed


def _read_validation(desk: Desk, feed: Feed, value: Any) -> None:
    script = desk.script
    if isinstance(value, (cst.Tuple, cst.List)):
        if len(value.elements) < 2 or any(isinstance(item, cst.StarredElement) for item in value.elements):
            raise CannotWrite("`validation_data` is not a pair of arrays")
        texts = [script.code(item.value) for item in value.elements]
        feed.check_x, feed.check_y, feed.check_rest = texts[0], texts[1], "".join(f", {t}" for t in texts[2:])
        return
    made = script.assignments(value.value) if isinstance(value, cst.Name) else []
    if not made or not all(isinstance(item, cst.Tuple) and len(item.elements) == 2 for item in made):
        raise CannotWrite("`validation_data` is not a pair of arrays that can be read from the script")
    name = script.code(value)
    feed.check_x, feed.check_y = f"{name}[0]", f"{name}[1]"


def cut_tail(desk: Desk, feed: Feed) -> None:
    """Split off the last rows as `validation_split` does, before anything changes the training rows."""
    if not feed.tail:
        return
    cut = feed.name(desk, "cut", "first_validation_row")
    feed.lines.append(f"{cut} = int(len({feed.x}) * (1 - {feed.tail}))")
    feed.check_x, feed.check_y, feed.tail = f"{feed.x}[{cut}:]", f"{feed.y}[{cut}:]", ""
    if feed.weight:
        feed.check_rest, feed.weight = f", {feed.weight}[{cut}:]", f"{feed.weight}[:{cut}]"
    feed.x, feed.y = f"{feed.x}[:{cut}]", f"{feed.y}[:{cut}]"


def write(desk: Desk, pen: Pen, feed: Feed) -> None:
    """Put the statements around `fit` and the expressions into it."""
    statement = desk.script.statement(desk.fit)
    if statement is None:
        raise CannotWrite("`fit` is not called in a statement of its own", "\n".join(feed.lines))
    pen.before(statement, *feed.lines)
    pen.after(statement, *feed.after)

    def edit(call: cst.Call) -> cst.Call:
        call = with_argument(with_argument(call, "x", feed.x, FIT), "y", feed.y, FIT)
        if feed.weight:
            call = with_argument(call, "sample_weight", feed.weight, FIT)
        if feed.check_x and not feed.tail:
            given = find(call, "validation_split", FIT)
            if given is not None and given.keyword is None:
                call = with_argument(call, "validation_split", "0.0", FIT)
            else:
                call = without_argument(call, "validation_split", FIT)
            call = with_argument(call, "validation_data", f"({feed.check_x}, {feed.check_y}{feed.check_rest})", FIT)
        return _dealt(call, feed) if feed.dealer else call

    pen.change(desk.fit, edit)


def _dealt(call: cst.Call, feed: Feed) -> cst.Call:
    """The call with the dealer in place of the arrays; the size of a batch is the dealer's."""
    given = find(call, "batch_size", FIT)
    size = "None" if given is None else cst.Module([]).code_for_node(given.value)
    size = "32" if size == "None" else size
    call = with_argument(call, "x", f"{feed.dealer}({feed.x}, {feed.y}, {size})", FIT)
    for name in ("batch_size", "y"):
        try:
            call = without_argument(call, name, FIT)
        except CannotWrite:  # given by position, with others behind it
            call = with_argument(call, name, "None", FIT)
    return call
