"""Small edits in expressions: operators, numbers, bounds, names, calls and their arguments."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import SYMBOLS as COMMON
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.repair.in_formulas import of_groups
from tutor_pedagogy.offline.repair.rule_names import KEPT_OUT, PART
from tutor_pedagogy.offline.repair.small_edit import between, grouped, replaced
from tutor_pedagogy.offline.rules.logic.trials.kinds import (
    BORDER,
    BRANCHES,
    CONVERTED,
    JOINED,
    NAME,
    NUMBER,
    OPERATOR,
    ORDER,
    OTHER_END,
    START,
    STEP,
    TURNED,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.repair.scopes import Scopes
    from tutor_pedagogy.offline.repair.small_edit import SmallEdit

SYMBOLS: dict[type[ast.AST], str] = {
    **COMMON,
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
}
_COMPARED: dict[type[ast.cmpop], tuple[tuple[type[ast.cmpop], float, str], ...]] = {
    ast.Lt: ((ast.LtE, 1.0, BORDER), (ast.Gt, 0.5, TURNED), (ast.GtE, 0.35, TURNED), (ast.NotEq, 0.2, TURNED)),
    ast.LtE: ((ast.Lt, 1.0, BORDER), (ast.GtE, 0.5, TURNED), (ast.Gt, 0.35, TURNED), (ast.Eq, 0.25, TURNED)),
    ast.Gt: ((ast.GtE, 1.0, BORDER), (ast.Lt, 0.5, TURNED), (ast.LtE, 0.35, TURNED), (ast.NotEq, 0.2, TURNED)),
    ast.GtE: ((ast.Gt, 1.0, BORDER), (ast.LtE, 0.5, TURNED), (ast.Lt, 0.35, TURNED), (ast.Eq, 0.25, TURNED)),
    ast.Eq: ((ast.NotEq, 0.45, TURNED), (ast.GtE, 0.3, TURNED), (ast.LtE, 0.3, TURNED), (ast.In, 0.25, TURNED)),
    ast.NotEq: ((ast.Eq, 0.45, TURNED), (ast.Gt, 0.25, TURNED), (ast.Lt, 0.25, TURNED)),
    ast.In: ((ast.NotIn, 0.45, TURNED),),
    ast.NotIn: ((ast.In, 0.45, TURNED),),
    ast.Is: ((ast.IsNot, 0.4, TURNED), (ast.Eq, 0.4, TURNED)),
    ast.IsNot: ((ast.Is, 0.4, TURNED), (ast.NotEq, 0.4, TURNED)),
}
_COMPUTED: dict[type[ast.operator], tuple[tuple[type[ast.operator], float], ...]] = {
    ast.Add: ((ast.Sub, 0.5), (ast.Mult, 0.35)),
    ast.Sub: ((ast.Add, 0.5), (ast.FloorDiv, 0.15)),
    ast.Mult: ((ast.Add, 0.35), (ast.Pow, 0.35), (ast.FloorDiv, 0.15)),
    ast.Div: ((ast.FloorDiv, 0.6), (ast.Mult, 0.3), (ast.Mod, 0.25)),
    ast.FloorDiv: ((ast.Div, 0.6), (ast.Mod, 0.45)),
    ast.Mod: ((ast.FloorDiv, 0.45),),
    ast.Pow: ((ast.Mult, 0.4),),
    ast.BitXor: ((ast.BitAnd, 0.4), (ast.Pow, 0.4), (ast.BitOr, 0.3)),
    ast.BitAnd: ((ast.BitOr, 0.4), (ast.BitXor, 0.3)),
    ast.BitOr: ((ast.BitAnd, 0.4), (ast.BitXor, 0.3)),
}
_ONE_SIDED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_LONGEST_NUMBER = 3


def of_comparison(program: Program, node: ast.Compare, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield a comparison with another operator, with another border, or of one step more."""
    del scopes
    for place, operator in enumerate(node.ops):
        left, right = (node.left, *node.comparators)[place : place + 2]
        for other, weight, rule in _COMPARED[type(operator)]:
            yield from between(program, (left, right), (SYMBOLS[type(operator)], SYMBOLS[other]), rule, weight)
        if not isinstance(right, ast.Constant | ast.Compare | ast.BoolOp) and type(operator) not in (ast.In, ast.NotIn):
            yield from one_more(program, right, 0.4)
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        right = node.comparators[0]
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            yield from replaced(program, node.left, f"{grouped(program, node.left)}.lower()", TURNED, 0.15)


def of_join(program: Program, node: ast.BoolOp, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield a condition with `or` in place of `and`, or the reverse, and one without one of its parts."""
    del scopes
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in pairwise(node.values):
        yield from between(program, (left, right), (f"{old} ", f"{new} "), JOINED, 0.6)
    for left_out in range(len(node.values)):
        parts = [program.segment(each) for place, each in enumerate(node.values) if place != left_out]
        text = f" {old} ".join(parts)
        yield from replaced(program, node, text, JOINED, 0.3)


def of_sign(program: Program, node: ast.UnaryOp, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield a condition without its `not`, and a number without its minus."""
    del scopes
    if isinstance(node.op, ast.Not):
        yield from replaced(program, node, program.segment(node.operand), TURNED, 0.5)
    elif isinstance(node.op, ast.USub):
        yield from replaced(program, node, program.segment(node.operand), NUMBER, 0.35)


def of_arithmetic(program: Program, node: ast.BinOp, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield another operator, the sides swapped, and one of the sides alone."""
    del scopes
    old, sides = type(node.op), (node.left, node.right)
    for other, weight in _COMPUTED.get(old, ()):
        yield from between(program, sides, (SYMBOLS[old], SYMBOLS[other]), OPERATOR, weight)
    left, right = grouped(program, node.left), grouped(program, node.right)
    if old in _ONE_SIDED or old is ast.Add:
        yield from replaced(program, node, f"{right} {SYMBOLS[old]} {left}", ORDER, 0.35)
    is_step = isinstance(node.right, ast.Constant) and old in (ast.Add, ast.Sub)
    yield from replaced(program, node, program.segment(node.left), STEP, 0.5 if is_step else 0.2)
    is_first_step = isinstance(node.left, ast.Constant) and old is ast.Add
    yield from replaced(program, node, program.segment(node.right), STEP, 0.4 if is_first_step else 0.15)
    for side in (node.left, node.right):
        if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "len":
            yield from one_more(program, side, 0.4)
    if old is ast.Add:
        for side in (node.left, node.right):
            yield from _as_item(program, side)
    yield from of_groups(program, node)


def _as_item(program: Program, node: ast.expr) -> Iterator[SmallEdit]:
    """Yield a value as a list of one item, and the item of such a list."""
    match node:
        case ast.List(elts=[item]):
            yield from replaced(program, node, program.segment(item), CONVERTED, 0.35)
        case ast.Name() | ast.Subscript() | ast.Call() | ast.Tuple():
            yield from replaced(program, node, f"[{program.segment(node)}]", CONVERTED, 0.3)
            yield from replaced(program, node, f"({program.segment(node)},)", CONVERTED, 0.25)


def of_constant(program: Program, node: ast.Constant, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield the numbers beside a number, the other truth value, and other start values."""
    value, parent = node.value, program.parents.get(node)
    if isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue):
        return
    if isinstance(value, bool):
        yield from replaced(program, node, str(not value), BRANCHES, 0.4)
        return
    is_start = isinstance(parent, ast.Assign) and program.loop_around(node) is None
    rule = START if is_start else NUMBER
    is_result = isinstance(parent, ast.Return)
    if isinstance(value, int) and len(str(value)) <= _LONGEST_NUMBER and not is_result:
        yield from _numbers(program, node, value, rule)
    if is_start and (value is None or value in (0, "", 1)):
        yield from _starts(program, node, scopes)
    if isinstance(value, int) and not is_start and not is_result:
        for name in scopes.parameters_at(node.lineno):
            yield from replaced(program, node, name, NAME, 0.3)
    if isinstance(value, str) and value in ("", " "):
        yield from replaced(program, node, repr(" " if not value else ""), NUMBER, 0.25)


def _starts(program: Program, node: ast.Constant, scopes: Scopes) -> Iterator[SmallEdit]:
    for text in ('float("inf")', 'float("-inf")') if node.value == 0 and _is_compared(program, node) else ():
        yield from replaced(program, node, text, KEPT_OUT, 0.4)
    for text in ("[]", '""', "0", "1", "None"):
        yield from replaced(program, node, text, START, 0.3)
    for name in scopes.parameters_at(node.lineno):
        for text in (name, f"{name}[0]"):
            yield from replaced(program, node, text, START, 0.35)


def _is_compared(program: Program, node: ast.Constant) -> bool:
    """Return whether a start value is that of a name which a condition of a loop compares."""
    match program.parents.get(node):
        case ast.Assign(targets=[ast.Name(id=name)]):
            tests = (each.test for each in program.each(ast.If) if program.loop_around(each) is not None)
            return any(isinstance(test, ast.Compare) and name in names_in(test) for test in tests)
    return False


def _numbers(program: Program, node: ast.Constant, value: int, rule: str) -> Iterator[SmallEdit]:
    is_bound, parent = _is_bound(program, node), program.parents.get(node)
    for other in dict.fromkeys((value + 1, value - 1, 1 - value if value in (0, 1) else value + 1)):
        if other <= 0 and isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub):
            continue  # One side alone, or the other operator, says the same.
        if other >= 0 or not isinstance(parent, ast.UnaryOp):
            yield from replaced(program, node, str(other), STEP if is_bound else rule, 0.6 if is_bound else 0.4)


def _is_bound(program: Program, node: ast.AST) -> bool:
    parent = program.parents.get(node)
    match parent:
        case ast.Call(func=ast.Name(id="range")) | ast.Subscript() | ast.Slice():
            return True
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return True
        case ast.UnaryOp():
            return _is_bound(program, parent)
    return False


def one_more(program: Program, node: ast.expr, weight: float) -> Iterator[SmallEdit]:
    """Yield an expression with one added or taken away, unless it is a number or ends with one."""
    match node:
        case ast.Constant() | ast.Slice() | ast.Tuple() | ast.List() | ast.UnaryOp() | ast.JoinedStr() | ast.Dict():
            return
        case ast.BinOp(right=ast.Constant(value=int())):
            return
    text = program.segment(node)
    for sign in "+-":
        yield from replaced(program, node, f"{text} {sign} 1", STEP, weight)


def moved(program: Program, node: ast.expr, by: int) -> str:
    """Return the text of a number that is greater by one or less by one, without `+ 1 - 1`."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return str(number + by)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return str(by - number)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=ast.Constant(value=int(number))):
            total = (number if isinstance(operator, ast.Add) else -number) + by
            text = program.segment(left)
            return text if not total else f"{text} {'+' if total > 0 else '-'} {abs(total)}"
    return f"{program.segment(node)} {'+' if by > 0 else '-'} 1"


def of_subscript(program: Program, node: ast.Subscript, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield other indices, other bounds of a slice, and a name in place of a fixed item that is compared."""
    if isinstance(node.slice, ast.Constant) and isinstance(program.parents.get(node), ast.Compare):
        for name in scopes.names_at(node.lineno):
            yield from replaced(program, node, name, NAME, 0.35)
    index = node.slice
    owner = program.segment(node.value)
    match index:
        case ast.Slice():
            yield from _of_slice(program, node, index)
        case ast.Constant(value=0):
            yield from replaced(program, node, f"{owner}[-1]", OTHER_END, 0.35)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            yield from replaced(program, node, f"{owner}[0]", OTHER_END, 0.35)
        case ast.Tuple(elts=parts):
            for part in parts:
                yield from one_more(program, part, 0.2 if isinstance(node.ctx, ast.Store) else 0.4)
        case _:
            yield from one_more(program, index, 0.45)
    if not isinstance(node.ctx, ast.Store):
        yield from replaced(program, node, owner, NAME, 0.2)


def _of_slice(program: Program, node: ast.Subscript, index: ast.Slice) -> Iterator[SmallEdit]:
    owner, lower, upper = program.segment(node.value), index.lower, index.upper
    for bound in (lower, upper):
        if bound is not None:
            yield from one_more(program, bound, 0.5)
    if index.step is not None:
        return
    low, high = (program.segment(each) if each is not None else "" for each in (lower, upper))
    options: list[tuple[str, float]] = []
    options += [(f"1:{high}", 0.3)] if lower is None else [(f":{high}", 0.25), (f":{low}", 0.25)]
    options += [(f"{low}:-1", 0.25)] if upper is None else [(f"{low}:", 0.3), (f"{high}:", 0.25)]
    for text, weight in options:
        yield from replaced(program, node, f"{owner}[{text}]", STEP, weight)


def of_name(program: Program, node: ast.Name, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield another name of the same function."""
    parent = program.parents.get(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        return
    is_stored = isinstance(node.ctx, ast.Store)
    if is_stored and not isinstance(parent, ast.AugAssign | ast.Assign):
        return
    weight = 0.45 if isinstance(parent, ast.Return) else 0.2 if is_stored else 0.38
    names = scopes.names_at(node.lineno)
    if node.id not in names:
        if node.id in program.bound_names or node.id in BUILTINS:
            return
        weight = 0.8
        if node.id.capitalize() in ("True", "False", "None"):
            yield from replaced(program, node, node.id.capitalize(), PART, 0.95)
    for name in names:
        if name != node.id:
            yield from replaced(program, node, name, NAME, weight)


EXPRESSIONS: dict[type[ast.AST], Callable[..., Iterator[SmallEdit]]] = {
    ast.Compare: of_comparison,
    ast.BoolOp: of_join,
    ast.UnaryOp: of_sign,
    ast.BinOp: of_arithmetic,
    ast.Constant: of_constant,
    ast.Subscript: of_subscript,
    ast.Name: of_name,
}
"""The functions that yield the edits of an expression, by its class."""
