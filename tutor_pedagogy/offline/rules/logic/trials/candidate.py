"""Candidates: small changes of the syntax tree that may correct a program, each with the text of its edit."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import SYMBOLS
from tutor_pedagogy.offline.engine.parsing import characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program


@dataclass(frozen=True, slots=True)
class Change:
    """A new value for a field of a node, or for an item of a list."""

    holder: Any
    key: str | int
    value: Any


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Candidate:
    """A change of the tree. `kind` is the name of its lesson, `weight` says how common the slip is, from 0 to 1.

    `write` returns the code with the change, or None if its text cannot be worked out. `node` is the changed part.
    """

    kind: str
    weight: float
    node: ast.expr | ast.stmt
    changes: tuple[Change, ...]
    write: Callable[[], str | None]
    slots: dict[str, str] = field(default_factory=dict)
    binds_names: bool = False
    """Whether a function of the changed program may bind other names than before."""

    @property
    def line(self) -> int:
        """The line of the changed part."""
        return self.node.lineno


@contextmanager
def applied(candidate: Candidate) -> Iterator[None]:
    """Change the tree as the candidate says, and change it back at the end."""
    old = [_get(change.holder, change.key) for change in candidate.changes]
    try:
        for change in candidate.changes:
            _set(change.holder, change.key, change.value)
        yield
    finally:
        for change, value in zip(reversed(candidate.changes), reversed(old), strict=True):
            _set(change.holder, change.key, value)


def _get(holder: Any, key: str | int) -> Any:
    return holder[key] if isinstance(key, int) else getattr(holder, key)


def _set(holder: Any, key: str | int, value: Any) -> None:
    if isinstance(key, int):
        holder[key] = value
    else:
        setattr(holder, key, value)


def slot_of(program: Program, node: ast.AST) -> tuple[Any, str | int] | None:
    """Return the parent of a node and the field, or the list and the index, that holds the node."""
    parent = program.parents.get(node)
    if parent is None:
        return None
    for name in parent._fields:
        value = getattr(parent, name, None)
        if value is node:
            return parent, name
        if isinstance(value, list):
            for place, item in enumerate(value):
                if item is node:
                    return value, place
    return None


def replaced(
    program: Program, node: ast.expr, new: ast.expr, text: str, slip: tuple[str, float]
) -> Iterator[Candidate]:
    """Yield the candidate that puts another expression in place of a node. `slip` is its kind and its weight."""
    kind, weight = slip
    held = slot_of(program, node)
    if held is not None:
        change = Change(*held, located(new, node))
        yield Candidate(
            kind=kind,
            weight=weight,
            node=node,
            changes=(change,),
            write=lambda: with_text(program, node, text),
        )


def located(new: ast.expr, old: ast.AST) -> ast.expr:
    """Return a new expression with the place of an old node. Only statements need a line, so one level is enough."""
    return ast.copy_location(new, old)


def with_text(program: Program, node: ast.AST, text: str) -> str | None:
    """Return the code with another text for a node on one line."""
    line, start, end_line, end = (
        getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")
    )
    if line != end_line:
        return None
    source = program.line(line)
    return with_line(program, line, source[: characters(source, start)] + text + source[characters(source, end) :])


def between(program: Program, left: ast.AST, right: ast.AST, old: str, new: str) -> str | None:
    """Return the code with another operator between two nodes of one line."""
    line, start, stop = left.end_lineno, left.end_col_offset, right.col_offset  # type: ignore[attr-defined] # both are expressions
    if line != right.lineno:  # type: ignore[attr-defined] # an expression
        return None
    source = program.line(line)
    first, last = characters(source, start), characters(source, stop)
    gap = source[first:last]
    if gap.count(old) != 1:
        return None
    return with_line(program, line, source[:first] + gap.replace(old, new) + source[last:])


def with_line(program: Program, line: int, text: str) -> str:
    """Return the code with another text for a line."""
    return with_lines(program, line, line, [text])


def with_lines(program: Program, first: int, last: int, texts: list[str]) -> str:
    """Return the code with other lines in place of the lines `first` to `last`."""
    return "\n".join([*program.lines[: first - 1], *texts, *program.lines[last:]])


def operator_text(
    program: Program, left: ast.expr, right: ast.expr, old: type[ast.AST], new: type[ast.AST]
) -> Callable[[], str | None]:
    """Return a function that returns the code with another operator between two nodes, or None."""
    return lambda: between(program, left, right, SYMBOLS[old], SYMBOLS[new])
