"""Candidates in conditions: comparisons, and the words that join them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS
from tutor_pedagogy.offline.rules.logic.trials.candidate import (
    Candidate,
    Change,
    between,
    located,
    operator_text,
    replaced,
    with_text,
)
from tutor_pedagogy.offline.rules.logic.trials.kinds import BORDER, CASE, CONVERTED, JOINED, TURNED, TWICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.context import Context

_TWO = 2
_BORDERS: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


_TURNED: dict[type[ast.cmpop], tuple[tuple[type[ast.cmpop], float], ...]] = {
    ast.Lt: ((ast.Gt, 0.7), (ast.GtE, 0.4)),
    ast.Gt: ((ast.Lt, 0.7), (ast.LtE, 0.4), (ast.Eq, 0.35)),
    ast.LtE: ((ast.GtE, 0.65), (ast.Gt, 0.4), (ast.Eq, 0.45)),
    ast.GtE: ((ast.LtE, 0.65), (ast.Lt, 0.4), (ast.Eq, 0.4)),
    ast.Eq: ((ast.NotEq, 0.45),),
    ast.NotEq: ((ast.Eq, 0.45),),
    ast.In: ((ast.NotIn, 0.4),),
    ast.NotIn: ((ast.In, 0.5),),
}


def of_comparison(program: Program, node: ast.Compare, context: Context) -> Iterator[Candidate]:
    """Yield comparisons with another operator."""
    for place, kind in enumerate(node.ops):
        left, right = (node.left, *node.comparators)[place : place + 2]
        options = [(other, weight, TURNED) for other, weight in _TURNED.get(type(kind), ())]
        if isinstance(right, ast.Constant | ast.List | ast.Set) and type(kind) is ast.In:
            options = []  # The values are listed on purpose: they are what is looked for.
        if type(kind) in _BORDERS and context.may_be_equal(left, right):
            options.append((_BORDERS[type(kind)], 1.0, BORDER))
        is_rest = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mod)
        for other, weight, lesson in options:
            changed = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield Candidate(
                kind=lesson,
                weight=weight * 0.8 if is_rest else weight,
                node=node,
                changes=(Change(node, "ops", changed),),
                write=operator_text(program, left, right, type(kind), other),
            )


def of_case(program: Program, node: ast.Compare, context: Context) -> Iterator[Candidate]:
    """Yield a comparison that ignores the case, where two strings have differed in nothing else."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return
    left, right = node.left, node.comparators[0]
    first, second = _strings(context, left), _strings(context, right)
    count = max(len(first), len(second))
    first, second = (each * count if len(each) == 1 else each for each in (first, second))
    if not any(a != b and a.lower() == b.lower() for a, b in zip(first, second, strict=False)):
        return
    if isinstance(right, ast.Constant):
        other = str(right.value).swapcase()
        yield from replaced(program, right, ast.Constant(value=other), repr(other), (CASE, 0.6))
        lowered = ast.Constant(value=str(right.value).lower())
        if lowered.value != right.value:
            return
        yield from replaced(program, left, _lower(left), f"{program.segment(left)}.lower()", (CASE, 0.9))
        return
    yield Candidate(
        kind=CASE,
        weight=0.95,
        node=node,
        changes=(Change(node, "left", _lower(left)), Change(node, "comparators", [_lower(right)])),
        write=lambda: with_text(program, node, _ignoring_case(program, node)),
    )


def _strings(context: Context, node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    return [value for value in context.values(node) or [] if isinstance(value, str)]


def _lower(node: ast.expr) -> ast.expr:
    called = ast.Attribute(value=node, attr="lower", ctx=ast.Load())
    return located(ast.Call(func=called, args=[], keywords=[]), node)


def _ignoring_case(program: Program, node: ast.Compare) -> str:
    left, right = program.segment(node.left), program.segment(node.comparators[0])
    return f"{left}.lower() {SYMBOLS[type(node.ops[0])]} {right}.lower()"


def of_lengths(program: Program, node: ast.Compare, context: Context) -> Iterator[Candidate]:
    """Yield a comparison of two strings or lists as one of their lengths."""
    match node:
        case ast.Compare(
            left=ast.Name() as left, ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()], comparators=[right]
        ):
            pass
        case _:
            return
    if isinstance(right, ast.Name) and context.type_of(left) in (str, list) and context.type_of(right) in (str, list):
        called = [ast.Call(func=ast.Name(id="len", ctx=ast.Load()), args=[part], keywords=[]) for part in (left, right)]
        text = f"len({left.id}) {SYMBOLS[type(node.ops[0])]} len({right.id})"
        yield Candidate(
            kind=CONVERTED,
            weight=0.6,
            node=node,
            changes=(Change(node, "left", called[0]), Change(node, "comparators", called[1:])),
            write=lambda: with_text(program, node, text),
        )


def of_join(program: Program, node: ast.BoolOp) -> Iterator[Candidate]:
    """Yield a condition with `or` in place of `and`, or the reverse."""
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    old = type(node.op)

    def write() -> str | None:
        return (
            between(program, node.values[0], node.values[1], SYMBOLS[old], SYMBOLS[other])
            if len(node.values) == _TWO
            else None
        )

    yield Candidate(kind=JOINED, weight=0.75, node=node, changes=(Change(node, "op", other()),), write=write)


def of_once(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield a condition that also asks whether an item is in the result yet, for an `if` that adds it."""
    match node.body:
        case [
            ast.AugAssign(target=ast.Name(id=owner), op=ast.Add(), value=ast.Name(id=item))
            | ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append"), args=[ast.Name(id=item)])
            )
        ] if not node.orelse and program.loop_around(node) is not None:
            pass
        case _:
            return
    names = [ast.Name(id=each, ctx=ast.Load()) for each in (item, owner)]
    absent = ast.Compare(left=names[0], ops=[ast.NotIn()], comparators=[names[1]])
    both = ast.BoolOp(op=ast.And(), values=[node.test, absent])
    text = f"{program.segment(node.test)} and {item} not in {owner}"
    yield Candidate(
        kind=TWICE,
        weight=0.7,
        node=node.test,
        changes=(Change(node, "test", located(both, node.test)),),
        write=lambda: with_text(program, node.test, text),
        slots={"item": Code(item), "owner": Code(owner)},
    )


def of_negation(program: Program, node: ast.UnaryOp) -> Iterator[Candidate]:
    """Yield a condition without its `not`."""
    if isinstance(node.op, ast.Not):
        yield from replaced(program, node, node.operand, program.segment(node.operand), (JOINED, 0.55))
