"""Slow parts of correct programs: searches by an inner loop, and work that is done anew in each round."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

Found = tuple[str, int, dict[str, str | int]]
_MOST_NODES, _MOST_LOOPS = 300, 40


def loop_depth(program: Program, line: int) -> int:
    """Return how many loops of the same function stand around a line, the loop that begins on it included."""
    statement = program.statement_at(line)
    if statement is None:
        return 0
    depth = 1 if isinstance(statement, Loop) else 0
    inner: ast.AST = statement
    for up in program.above(statement):
        if isinstance(up, Function | ast.Lambda | ast.ClassDef):
            break
        depth += isinstance(up, Loop) and not (isinstance(up, ast.For) and inner is up.iter)
        inner = up
    return depth


def source_of(node: ast.expr) -> str | None:
    """Return the name of the collection that a loop iterates over: by itself, by its indices or a part of them."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id="enumerate" | "sorted" | "reversed" | "list"), args=[ast.Name(id=name), *_]):
            return name
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            sizes = [inner for each in arguments for inner in walk(each) if is_call_of(inner, "len")]
            match sizes:
                case [ast.Call(args=[ast.Name(id=name)])]:
                    return name
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice()):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="items" | "keys" | "values"), args=[]):
            return name
    return None


def inner_searches(program: Program) -> Iterator[Found]:
    """Yield each inner loop that only looks for an equal item, or for the same index, with what is looked through."""
    for inner in program.each(ast.For)[:_MOST_LOOPS]:
        outer = _loop_around(program, inner)
        if not isinstance(outer, ast.For):
            continue
        test = _equality(inner, set(names_in(outer.target)))
        first, second = source_of(outer.iter), source_of(inner.iter)
        if test is None or second is None:
            continue
        slots: dict[str, str | int] = {
            "code": ast.unparse(test),
            "name": second,
            "other": first or "the outer items",
            "loop": program.shown(outer.lineno),
        }
        if isinstance(test.left, ast.Name) and isinstance(test.comparators[0], ast.Name) and _are_indices(outer, inner):
            yield "same-index", inner.lineno, {**slots, **_paired(inner, first, second)}
        elif first == second:
            yield "search-for-equal", inner.lineno, slots
        elif first is not None:
            yield "search-in-other", inner.lineno, slots


def _paired(inner: ast.For, first: str | None, second: str) -> dict[str, str | int]:
    """Return the shorter code if the inner loop only stores one value under another one, else an empty dictionary."""
    match inner.body[0]:
        case ast.If(
            body=[
                ast.Assign(
                    targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Subscript(value=ast.Name(id=key)))],
                    value=ast.Subscript(value=ast.Name(id=value)),
                )
            ],
            orelse=[],
        ) if key == first and value == second:
            return {"new": f"{name} = dict(zip({key}, {value}))"}
    return {}


def _are_indices(outer: ast.For, inner: ast.For) -> bool:
    return is_call_of(outer.iter, "range") and is_call_of(inner.iter, "range")


def _equality(inner: ast.For, outer_names: set[str]) -> ast.Compare | None:
    """Return the test for equality by which the body of an inner loop finds the item that it looks for."""
    if len(inner.body) != 1 or not isinstance(inner.body[0], ast.If) or inner.body[0].orelse:
        return None
    parts: list[ast.expr] = []
    step: ast.stmt = inner.body[0]
    while isinstance(step, ast.If) and not step.orelse:
        test = step.test
        parts += test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        if len(step.body) != 1:
            break
        step = step.body[0]
    own = set(names_in(inner.target))
    for part in parts:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq):
            sides = [set(names_in(part.left)), set(names_in(part.comparators[0]))]
            if (sides[0] & own and sides[1] & outer_names) or (sides[1] & own and sides[0] & outer_names):
                return part
    return None


def _loop_around(program: Program, node: ast.AST) -> ast.AST | None:
    inner = node
    for up in program.above(node):
        if isinstance(up, Function | ast.Lambda | ast.ClassDef):
            return None
        if isinstance(up, Loop) and not (isinstance(up, ast.For) and inner is up.iter):
            return up
        inner = up
    return None


def all_pairs(program: Program) -> Iterator[Found]:
    """Yield each loop in a loop over collections or counted numbers that is no search for an equal item."""
    for inner in program.each(ast.For)[:_MOST_LOOPS]:
        outer = _loop_around(program, inner)
        if isinstance(outer, ast.For) and _equality(inner, set(names_in(outer.target))) is None:
            depends = set(names_in(inner.iter)) & set(names_in(outer.target))
            if not depends or source_of(inner.iter) is not None:
                yield "loop-in-loop", inner.lineno, {"loop": program.shown(outer.lineno)}


def work_on_lists(program: Program) -> Iterator[Found]:
    """Yield each call in a loop that walks through a whole list: `remove`, `index`, `sum` of a part, a rebuilt list."""
    for node in program.each(ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr="remove" | "index"), args=[_]):
                kind = literal_type(program, owner)
                if kind in (list, None) and _loop_around(program, node) is not None:
                    yield "walks-through-list", node.lineno, {"code": program.segment(node), "name": name}
            case ast.Call(
                func=ast.Name(id="sum" | "max" | "min" | "sorted"),
                args=[ast.Subscript(value=ast.Name(id=name), slice=ast.Slice() as part)],
            ):
                loop = _loop_around(program, node)
                if isinstance(loop, ast.For) and set(names_in(part)) & set(names_in(loop.target)):
                    yield "recomputed", node.lineno, {"code": program.segment(node), "name": name}
    for each in program.each(ast.Assign):
        match each:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.List())
            ) if name == left and _loop_around(program, each) is not None:
                yield "list-rebuilt", each.lineno, {"code": program.segment(each), "name": name}
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Subscript(value=ast.Name(id=left), slice=ast.Slice(upper=None, step=None)),
            ) if name == left and _loop_around(program, each) is not None:
                yield "list-rebuilt", each.lineno, {"code": program.segment(each), "name": name}


def divisors(program: Program) -> Iterator[Found]:
    """Yield each loop that tries all numbers up to a number as its divisors."""
    for loop in program.each(ast.For):
        match loop.iter:
            case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=2), ast.Name(id=limit)]):
                pass
            case _:
                continue
        target = names_in(loop.target)
        for node in walk(loop)[:_MOST_NODES]:
            match node:
                case ast.BinOp(left=ast.Name(id=left), op=ast.Mod(), right=ast.Name(id=right)) if (
                    left == limit and right in target
                ):
                    yield "all-divisors", loop.lineno, {"name": limit, "code": program.segment(loop.iter)}
                    break


CHECKS = (inner_searches, work_on_lists, divisors, all_pairs)
