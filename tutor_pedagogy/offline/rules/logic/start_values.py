"""Wrong start values of loops: reset in every iteration, or a start that no item can improve."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import (
    assigns,
    is_constant,
    is_name,
    is_start,
    last_line,
    method_called,
    range_call,
    reads,
    stored_in,
    values_above,
)
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


_LARGEST = re.compile(r"(?i)max|large|high|big|long|most|best")


@logic_rule("accumulator-reset", 0.9, "value short other", needs=(ast.Assign,), each=Loop)
def accumulator_reset(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield the initialisation of an accumulator inside its loop, if the accumulator is used after the loop."""
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                is_outer_name = isinstance(value, ast.Name) and value.id not in stored_in(loop)
            case _:
                continue
        if not is_start(value) and not is_outer_name:
            continue
        later = [node for other in loop.body if other.lineno > statement.lineno for node in walk(other)]
        changes = [node for node in later if _accumulates(node, name)]
        own_reads = {inner for change in changes for inner in walk(change)}
        is_read_inside = any(reads(node, name) and node not in own_reads for node in later)
        is_read_after = any(reads(use, name) and use.lineno > last_line(loop) for use in program.uses[name])
        if changes and is_read_after and not is_read_inside and not loop.orelse:
            header = program.header(loop)
            yield program.on_line(statement, edit=_above_loop(program, loop, statement), name=Code(name), header=header)


def _accumulates(node: ast.AST, name: str) -> bool:
    """Return whether a node updates a number or collection from its old value."""
    match node:
        case ast.AugAssign(target=ast.Name(id=changed)):
            return changed == name
        case ast.Assign(value=value):
            return assigns(node, name) and name in names_in(value)
    owner, method = method_called(node)
    return owner == name and method in IN_PLACE


def _above_loop(program: Program, loop: Loop, statement: ast.stmt) -> Edit | None:
    """Return the edit that moves a statement from the loop body to above the loop, or None if that is not possible."""
    header, moved = program.lines[loop.lineno - 1 : statement.lineno - 1], program.line(statement.lineno).strip()
    if program.segment(statement) != moved or not header:
        return None
    first = program.indentation(loop.lineno) + moved
    return program.edit(loop.lineno, "\n".join((first, *header)), before_lines=len(header) + 1)


@logic_rule("smallest-starts-at-zero", 0.85, "value less other", needs=(Loop, ast.Compare, ast.Assign), each=ast.If)
def smallest_starts_at_zero(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the start value 0 of a minimum, which no positive item can lower."""
    match node.test:
        case (
            ast.Compare(left=ast.Name(id=item), ops=[ast.Lt()], comparators=[ast.Name(id=name)])
            | ast.Compare(left=ast.Name(id=name), ops=[ast.Gt()], comparators=[ast.Name(id=item)])
        ) if program.loop_around(node) is not None:
            pass
        case _:
            return
    if _LARGEST.search(name):
        return  # The operator is more likely to be wrong than the start.
    is_stored = any(assigns(statement, name) for statement in node.body)
    is_lowered = any(isinstance(statement, ast.Assign) and is_name(statement.value, item) for statement in node.body)
    starts = [at for at, value in values_above(program, name, node.lineno) if _is_zero(value)]
    if starts and is_stored and is_lowered and name != item:
        is_item = any(
            item in names_in(up.target) for up in program.above(node) if isinstance(up, ast.For)
        ) or isinstance(program.last_value(item, node.lineno), ast.Subscript | ast.Call)
        yield program.on_line(starts[-1], needs_symptom=not is_item, name=Code(name), test=node.test)


def _is_zero(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value == 0 and not isinstance(value.value, bool)


@logic_rule(
    "best-starts-out-of-reach", 0.95, "value none more less other", needs=(Loop, ast.Compare, ast.Assign), each=ast.If
)
def best_starts_out_of_reach(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the start value of a minimum or maximum that is infinite on the wrong side, so that no item is better."""
    match node.test:
        case ast.Compare(ops=[ast.Gt() | ast.Lt() as operator], comparators=[ast.Name(id=name)]):
            start = program.last_value(name, node.lineno)
        case _:
            return
    if start is None or _infinity(start) != (1 if isinstance(operator, ast.Gt) else -1):
        return
    is_set = any(isinstance(statement, ast.Assign) and name in stored_in(statement) for statement in node.body)
    if is_set and any(isinstance(up, Loop) and up.lineno > start.lineno for up in program.above(node)):
        yield program.on_line(start, name=Code(name), test=node.test)


def _infinity(value: ast.expr) -> int:
    """Return 1 for infinity, -1 for minus infinity and 0 for anything else."""
    match value:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(word))]):
            word = word.lower().lstrip("+")
            return 1 if word in ("inf", "infinity") else -1 if word in ("-inf", "-infinity") else 0
        case ast.Attribute(attr="inf"):
            return 1
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_infinity(inner)
    return 0


@logic_rule(
    "not-found-looks-like-first",
    0.8,
    "value more off",
    needs=(ast.For, ast.If, ast.Eq, ast.Assign, ast.Return),
    each=Function,
)
def not_found_looks_like_first(program: Program, function: Function) -> Iterator[Match]:
    """Yield the start value 0 of a returned index, which looks like a match at the first position."""
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=0)):
                is_returned = any(isinstance(n, ast.Return) and is_name(n.value, name) for n in function.body)
            case _:
                continue
        for loop in walk(function) if is_returned else ():
            if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name | ast.Tuple):
                continue
            test = next((n.test for n in walk(loop) if isinstance(n, ast.If) and _stores_found(n, loop, name)), None)
            if test is not None:
                yield program.on_line(statement, replace=("0", "-1"), name=Code(name), test=test)


def _stores_found(node: ast.If, loop: ast.For, name: str) -> bool:
    """Return whether an `if` compares for equality and assigns a loop variable to a name."""
    return (
        isinstance(node.test, ast.Compare)
        and isinstance(node.test.ops[0], ast.Eq)
        and any(
            isinstance(inner, ast.Assign)
            and assigns(inner, name)
            and isinstance(inner.value, ast.Name)
            and inner.value.id in names_in(loop.target)
            for inner in node.body
        )
    )


@logic_rule("product-with-zero", 0.95, "value less zero other", needs=(Loop, ast.Mult), each=ast.AugAssign | ast.Assign)
def product_with_zero(program: Program, node: ast.AugAssign | ast.Assign) -> Iterator[Match]:
    """Yield the start value 0 of a product, or the `range` that makes 0 one of its factors."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Mult(), value=value):
            factors = [value]
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Mult(), left=left, right=right)):
            factors = [left, right]
            if name not in names_in(left, right):
                return
        case _:
            return
    if program.loop_around(node) is None:
        return
    slots: dict[str, Any] = {"name": Code(name), "product": program.header(node)}
    starts = [(at, v) for at, v in values_above(program, name, node.lineno) if isinstance(v, ast.Constant)]
    if _is_summed(program, name):
        return
    if starts and _is_zero(starts[-1][1]):
        yield program.on_line(starts[-1][0], replace=("0", "1"), **slots)
        return
    for up in program.above(node):
        args = range_call(up.iter) if isinstance(up, ast.For) and isinstance(up.target, ast.Name) else None
        if not isinstance(up, ast.For) or args is None or not (len(args) == 1 or is_constant(args[0], 0)):
            continue
        if any(isinstance(factor, ast.Name) and is_name(up.target, factor.id) for factor in factors):
            bound = program.segment(args[1] if len(args) > 1 else args[0])
            changed = f"range(1, {bound}{'' if '+' in bound else ' + 1'})"
            yield program.here(up.iter, replace=None if args[2:] else (up.iter, changed), **slots)


def _is_summed(program: Program, name: str) -> bool:
    """Return whether the program also adds to a number: then 0 is a right start."""
    return any(
        is_name(each.target, name) and isinstance(each.op, ast.Add | ast.Sub) for each in program.each(ast.AugAssign)
    ) or any(
        isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and is_name(value.left, name)
        for _, value in program.assignments(name)
    )
