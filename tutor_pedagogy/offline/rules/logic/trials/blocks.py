"""Blocks of statements: the block around a statement, and lines that stand alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.rules.logic.trials.candidate import with_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_pedagogy.offline.engine.program import Program


def block_of(program: Program, node: ast.stmt) -> tuple[Any, str, list[ast.stmt]] | None:
    """Return the parent of a statement, and the field with the block in which it stands."""
    parent = program.parents.get(node)
    for field in ("body", "orelse", "finalbody"):
        body = getattr(parent, field, None)
        if isinstance(body, list) and any(each is node for each in body):
            return parent, field, body
    return None


def is_simple(program: Program, node: ast.stmt) -> bool:
    """Return whether a statement stands alone on one line."""
    simple = isinstance(node, ast.Return | ast.Expr | ast.Assign | ast.AugAssign)
    return (
        simple
        and node.lineno == node.end_lineno
        and program.line(node.lineno).strip().startswith(program.segment(node))
    )


def line_after(program: Program, line: int, text: str) -> Callable[[], str]:
    """Return a function that returns the code with a new line behind another one."""
    return lambda: with_lines(program, line, line, [program.line(line), text])
