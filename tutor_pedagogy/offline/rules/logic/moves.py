"""Edits of more than one line: a statement moved above its loop, and several parts of the code replaced at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.rules.logic.tree import last_line

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Loop, Program


def moved_above(program: Program, loop: Loop, statement: ast.stmt) -> Edit | None:
    """Return the edit that moves a statement above a loop; None unless the statement is alone on one line."""
    moved = program.line(statement.lineno).strip()
    if last_line(statement) != statement.lineno or program.segment(statement) != moved.partition("#")[0].rstrip():
        return None
    lines = list(program.lines)
    del lines[statement.lineno - 1]
    lines.insert(loop.lineno - 1, program.indentation(loop.lineno) + moved)
    return edit_to(program, "\n".join(lines))


def with_parts(
    program: Program, parts: Sequence[tuple[ast.AST, str]], above: tuple[int, str] | None = None
) -> Edit | None:
    """Return the edit that replaces parts of the code, each on one line, and adds a line above another one.

    It is None if a part spans several lines.
    """
    lines = list(program.lines)
    if any(last_line(node) != getattr(node, "lineno", 0) for node, _ in parts):
        return None
    for node, text in sorted(parts, key=lambda part: -getattr(part[0], "col_offset", 0)):
        line: int = getattr(node, "lineno", 0)
        old = lines[line - 1]
        source = program.line(line)
        start, end = (characters(source, getattr(node, name, 0)) for name in ("col_offset", "end_col_offset"))
        lines[line - 1] = old[:start] + text + old[end:]
    if above is not None:
        lines.insert(above[0] - 1, program.indentation(above[0]) + above[1])
    return edit_to(program, "\n".join(lines))
