"""A small edit of a program: whole lines that replace lines, and the rule whose mistake it corrects."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.parsing import characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.program import Program


@dataclass(frozen=True, slots=True)
class SmallEdit:
    """New lines in place of the lines `first` to `last`, counted from 1 in the code.

    `rule` names the mistake, `weight` says how common it is, from 0 to 1. `line` is the line that is to blame.
    """

    rule: str
    weight: float
    line: int
    first: int
    last: int
    text: str

    def apply(self, lines: Sequence[str]) -> str:
        """Return the edited program, from its lines without line ends."""
        return "\n".join((*lines[: self.first - 1], *self.text.split("\n"), *lines[self.last :]))


def replaced(program: Program, node: ast.AST, text: str, rule: str, weight: float) -> Iterator[SmallEdit]:
    """Yield the edit that puts another text in place of a node on one line."""
    start, end = span_of(program, node)
    if start is not None:
        yield from _of_columns(program, (node.lineno, start, end), text, rule, weight)  # type: ignore[attr-defined] # a node with a span has a line


def between(
    program: Program, sides: tuple[ast.AST, ast.AST], operators: tuple[str, str], rule: str, weight: float
) -> Iterator[SmallEdit]:
    """Yield the edit that puts another operator between two nodes of one line."""
    (left, right), (old, new) = sides, operators
    _, start = span_of(program, left)
    stop, _ = span_of(program, right)
    line = right.lineno  # type: ignore[attr-defined] # an expression has a line
    if stop is None or left.end_lineno != line:  # type: ignore[attr-defined] # likewise
        return
    gap = program.line(line)[start:stop]
    if gap.count(old) == 1:
        yield from _of_columns(program, (line, start, stop), gap.replace(old, new), rule, weight)


def span_of(program: Program, node: ast.AST) -> tuple[int | None, int]:
    """Return the columns of a node in its line, as characters; (None, 0) for a node of several lines."""
    line, end_line = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    if not line or line != end_line:
        return None, 0
    text = program.line(line)
    return characters(text, node.col_offset), characters(text, node.end_col_offset)  # type: ignore[attr-defined] # a node with a line


def lines_replaced(
    first: int, last: int, lines: Sequence[str], rule: str, weight: float, *, line: int
) -> Iterator[SmallEdit]:
    """Yield the edit that puts other lines in place of the lines `first` to `last`. `line` is to blame."""
    yield SmallEdit(rule, weight, line, first, last, "\n".join(lines))


def _of_columns(
    program: Program, place: tuple[int, int, int], text: str, rule: str, weight: float
) -> Iterator[SmallEdit]:
    line, start, end = place
    source = program.line(line)
    new = source[:start] + text + source[end:]
    if new != source:
        yield SmallEdit(rule, weight, line, line, line, new)


def grouped(program: Program, node: ast.expr) -> str:
    """Return the text of a node, in parentheses if an operator beside it could take it apart."""
    text = program.segment(node)
    is_whole = isinstance(
        node, ast.Name | ast.Constant | ast.Call | ast.Attribute | ast.Subscript | ast.List | ast.Dict
    )
    return text if is_whole else f"({text})"
