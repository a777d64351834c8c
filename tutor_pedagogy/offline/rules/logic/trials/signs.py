"""The texts of operators, and edits that put one in place of another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.candidate import between

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_pedagogy.offline.engine.program import Program

SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.And: "and",
    ast.Or: "or",
}
"""The text of each operator."""


def sign(kind: type[ast.AST]) -> str:
    """Return the text of an operator."""
    return SIGNS[kind]


def operator_text(
    program: Program, left: ast.expr, right: ast.expr, old: type[ast.AST], new: type[ast.AST]
) -> Callable[[], str | None]:
    """Return a function that returns the code with another operator between two nodes, or None."""
    return lambda: between(program, left, right, sign(old), sign(new))
