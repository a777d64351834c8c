"""Indices below the first place: `-0`, and neighbours on the other side of a list."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import assigned_pairs, inside, is_constant, is_name, range_call
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("minus-zero-is-first", 0.9, "order value truth other", needs=(ast.USub, ast.Subscript), each=ast.Subscript)
def minus_zero_is_first(program: Program, node: ast.Subscript) -> Iterator[Match]:
    """Yield `items[-i]` where `i` counts from 0: the index -0 is the first item and not the last one."""
    match node.slice:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id=name)) as index:
            pass
        case _:
            return
    for up in program.above(node):
        pairs = [(up.target, up.iter)] if isinstance(up, ast.For) else []
        pairs += [(each.target, each.iter) for each in getattr(up, "generators", [])]
        for target, items in pairs:
            bounds = range_call(items)
            if is_name(target, name) and bounds is not None:
                if len(bounds) == 1 or (is_constant(bounds[0], 0) and len(bounds) == 2):  # noqa: PLR2004 - start and end
                    yield program.here(node, replace=(index, f"-{name} - 1"), name=Code(name), owner=node.value)
                return


@logic_rule("lower-border-missing", 0.9, "more value other", needs=(ast.USub, ast.If, ast.Lt), each=ast.If)
def lower_border_missing(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the test of a neighbour's place at the upper border only, although a step of -1 may lead below 0."""
    tests = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And) else [node.test]
    function = program.function_at(node.lineno)
    for test in tests:
        match test:
            case ast.Compare(left=ast.Name(id=place), ops=[ast.Lt() | ast.LtE()], comparators=[_]):
                pass
            case _:
                continue
        step = _step(program, place, node.lineno)
        if not step or not _may_be_negative(program, node, step) or not _is_index(node, place):
            continue
        others = [
            each
            for each in program.each(ast.Compare)
            if each is not test and program.function_at(each.lineno) is function and place in names_in(each)
        ]
        if any(any(is_constant(side, 0) or is_constant(side, -1) for side in walk(each)) for each in others):
            continue
        text = f"0 <= {program.segment(test)}"
        slots: dict[str, Any] = {"place": Code(place), "step": Code(step)}
        yield program.here(test, replace=text, **slots)
        return


def _step(program: Program, place: str, line: int) -> str:
    """Return the step that is added for a neighbour's place, or ""."""
    for node in program.each(ast.Assign):
        if not 0 < line - node.lineno < 4:  # noqa: PLR2004 - just above
            continue
        for target, value in assigned_pairs(node):
            match value:
                case ast.BinOp(left=ast.Name(), op=ast.Add(), right=ast.Name(id=step)) if is_name(target, place):
                    return step
    return ""


def _may_be_negative(program: Program, node: ast.If, step: str) -> bool:
    """Return whether a loop around takes the step from items of which one is negative."""
    for up in program.above(node):
        if isinstance(up, ast.For) and step in names_in(up.target):
            items: ast.expr | None = up.iter
            if isinstance(items, ast.Name):
                items = program.last_value(items.id, up.lineno)
            return items is not None and any(
                isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.USub) for each in walk(items)
            )
    return False


def _is_index(node: ast.If, place: str) -> bool:
    """Return whether the condition or its block reads an item at a place."""
    return any(
        isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load) and is_name(each.slice, place)
        for each in (*walk(node.test), *inside(node.body))
    )
