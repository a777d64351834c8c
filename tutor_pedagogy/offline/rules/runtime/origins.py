"""The source of a value, read from the assignments: `input`, None, or a function that may return None."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_stored

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

IN_PLACE = frozenset(
    (
        *("append", "extend", "insert", "remove", "sort", "reverse", "clear", "update", "add", "discard"),
        *("shuffle", "print", "heapify"),
    )
)
"""Functions and methods that work in place (or print) and return None."""


def is_input(program: Program, node: ast.expr, line: int) -> bool:
    """Return whether a value is a string that `input` returned, or a part of one."""
    match node:
        case ast.Call(func=ast.Name(id="input")):
            return True
        case ast.Name(id=name):
            value = input_of(program, name, line)
            return value is not None and not isinstance(value, ast.Name) and is_input(program, value, value.lineno)
        case ast.Call(func=ast.Attribute(value=inner, attr="strip" | "lower" | "upper")):
            return is_input(program, inner, line)
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="split")):
            return is_input(program, inner, line)
        case ast.Subscript(value=inner):
            return is_input(program, inner, line)
    return False


def input_of(program: Program, name: str, line: int) -> ast.expr | None:
    """Return the value assigned to a name above a line: by a plain or tuple assignment, or by a loop."""
    value = program.last_value(name, line)
    if value is not None:
        return value
    for node in program.nodes:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=shared) if node.lineno < line:
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    return shared if isinstance(shared, ast.Call) else None
            case ast.For(target=ast.Name(id=target), iter=iterated) if target == name and node.lineno <= line:
                return iterated if not isinstance(iterated, ast.Name) else program.last_value(iterated.id, line)
    return None


def none_origin(program: Program, node: ast.expr, line: int) -> tuple[str, ast.AST] | None:
    """Return the reason why a value is None, with its node: an `in-place` call, a `function`, or a `constant`."""
    match node:
        case ast.Call(func=ast.Attribute(attr=method) | ast.Name(id="print" as method)) if method in IN_PLACE:
            return "in-place", node
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in program.functions:
            function = program.functions[name]
            return _in_place_return(program, function) or ("function", function)
        case ast.Name(id=name):
            return _none_in(program, name, line)
        case (
            ast.Call(func=ast.Attribute(attr="get"), args=[_])
            | ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="match" | "search" | "fullmatch"))
        ):
            return "absent", node
        case ast.Attribute(value=inner) | ast.Subscript(value=inner):
            stored = _none_stored(program, node.attr, line) if isinstance(node, ast.Attribute) else None
            return stored or none_origin(program, inner, line)
    return None


def _in_place_return(program: Program, function: Function) -> tuple[str, ast.AST] | None:
    """Return the in-place call that a function returns, as in `return items.sort()`; None if it returns none."""
    for returned in program.returns_of(function):
        match returned.value:
            case ast.Call(func=ast.Attribute(attr=method)) as call if method in IN_PLACE:
                return "in-place", call
    return None


def _none_stored(program: Program, attribute: str, line: int) -> tuple[str, ast.AST] | None:
    """Return why an attribute is None: the first call that stores None in it, or None."""
    for node in program.each(ast.Assign):
        if isinstance(node.value, ast.Call) and any(is_stored(target, attribute) for target in node.targets):
            return none_origin(program, node.value, line)
    return None


def _none_in(program: Program, name: str, line: int) -> tuple[str, ast.AST] | None:
    """Return why a variable is None. An in-place call counts on any line, because a loop may repeat it."""
    bound = program.assignments(name)
    for _, value in bound:
        match value:
            case ast.Call(func=ast.Attribute(attr=method)) if method in IN_PLACE:
                return "in-place", value
    for at, value in reversed(bound):
        if at <= line and isinstance(value, ast.Call) and (origin := none_origin(program, value, line)) is not None:
            return origin
        if at <= line and isinstance(value, ast.Constant) and value.value is None:
            return "constant", value
    return None


def falls_through(program: Program, function: Function) -> bool:
    """Return whether a function returns a value on some paths and reaches its end on others."""
    return not program.returns_nothing(function) and not ends_in_result(function.body)


def ends_in_result(body: list[ast.stmt]) -> bool:
    """Return whether every path through a block ends in `return` or `raise`."""
    match body[-1:]:
        case [ast.If(body=inner, orelse=other)]:
            return ends_in_result(inner) and ends_in_result(other)
        case [ast.With(body=inner)]:
            return ends_in_result(inner)
        case [ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=final)]:
            return ends_in_result(final) or (
                (ends_in_result(inner) or ends_in_result(other)) and all(ends_in_result(h.body) for h in handlers)
            )
        case [ast.For(orelse=other) | ast.While(orelse=other) as loop]:
            return (_is_endless(loop) or ends_in_result(other)) and not _is_left(loop)
        case [ast.Match(cases=cases)]:
            return all(ends_in_result(c.body) for c in cases) and any(
                isinstance(c.pattern, ast.MatchAs) and c.pattern.pattern is None for c in cases
            )
        case statements:
            return any(isinstance(statement, ast.Return | ast.Raise) for statement in statements)


def _is_endless(loop: ast.For | ast.While) -> bool:
    """Return whether the condition of a loop is the literal `True`."""
    return isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and loop.test.value is True


def _is_left(loop: ast.For | ast.While) -> bool:
    """Return whether a reachable `break` ends this loop, not a loop inside it."""
    blocks: list[list[ast.stmt]] = [loop.body]
    for block in blocks:
        for statement in block:
            if isinstance(statement, ast.Break):
                return True
            if isinstance(statement, ast.Return | ast.Raise | ast.Continue):
                break
            inner = [handler.body for handler in getattr(statement, "handlers", [])]
            if not isinstance(statement, ast.For | ast.While | ast.FunctionDef | ast.ClassDef):
                inner += [getattr(statement, "body", [])]
            blocks += [*inner, getattr(statement, "orelse", [])]
    return False
