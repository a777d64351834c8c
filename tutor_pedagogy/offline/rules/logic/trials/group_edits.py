"""Candidates of what belongs together: parentheses, two names of neighbours, parts of a result, the rest of a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.rules.logic.trials.assignment_edits import statement
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, replaced, with_lines
from tutor_pedagogy.offline.rules.logic.trials.kinds import GROUPED, LEFT, PAIR, PART
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

_SUMS = (ast.Add, ast.Sub)
_CLOSER = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)


def of_grouping(program: Program, node: ast.BinOp) -> Iterator[Candidate]:
    """Yield a calculation whose steps are done in another order, as parentheses would have it."""
    right = node.right
    if not isinstance(right, ast.BinOp) or node.lineno != node.end_lineno or _is_in_parentheses(program, node):
        return
    is_sum = isinstance(node.op, _SUMS) and isinstance(right.op, _CLOSER)
    is_power = isinstance(node.op, ast.Pow) and isinstance(right.op, ast.Pow)
    if (not is_sum and not is_power) or any(
        isinstance(each, ast.Constant | ast.JoinedStr) and not _is_number(each) for each in walk(node)
    ):
        return
    rest, last = _without_last(right)
    whole = ast.BinOp(left=ast.BinOp(left=node.left, op=node.op, right=rest), op=last.op, right=last.right)
    yield from _grouped(program, node, whole, rest)
    leaf = right
    while isinstance(leaf.left, ast.BinOp):
        leaf = leaf.left
    if leaf is not right and is_sum:
        first = ast.BinOp(left=node.left, op=node.op, right=leaf.left)
        yield from _grouped(program, node, _with_first(right, first), leaf.left)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _is_in_parentheses(program: Program, node: ast.BinOp) -> bool:
    """Return whether parentheses stand around the right side of an operator."""
    text = program.line(node.lineno)
    start, end = characters(text, node.left.end_col_offset or 0), characters(text, node.right.col_offset)
    return "(" in text[start:end]


def _without_last(node: ast.BinOp) -> tuple[ast.expr, ast.BinOp]:
    """Return a calculation without its last step, and the operation of that step."""
    if isinstance(node.right, ast.BinOp) and isinstance(node.op, ast.Pow):
        rest, last = _without_last(node.right)
        made = ast.BinOp(left=node.left, op=node.op, right=rest)
        return _placed(made, rest), last
    return node.left, node


def _placed(node: ast.BinOp, end: ast.expr) -> ast.BinOp:
    """Return a new operation with the end of its last part."""
    node.end_lineno, node.end_col_offset = end.end_lineno, end.end_col_offset
    return node


def _with_first(node: ast.BinOp, first: ast.expr) -> ast.BinOp:
    """Return a chain of operations with another expression as its first part."""
    left = _with_first(node.left, first) if isinstance(node.left, ast.BinOp) else first
    return ast.BinOp(left=left, op=node.op, right=node.right)


def _grouped(program: Program, node: ast.BinOp, new: ast.BinOp, end: ast.expr) -> Iterator[Candidate]:
    text = program.line(node.lineno)
    start, stop, last = (
        characters(text, place or 0) for place in (node.col_offset, end.end_col_offset, node.end_col_offset)
    )
    written = f"({text[start:stop]}){text[stop:last]}"
    yield from replaced(program, node, new, written, (GROUPED, 0.8))


def of_neighbours(program: Program, first: ast.stmt, second: ast.stmt) -> Iterator[Candidate]:
    """Yield two assignments of one form, one below the other, whose names are swapped."""
    match first, second:
        case (
            ast.Assign(targets=[ast.Name(id=one)], value=ast.BinOp() | ast.Call() | ast.Subscript() as value),
            ast.Assign(targets=[ast.Name(id=other)], value=across),
        ) if one != other and type(value) is type(across):
            pass
        case _:
            return
    if names_in(value) != names_in(across) or names_in(value) & {one, other}:
        return
    if first.lineno + 1 != second.lineno or second.lineno != second.end_lineno:
        return
    lines = [program.line(each.lineno) for each in (first, second)]
    texts = [line.replace(old, new, 1) for line, old, new in zip(lines, (one, other), (other, one), strict=True)]
    yield Candidate(
        kind=PAIR,
        weight=0.8,
        node=first,
        changes=(Change(first, "targets", second.targets), Change(second, "targets", first.targets)),
        write=lambda: with_lines(program, first.lineno, second.lineno, texts),
        slots={"one": Code(one), "other": Code(other)},
    )


def of_end(program: Program, node: ast.stmt) -> Iterator[Candidate]:
    """Yield another end of a block: a `return` of more, `continue` in place of `break`."""
    if isinstance(node, ast.Return):
        yield from _of_result(program, node)
    elif isinstance(node, ast.Break):
        yield from statement(program, node, ast.Continue(), (LEFT, 0.6), "continue")


def _of_result(program: Program, node: ast.Return) -> Iterator[Candidate]:
    """Yield the `return` of a number with what a recursive call above it has given."""
    function = program.function_at(node.lineno)
    if function is None or node.value is None or not _is_number(node.value):
        return
    for each in function.body:
        name = _kept(each, function.name) if each.lineno < node.lineno else ""
        if name:
            new = ast.BinOp(left=node.value, op=ast.Add(), right=ast.Name(id=name, ctx=ast.Load()))
            text = f"{program.segment(node.value)} + {name}"
            for made in replaced(program, node.value, new, text, (PART, 0.85)):
                made.slots.update(name=Code(name))
                yield made


def _kept(node: ast.stmt, function: str) -> str:
    """Return the name that keeps the result of recursive calls, or to which a loop adds them; or ""."""
    for each in walk(node):
        match each:
            case (
                ast.AugAssign(target=ast.Name(id=name), value=value)
                | ast.Assign(targets=[ast.Name(id=name)], value=value)
            ):
                if any(is_call_of(part, function) for part in walk(value)):
                    return name
    return ""
