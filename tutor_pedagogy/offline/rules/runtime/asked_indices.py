"""Conditions of `while` loops that read an item before they ask whether its index exists."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule(
    "loop-asks-before-checking",
    ("IndexError",),
    r"(?:list|string|tuple) index out of range",
    before=("position-out-of-range",),
)
def loop_asks_before_checking(case: CrashContext) -> Match | None:
    """Return the item that a `while` condition reads before checking that the index is in range."""
    loop = case.statement
    for subscript in case.subscripts:
        name = min(names_in(subscript.slice), default="")
        if isinstance(loop, ast.While) and loop.test.lineno == case.line and subscript in walk(loop.test) and name:
            edit = _with_check(case, loop.test, subscript)
            checked = _check_behind(case, loop.test, subscript)
            return case.here(subscript, edit=edit, owner=subscript.value, name=Code(name), checked=checked or "")
    return None


def _check_behind(case: CrashContext, test: ast.expr, subscript: ast.Subscript) -> ast.expr | None:
    """Return the part of a condition that compares the index with the length, if it stands behind the item."""
    if not isinstance(test, ast.BoolOp) or not isinstance(test.op, ast.And):
        return None
    places = [at for at, part in enumerate(test.values) if subscript in walk(part)]
    length, index = f"len({case.text(subscript.value)})", case.text(subscript.slice)
    for at, part in enumerate(test.values):
        if places and at > places[0] and isinstance(part, ast.Compare):
            sides = [case.text(part.left), *map(case.text, part.comparators)]
            if index in sides and length in sides:
                return part
    return None


def _with_check(case: CrashContext, test: ast.expr, subscript: ast.Subscript) -> Edit | None:
    """Return the edit that compares the index with the length first: with the part that is there, or with a new one."""
    length, index = f"len({case.text(subscript.value)})", case.text(subscript.slice)
    behind = _check_behind(case, test, subscript)
    if behind is not None and isinstance(test, ast.BoolOp):
        others = [part for part in test.values if part is not behind]
        return case.rewrite(test, " and ".join(map(case.text, [behind, *others])))
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return None
    return case.rewrite(test, f"{index} < {length} and {case.text(test)}")
