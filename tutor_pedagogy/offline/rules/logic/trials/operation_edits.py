"""Candidates in calculations: operators, the order of operands, and numbers."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS, is_call_of
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, operator_text, replaced, with_text
from tutor_pedagogy.offline.rules.logic.trials.kinds import (
    BRANCHES,
    CONVERTED,
    EARLY,
    NAME,
    NUMBER,
    OPERATOR,
    ORDER,
    STEP,
)
from tutor_pedagogy.offline.rules.logic.trials.number_edits import other_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.context import Context

_OPERATORS: dict[type[ast.operator], tuple[tuple[type[ast.operator], float], ...]] = {
    ast.Add: ((ast.Sub, 0.6), (ast.Mult, 0.55)),
    ast.Sub: ((ast.Add, 0.6),),
    ast.Mult: ((ast.Add, 0.5), (ast.Div, 0.3), (ast.Pow, 0.35)),
    ast.Div: ((ast.FloorDiv, 0.65), (ast.Mult, 0.45), (ast.Mod, 0.5)),
    ast.FloorDiv: ((ast.Div, 0.7), (ast.Mod, 0.6)),
    ast.Mod: ((ast.FloorDiv, 0.6), (ast.Div, 0.3)),
    ast.Pow: ((ast.Mult, 0.4),),
}


_NEUTRAL = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
"""Operators with which a right side of 1 has no purpose."""


def of_operation(program: Program, node: ast.BinOp) -> Iterator[Candidate]:
    """Yield operations with another operator, or with the operands swapped."""
    parent = program.parents.get(node)
    is_asked = isinstance(node.op, ast.Mod) and isinstance(parent, ast.Compare)
    is_step = isinstance(node.right, ast.Constant) and node.right.value == 1
    for other, weight in _OPERATORS.get(type(node.op), ()):
        if _is_text(node.left) or _is_text(node.right) or (is_step and other in _NEUTRAL):
            continue
        is_rare = (
            is_asked or isinstance(parent, ast.Compare) or (is_step and not isinstance(parent, ast.Assign | ast.Return))
        )
        yield Candidate(
            kind=OPERATOR,
            weight=weight * 0.6 if is_rare else weight,
            node=node,
            changes=(Change(node, "op", other()),),
            write=operator_text(program, node.left, node.right, type(node.op), other),
        )
    left, right = program.segment(node.left), program.segment(node.right)
    if isinstance(node.op, ast.Add | ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow) and left != right:
        is_sum = isinstance(node.op, ast.Add)
        yield Candidate(
            kind=ORDER,
            weight=0.2 if is_asked or is_step else 0.55 if is_sum or isinstance(node.left, ast.Name) else 0.4,
            node=node,
            changes=(Change(node, "left", node.right), Change(node, "right", node.left)),
            write=lambda: with_text(program, node, f"{right} {SYMBOLS[type(node.op)]} {left}"),
        )


def of_rounding(program: Program, node: ast.BinOp) -> Iterator[Candidate]:
    """Yield a product that is rounded as a whole, in place of a product with a rounded part."""
    match node:
        case ast.BinOp(
            left=ast.Call(
                func=ast.Name(id="round" | "int" as name) as called, args=[first, *rest], keywords=[]
            ) as call,
            op=ast.Mult() | ast.Div(),
            right=right,
        ) if isinstance(first, ast.BinOp):
            pass
        case _:
            return
    product = ast.copy_location(ast.BinOp(left=first, op=node.op, right=right), node)
    changed = ast.Call(func=called, args=[product, *rest], keywords=[])
    inner, outer = program.segment(first), program.segment(right)
    more = "".join(f", {program.segment(each)}" for each in rest)
    text = f"{name}({inner} {SYMBOLS[type(node.op)]} {outer}{more})"
    if isinstance(first.op, ast.Add | ast.Sub):
        text = f"{name}(({inner}) {SYMBOLS[type(node.op)]} {outer}{more})"
    for made in replaced(program, node, changed, text, (EARLY, 0.85)):
        made.slots.update(rounded=Code(program.segment(call)))
        yield made


def of_early_rounding(program: Program, node: ast.Call) -> Iterator[Candidate]:
    """Yield a stored number without its rounding, for a number that is calculated with afterwards."""
    match node:
        case ast.Call(func=ast.Name(id="round"), args=[ast.BinOp() as exact, *_]):
            parent = program.parents.get(node)
        case _:
            return
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        for made in replaced(program, node, exact, program.segment(exact), (EARLY, 0.6)):
            made.slots.update(rounded=Code(program.segment(node)))
            yield made


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def of_constant(program: Program, node: ast.Constant, context: Context) -> Iterator[Candidate]:
    """Yield the next numbers of an integer that counts, compares or calculates; the other truth value."""
    value = node.value
    if isinstance(value, bool):
        if context.may_turn(node):
            yield from replaced(program, node, ast.Constant(value=not value), str(not value), (BRANCHES, 0.4))
        return
    if not isinstance(value, int):
        return
    for other, weight, kind in other_numbers(program, node, value):
        new: ast.expr = ast.Constant(value=other)
        if other < 0:
            new = ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-other))
        yield from replaced(program, node, new, str(other), (kind, weight))
    parent = program.parents.get(node)
    if (
        isinstance(parent, ast.BinOp)
        and isinstance(parent.op, ast.Add | ast.Sub)
        and value == 1
        and parent.right is node
        and not is_call_of(program.parents.get(parent), "range")
    ):
        is_index = any(isinstance(up, ast.Subscript) for up in islice(program.above(parent), 2))
        slip = (STEP if is_index else NUMBER, 0.55)
        yield from replaced(program, parent, parent.left, program.segment(parent.left), slip)
    if isinstance(parent, ast.Return):
        for name in context.parameters(node):
            yield from replaced(program, node, ast.Name(id=name, ctx=ast.Load()), name, (NAME, 0.4))


def of_strings(program: Program, node: ast.BinOp, context: Context) -> Iterator[Candidate]:
    """Yield a sum of two strings of digits as a sum of two numbers."""
    if isinstance(node.op, ast.Add) and context.holds_digits(node.left) and context.holds_digits(node.right):
        left, right = program.segment(node.left), program.segment(node.right)
        called = [
            ast.Call(func=ast.Name(id="int", ctx=ast.Load()), args=[part], keywords=[])
            for part in (node.left, node.right)
        ]
        yield Candidate(
            kind=CONVERTED,
            weight=0.9,
            node=node,
            changes=(Change(node, "left", called[0]), Change(node, "right", called[1])),
            write=lambda: with_text(program, node, f"int({left}) + int({right})"),
        )
