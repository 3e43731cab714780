"""The page of one catalogue entry, from its docstring; the same for the terminal and the documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lossclinic.core import catalogue
from lossclinic.core.catalogue import Cause, Remedy

SAFETY = {
    "safe": "Safe: predictions keep their meaning.",
    "changes-meaning": "Changes meaning: predictions or loss values mean something else afterwards.",
    "advice": "Advice: lossclinic does not apply it by itself.",
}
_HEADING = re.compile(r"^(?P<heading>\S[^\n]*)\n(?:-{3,}|={3,})[ \t]*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One entry for people.

    Attributes:
        title: the entry's title.
        subtitle: id, kind and family in one line.
        sections: (heading, Markdown); the heading of what comes first may be "".
    """

    title: str
    subtitle: str
    sections: tuple[tuple[str, str], ...]


def entry_page(entry: Cause | Remedy, link: Callable[[str], str] = lambda entry: f"`{entry}`") -> Page:
    """Lay out one entry.

    Args:
        entry: from the catalogue.
        link: turns the id of another entry into Markdown.

    Returns:
        The docstring's sections, then what the entry is connected to.
    """
    kind = "cause" if isinstance(entry, Cause) else "remedy"
    return Page(
        entry.title,
        f"{entry.id} · {kind} · {entry.family}",
        (
            *split_sections(entry.doc),
            *(_of_cause(entry, link) if isinstance(entry, Cause) else _of_remedy(entry, link)),
        ),
    )


def split_sections(doc: str) -> tuple[tuple[str, str], ...]:
    """Split a docstring at its underlined headings.

    Returns:
        (heading, text) in order; what stands before the first heading has the heading "". Empty sections are left out.
    """
    marks = list(_HEADING.finditer(doc))
    begins = [("", 0), *((mark["heading"].strip(), mark.end()) for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(doc)]
    pieces = [(heading, doc[begin:end].strip()) for (heading, begin), end in zip(begins, ends, strict=True)]
    return tuple(piece for piece in pieces if piece[1])


def _of_cause(cause: Cause, link: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    if not cause.remedies:
        return (("Remedies", "None is tried: this is reported as a fact."),)
    known = catalogue.remedies()
    lines = [f"- {link(name)}: {known[name].title}" if name in known else f"- `{name}`" for name in cause.remedies]
    return (("Remedies", "\n".join(lines)),)


def _of_remedy(remedy: Remedy, link: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    users = [cause for cause in catalogue.causes().values() if remedy.id in cause.remedies]
    lines = [f"- {link(cause.id)}: {cause.title}" for cause in users] or ["No cause asks for it yet."]
    return (("Safety", SAFETY[remedy.safety]), ("Tried for", "\n".join(lines)))
