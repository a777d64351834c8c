"""Conditions above the failing line that should keep the failure from happening, and let it through."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.value_sources import argument_for
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAVING = (ast.Return, ast.Continue, ast.Break, ast.Raise)


class _Limit(NamedTuple):
    """A comparison of an index with an upper limit that lets the limit itself through."""

    test: ast.Compare
    compared: ast.expr
    limit: ast.expr
    written: str
    meant: str


@runtime_rule(
    "limit-let-in",
    ("IndexError",),
    r"(?:list|string|tuple) (?:assignment )?index out of range",
    before=("position-out-of-range", "neighbour-past-the-end", "assigned-past-end"),
)
def limit_let_in(case: CrashContext) -> Match | None:
    """Return the condition around the failing line that lets an index through which equals the length."""
    for subscript in case.subscripts:
        index, owner = case.value(subscript.slice), case.value(subscript.value)
        if type(index) is not int or not isinstance(owner, list | str | tuple) or index != len(owner):
            continue
        for found in _limits(case, subscript):
            if case.text(found.compared) == case.text(subscript.slice) and case.value(found.limit) == index:
                slots: dict[str, str | ast.AST] = {"index": subscript.slice, "owner": subscript.value}
                slots |= {"limit": found.limit, "value": Code(str(index)), "stop": str(case.program.shown(case.line))}
                text, limit = case.text(found.test), case.text(found.limit)
                new = text.replace(f"{found.written} {limit}", f"{found.meant} {limit}", 1)
                edit = case.rewrite(found.test, new) if new != text else None
                return replace(case.at(found.test, edit=edit, slots=slots), is_proved=True)
    return None


def _limits(case: CrashContext, node: ast.expr) -> Iterator[_Limit]:
    """Yield the comparisons that must be true, or false, for the failing expression to run, the nearest first."""
    below: ast.AST = node
    for up in case.program.above(node):
        match up:
            case ast.BoolOp(op=ast.And(), values=values):
                before = values[: next((at for at, each in enumerate(values) if each is below), 0)]
                for each in before:
                    yield from _upper(each)
            case ast.If(test=test, body=body) if below in body:
                yield from _upper(test)
            case ast.IfExp(test=test, body=chosen) if below is chosen:
                yield from _upper(test)
        yield from _left_before(up, below)
        if isinstance(up, ast.FunctionDef | ast.ClassDef):
            return
        below = up


def _upper(test: ast.expr) -> Iterator[_Limit]:
    """Yield the comparisons `index <= limit` that a true condition is sure to have passed."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    for part in parts:
        if isinstance(part, ast.Compare) and isinstance(part.ops[-1], ast.LtE):
            yield _Limit(part, [part.left, *part.comparators][-2], part.comparators[-1], "<=", "<")


def _left_before(block: ast.AST, below: ast.AST) -> Iterator[_Limit]:
    """Yield the comparisons `index > limit` of the `if` statements above that would have left the block."""
    for name in ("body", "orelse"):
        statements = getattr(block, name, None)
        if isinstance(statements, list) and below in statements:
            for each in reversed(statements[: statements.index(below)]):
                match each:
                    case ast.If(test=ast.expr() as test, body=[*_, last], orelse=[]) if isinstance(last, _LEAVING):
                        parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
                        for part in parts:
                            if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Gt):
                                yield _Limit(part, part.left, part.comparators[0], ">", ">=")


@runtime_rule(
    "tested-in-another-collection",
    ("ValueError", "KeyError", "IndexError"),
    r"is not in list|x not in (?:list|tuple|deque)|substring not found|^['\"\d(]",
    before=("not-in-collection", "key-not-found", "start-is-no-key", "looked-for-without-asking"),
)
def tested_in_another_collection(case: CrashContext) -> Match | None:
    """Return the test with `in` of one collection above a line that looks for the same value in another one."""
    for item, owner in _looked_for(case):
        found = _test_around(case, item)
        if found is None and (passed := _passed(case, item)) is not None:
            found = _test_around(case, passed)
        if found is not None and case.text(found.comparators[0]) != case.text(owner):
            other = found.comparators[0]
            if not _shares(case, other, owner):
                slots: dict[str, str | ast.AST] = {"item": item, "tested": other, "owner": owner}
                return case.at(found, slots=slots, stop=str(case.program.shown(case.line)))
    return None


def _test_around(case: CrashContext, item: ast.expr) -> ast.Compare | None:
    """Return the test `item in collection` of the innermost `if` around the use of an item."""
    for up in case.program.above(item):
        if not isinstance(up, ast.If) or not any(node is item for each in up.body for node in walk(each)):
            continue
        match up.test:
            case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Name() | ast.Attribute()]) as test:
                return test if case.text(left) == case.text(item) else None
        return None
    return None


def _passed(case: CrashContext, item: ast.expr) -> ast.expr | None:
    """Return the argument that the caller passed for a parameter of the failing function."""
    function, callers = case.function, case.crash.callers
    if function is None or not callers or not isinstance(item, ast.Name):
        return None
    for call in (node for node in case.program.expressions_at(callers[-1]) if isinstance(node, ast.Call)):
        if called_name(call) == function.name:
            return argument_for(function, item.id, call, is_method=case.class_of(function) is not None)[0]
    return None


def _looked_for(case: CrashContext) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the values that the failing line looks for, each with the collection."""
    for call in case.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr="index" | "remove"), args=[item, *_]):
                yield item, owner
    if case.crash.exception == "KeyError":
        for subscript in case.subscripts:
            if isinstance(subscript.ctx, ast.Load | ast.Del):
                yield subscript.slice, subscript.value


def _shares(case: CrashContext, other: ast.expr, owner: ast.expr) -> bool:
    """Return whether two names may stand for one collection."""
    one, two = case.value(other), case.value(owner)
    return one is two if isinstance(one, list | dict | set) and isinstance(two, list | dict | set) else False
