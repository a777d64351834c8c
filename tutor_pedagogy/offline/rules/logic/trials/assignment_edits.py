"""Candidates of assignments: other operators, other targets, results that are kept."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS, names_in
from tutor_pedagogy.offline.rules.logic.trials.blocks import block_of, is_simple
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, replaced, with_lines, with_text
from tutor_pedagogy.offline.rules.logic.trials.kinds import (
    ALONE,
    AT_ONCE,
    KEPT,
    LOST,
    NAME,
    OPERATOR,
    ORDER,
    RETURN,
    START,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.context import Context


_FIRST = 12
"""The number of statements at the start of a function among which other targets are sought."""


def statement(
    program: Program, node: ast.stmt, new: ast.stmt, slip: tuple[str, float], text: str
) -> Iterator[Candidate]:
    """Yield the candidate that puts another statement in place of one. `slip` is its kind and its weight."""
    block = block_of(program, node)
    if block is None:
        return
    holder, field, body = block
    place = body.index(node)
    changed = [*body[:place], ast.copy_location(new, node), *body[place + 1 :]]
    kind, weight = slip
    yield Candidate(
        kind=kind,
        weight=weight,
        node=node,
        changes=(Change(holder, field, changed),),
        write=lambda: with_text(program, node, text),
        binds_names=kind in (LOST, ORDER),
    )


def of_assignment(program: Program, node: ast.Assign, context: Context) -> Iterator[Candidate]:
    """Yield `+=` in place of `=`, the two sides swapped, other targets and other start values."""
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Subscript() | ast.Attribute() as target], value=value):
            pass
        case _:
            return
    is_repeated = program.loop_around(node) is not None
    if (is_repeated or isinstance(target, ast.Attribute)) and not _is_kept(target, value):
        yield from _increments(program, node, target, value)
    if not isinstance(target, ast.Name):
        return
    yield from _turned(program, node, target.id, value)
    if is_repeated:
        for name in _targets_beside(program, node, target.id):
            other = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=value)
            yield from statement(program, node, other, (NAME, 0.45), f"{name} = {program.segment(value)}")
    else:
        yield from _first_items(program, node, context)


def _is_kept(target: ast.expr, value: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id in names_in(value)


def _increments(
    program: Program, node: ast.Assign, target: ast.Name | ast.Subscript | ast.Attribute, value: ast.expr
) -> Iterator[Candidate]:
    """Yield an augmented assignment; `x =+ 1` is most likely meant as one."""
    plain = value
    options: tuple[tuple[type[ast.operator], float], ...] = ((ast.Add, 0.85), (ast.Mult, 0.35))
    match value:
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            plain, options = operand, ((ast.Add, 1.0),)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            plain, options = operand, ((ast.Sub, 1.0),)
    if isinstance(target, ast.Attribute) and plain is value:
        options = (*options, (ast.Sub, 0.6))
    loop = program.loop_around(node)
    is_asked = isinstance(loop, ast.While) and isinstance(target, ast.Name) and target.id in names_in(loop.test)
    for operator, weight in options:
        new = ast.AugAssign(target=target, op=operator(), value=plain)
        text = f"{program.segment(target)} {SYMBOLS[operator]}= {program.segment(plain)}"
        yield from statement(program, node, new, (KEPT, weight * 0.35 if is_asked else weight), text)


def _turned(program: Program, node: ast.Assign, name: str, value: ast.expr) -> Iterator[Candidate]:
    """Yield an assignment in the other direction, and a method of a list whose result None is not stored."""
    match value:
        case ast.Name(id=other) if other != name:
            swapped = ast.Assign(targets=[ast.Name(id=other, ctx=ast.Store())], value=ast.Name(id=name, ctx=ast.Load()))
            yield from statement(program, node, swapped, (ORDER, 0.5), f"{other} = {name}")
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=other), attr="sort" | "reverse" | "append" | "extend" as method)
        ):
            if other == name:
                text = program.segment(value)
                for made in statement(program, node, ast.Expr(value=value), (ALONE, 0.95), text):
                    made.slots.update(call=Code(text), method=Code(method), owner=Code(name))
                    yield made


def _targets_beside(program: Program, node: ast.Assign, name: str) -> list[str]:
    """Return the other names that the function sets among its first statements."""
    function = program.function_at(node.lineno)
    statements = function.body if function is not None else []
    found = []
    for each in statements[:_FIRST]:
        match each:
            case ast.Assign(targets=[ast.Name(id=other)]) if other != name and each.lineno < node.lineno:
                found.append(other)
    return found


def _first_items(program: Program, node: ast.Assign, context: Context) -> Iterator[Candidate]:
    """Yield the first item of a collection as the start value of a best-so-far."""
    target = node.targets[0]
    if not isinstance(node.value, ast.Constant) or not isinstance(target, ast.Name):
        return
    function = program.function_at(node.lineno)
    for loop in program.each(ast.For):
        if not isinstance(loop.iter, ast.Name) or program.function_at(loop.lineno) is not function:
            continue
        if loop.lineno > node.lineno and target.id in context.compared and context.run.ran.get(loop.lineno):
            first = ast.Subscript(
                value=ast.Name(id=loop.iter.id, ctx=ast.Load()), slice=ast.Constant(value=0), ctx=ast.Load()
            )
            weight = 0.8 if isinstance(node.value.value, int | float) else 0.3
            yield from replaced(program, node.value, first, f"{loop.iter.id}[0]", (START, weight))
            return


def of_augmented(program: Program, node: ast.AugAssign) -> Iterator[Candidate]:
    """Yield an augmented assignment with another operator, or with `=`."""
    others: dict[type[ast.operator], tuple[tuple[type[ast.operator], float], ...]] = {
        ast.Add: ((ast.Sub, 0.6), (ast.Mult, 0.55)),
        ast.Sub: ((ast.Add, 0.6), (ast.FloorDiv, 0.3)),
        ast.Mult: ((ast.Add, 0.5),),
        ast.Div: ((ast.FloorDiv, 0.8),),
        ast.FloorDiv: ((ast.Sub, 0.3),),
    }
    target, value = program.segment(node.target), program.segment(node.value)
    for operator, weight in others.get(type(node.op), ()):
        sign = SYMBOLS[operator]
        yield Candidate(
            kind=OPERATOR,
            weight=weight,
            node=node,
            changes=(Change(node, "op", operator()),),
            write=_text(program, node, f"{target} {sign}= {value}"),
        )
    if isinstance(node.target, ast.Name):
        plain = ast.Assign(targets=[ast.Name(id=node.target.id, ctx=ast.Store())], value=node.value)
        yield from statement(program, node, plain, (KEPT, 0.3), f"{target} = {value}")


def _text(program: Program, node: ast.AST, text: str) -> Any:
    return lambda: with_text(program, node, text)


def of_expression(program: Program, node: ast.Expr) -> Iterator[Candidate]:
    """Yield a `return` of a value, or an assignment that keeps it, in place of a value that stands alone."""
    text = program.segment(node.value)
    if program.function_at(node.lineno) is not None and isinstance(node.value, ast.Call | ast.BinOp | ast.Compare):
        made = ast.Return(value=node.value)
        yield from statement(program, node, made, (RETURN, 0.75), f"return {text}")
        for name in _sums_of(program, node):
            added = ast.AugAssign(target=ast.Name(id=name, ctx=ast.Store()), op=ast.Add(), value=node.value)
            yield from statement(program, node, added, (LOST, 0.85), f"{name} += {text}")
    match node.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner))):
            names = [owner]
        case ast.Call(func=ast.Name(id="sorted" | "reversed" | "round" | "int" | "str"), args=[ast.Name(id=owner), *_]):
            names = [owner]
        case ast.BinOp(left=ast.Name(id=owner)):
            names = [owner]
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=owner), *_]) if name in program.functions:
            names = [owner]
        case _:
            names = []
    for name in names:
        kept = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=node.value)
        yield from statement(program, node, kept, (LOST, 0.8), f"{name} = {text}")


def _sums_of(program: Program, node: ast.Expr) -> list[str]:
    """Return the names to which the function around a dropped call of its own program adds elsewhere."""
    function = program.function_at(node.lineno)
    match node.value:
        case ast.Call(func=ast.Name(id=called)) if called in program.functions and function is not None:
            own = program.own_nodes(function)
        case _:
            return []
    return sorted(
        {
            each.target.id
            for each in own
            if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and isinstance(each.op, ast.Add)
        }
    )


def of_pair(program: Program, first: ast.stmt, second: ast.stmt) -> Iterator[Candidate]:
    """Yield two assignments that need each other's old values as one assignment of two values."""
    match first, second:
        case (
            ast.Assign(targets=[ast.Name() | ast.Subscript() as one], value=value),
            ast.Assign(targets=[ast.Name() | ast.Subscript() as other], value=needed),
        ) if ast.dump(one) != ast.dump(other) and names_in(one) & names_in(needed):
            pass
        case _:
            return
    if not (is_simple(program, first) and is_simple(program, second)) or second.lineno != first.lineno + 1:
        return
    block = block_of(program, first)
    if block is None:
        return
    holder, field, body = block
    place = body.index(first)
    made = ast.copy_location(
        ast.Assign(
            targets=[ast.Tuple(elts=[one, other], ctx=ast.Store())],
            value=ast.Tuple(elts=[value, needed], ctx=ast.Load()),
        ),
        first,
    )
    left = f"{program.segment(one)}, {program.segment(other)}"
    right = f"{program.segment(value)}, {program.segment(needed)}"
    text = f"{program.indentation(first.lineno)}{left} = {right}"
    yield Candidate(
        kind=AT_ONCE,
        weight=0.8,
        node=second,
        changes=(Change(holder, field, [*body[:place], made, *body[place + 2 :]]),),
        write=lambda: with_lines(program, first.lineno, second.lineno, [text]),
    )
