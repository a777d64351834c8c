"""Small edits of formulas: parentheses round the sides of a product or a quotient."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import SYMBOLS
from tutor_pedagogy.offline.repair.small_edit import replaced
from tutor_pedagogy.offline.rules.logic.trials.kinds import GROUPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.repair.small_edit import SmallEdit

_SUMS = (ast.Add, ast.Sub)
_PRODUCTS = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_WEIGHT = 0.4


def of_groups(program: Program, node: ast.BinOp) -> Iterator[SmallEdit]:
    """Yield a sum with parentheses: what stands before a product or quotient, after it, or both, is one side of it."""
    parent = program.parents.get(node)
    if not isinstance(node.op, _SUMS) or (isinstance(parent, ast.BinOp) and isinstance(parent.op, _SUMS)):
        return
    terms = list(_terms(node))
    for place, (sign, term) in enumerate(terms):
        if not isinstance(term, ast.BinOp) or not isinstance(term.op, _PRODUCTS):
            continue
        before, after = terms[:place], terms[place + 1 :]
        left, right = program.segment(term.left), program.segment(term.right)
        head = _joined(program, before)
        tail = _joined(program, after, is_first=False)
        all_left = f"({head} {sign} {left})" if before else left
        all_right = f"({right}{tail})" if after else right
        symbol = SYMBOLS[type(term.op)]
        if before:
            yield from replaced(program, node, f"{all_left} {symbol} {right}{tail}", GROUPED, _WEIGHT)
        if after:
            own = f"{head} {sign} {left}" if before else left
            yield from replaced(program, node, f"{own} {symbol} {all_right}", GROUPED, _WEIGHT)
        if before and after:
            yield from replaced(program, node, f"{all_left} {symbol} {all_right}", GROUPED, _WEIGHT)


def _terms(node: ast.expr, sign: str = "+") -> Iterator[tuple[str, ast.expr]]:
    """Yield the terms of a sum from left to right, each with its sign."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _SUMS):
        yield from _terms(node.left, sign)
        yield "+" if isinstance(node.op, ast.Add) else "-", node.right
    else:
        yield sign, node


def _joined(program: Program, terms: list[tuple[str, ast.expr]], *, is_first: bool = True) -> str:
    text = ""
    for place, (sign, term) in enumerate(terms):
        text += program.segment(term) if is_first and not place else f" {sign} {program.segment(term)}"
    return text
