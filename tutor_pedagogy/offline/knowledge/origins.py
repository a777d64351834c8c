"""The expression of a program that gives a value which a question asks about."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.purposes.own_values import seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.program import Program

_MOST_EXPRESSIONS = 80


def origin_of(program: Program, literals: Iterable[str]) -> ast.expr | None:
    """Return the first expression, in the order of the lines, that gives one of these values and does not write it out.

    `literals` are values as `str` shows them. Return None if no expression is known to give one of them.
    """
    if program.tree is None:
        return None
    wanted = set(literals)
    found = [
        node
        for node in program.each(ast.BinOp, ast.Call, ast.Subscript, ast.Name, ast.Attribute)
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and _is_result(program, node)
    ][:_MOST_EXPRESSIONS]
    if not wanted or not found:
        return None
    values = seen(program, *found)
    hits = [node for node in found if any(_is_one(value, wanted) for value in values.get(node, ()))]
    return min(hits, key=lambda node: (node.lineno, node.col_offset), default=None)


def _is_result(program: Program, node: ast.expr) -> bool:
    """Return whether an expression is the whole value of an assignment, a `return` or a `print`."""
    parent = program.parents.get(node)
    match parent:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Return(value=value):
            return value is node
        case ast.Call(func=ast.Name(id="print" | "append")):
            return node in parent.args
    return False


def _is_one(value: object, wanted: set[str]) -> bool:
    return type(value) in (int, float, str, bool) and str(value) in wanted
