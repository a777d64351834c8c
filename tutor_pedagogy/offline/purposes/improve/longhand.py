"""Longhand forms of correct programs: searches that run on, counters by hand, equal branches, lists made of names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

_FEWEST_NAMES = 4
_FEWEST_BRANCHES = 2
_MOST_NODES = 400
Found = tuple[str, int, dict[str, str | int]]
"""A longhand form: its name in `improvements.toml`, its line, and the values of the texts' slots."""


def running_on(program: Program) -> Iterator[Found]:
    """Yield each loop that goes on although a flag that it sets to a fixed value can not change any more."""
    for loop in program.each(ast.For):
        match loop:
            case ast.For(
                body=[
                    ast.If(orelse=[], body=[ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool()))])
                ],
                orelse=[],
            ) if name not in names_in(loop.iter) and not _has_effects(loop):
                yield "search-without-break", loop.lineno, {"name": name}


def _has_effects(loop: ast.For) -> bool:
    """Return whether a loop may do more than to set its flag: by a call, a `yield` or an assignment expression."""
    condition = loop.body[0].test if isinstance(loop.body[0], ast.If) else loop
    return any(
        isinstance(node, ast.Yield | ast.Await | ast.NamedExpr)
        or (isinstance(node, ast.Call) and not is_call_of(node, "len", "abs", "int", "str", "ord"))
        for node in walk(condition)
    )


def counting_by_hand(program: Program) -> Iterator[Found]:
    """Yield each `while` loop that only counts an index through a collection, from 0 in steps of 1."""
    for loop in program.each(ast.While):
        match loop.test:
            case ast.Compare(
                left=ast.Name(id=index),
                ops=[ast.Lt()],
                comparators=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)])],
            ):
                pass
            case _:
                continue
        nodes = walk(loop)
        starts = [value for _, value in program.assignments(index) if isinstance(value, ast.Constant)]
        stored = [each for each in nodes if isinstance(each, ast.Name) and each.id == index and _is_stored(each)]
        leaps = any(isinstance(each, ast.Continue) for each in nodes)
        is_simple = len(nodes) <= _MOST_NODES and len(stored) == 1 and not leaps and name not in program.resized_names
        if is_simple and _steps_by_one(loop.body[-1], index) and [each.value for each in starts] == [0]:
            yield "counting-by-hand", loop.lineno, {"name": name, "index": index}


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _steps_by_one(node: ast.stmt, index: str) -> bool:
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Constant(value=1)):
            return name == index
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.Constant(value=1)),
        ):
            return name == left == index
    return False


def equal_branches(program: Program) -> Iterator[Found]:
    """Yield each `if` whose next branches, by `elif`, do exactly the same."""
    inner = {id(node.orelse[0]) for node in program.each(ast.If) if len(node.orelse) == 1}
    for node in program.each(ast.If):
        if id(node) in inner:
            continue
        first = [ast.dump(each) for each in node.body]
        count, last = 1, node.lineno
        rest = node.orelse
        while len(rest) == 1 and isinstance(rest[0], ast.If) and [ast.dump(each) for each in rest[0].body] == first:
            count, last = count + 1, rest[0].lineno
            rest = rest[0].orelse
        if count >= _FEWEST_BRANCHES:
            yield "equal-branches", node.lineno, {"count": count, "last": program.shown(last)}


def repeated_bounds(program: Program) -> Iterator[Found]:
    """Yield each `elif` that asks again for what the branch before it has ruled out, as in `p < 90 and p >= 80`."""
    for node in program.each(ast.If):
        match node:
            case ast.If(
                test=test,
                orelse=[ast.If(test=ast.BoolOp(op=ast.And(), values=[one, other])) as following],
            ):
                before = test.values[-1] if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else test
            case _:
                continue
        for part, rest in ((one, other), (other, one)):
            if _rules_out(before, part):
                slots: dict[str, str | int] = {"part": ast.unparse(part), "kept": ast.unparse(rest)}
                yield "bound-asked-twice", following.lineno, slots
                return


_OPPOSITES = {ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.Lt: ast.GtE, ast.LtE: ast.Gt}


def _rules_out(before: ast.expr, part: ast.expr) -> bool:
    """Return whether a comparison is true for each value for which the one before it was false."""
    match before, part:
        case (
            ast.Compare(left=ast.Name(id=name), ops=[one], comparators=[border]),
            ast.Compare(left=ast.Name(id=again), ops=[other], comparators=[same]),
        ):
            is_opposite = isinstance(other, _OPPOSITES.get(type(one), ast.Is))
            return name == again and is_opposite and ast.dump(border) == ast.dump(same)
    return False


def names_for_items(program: Program) -> Iterator[Found]:
    """Yield each run of variables with literals of one type that one sum, or one chain of conditions, uses together."""
    if not isinstance(program.tree, ast.Module):
        return
    run: list[tuple[str, int, type]] = []
    for node in [*program.tree.body, ast.Pass()]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() as value)) if (
                type(value) is not bool
            ):
                if not run or run[-1][2] is type(value):
                    run.append((name, node.lineno, type(value)))
                    continue
        if len(run) >= _FEWEST_NAMES and _are_used_together(program, {name for name, _, _ in run}):
            yield "names-for-items", run[0][1], {"count": len(run), "name": run[0][0], "last": run[-1][0]}
        run = []


def _are_used_together(program: Program, names: set[str]) -> bool:
    return any(
        isinstance(node.op, ast.Add)
        and not isinstance(program.parents.get(node), ast.BinOp)
        and len(names & set(names_in(node))) >= _FEWEST_NAMES
        for node in program.each(ast.BinOp)
    )


def capital_functions(program: Program) -> Iterator[Found]:
    """Yield each function whose name begins with a capital letter, as the name of a class does."""
    for name, function in program.functions.items():
        if name[:1].isupper():
            yield "capital-function", function.lineno, {"name": name}


def silent_inputs(program: Program) -> Iterator[Found]:
    """Yield the first `input()` without a text for the user."""
    for node in program.each(ast.Call):
        if is_call_of(node, "input") and not node.args:
            yield "silent-input", node.lineno, {}
            return


CHECKS = (
    running_on,
    counting_by_hand,
    equal_branches,
    repeated_bounds,
    names_for_items,
    capital_functions,
    silent_inputs,
)
