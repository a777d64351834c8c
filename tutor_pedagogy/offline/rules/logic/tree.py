"""Queries on a program's syntax tree that several logic rules share."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program


def inside(block: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield every AST node of a block of statements."""
    return (node for statement in block for node in walk(statement))


def stored_in(node: ast.AST) -> set[str]:
    """Return the names that a node binds."""
    return {inner.id for inner in walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}


def reads(node: ast.AST, name: str) -> bool:
    """Return whether a node reads the value of this name."""
    return is_name(node, name) and isinstance(getattr(node, "ctx", None), ast.Load)


def is_name(node: ast.AST | None, name: str) -> bool:
    """Return whether a node is this name, read or assigned."""
    return isinstance(node, ast.Name) and node.id == name


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Return whether a node is a constant equal to a value. As in Python, True equals 1."""
    return isinstance(node, ast.Constant) and bool(node.value == value)


def assigns(node: ast.AST, name: str) -> bool:
    """Return whether a node is an assignment to this name."""
    return isinstance(node, ast.Assign) and any(is_name(target, name) for target in node.targets)


def method_called(node: ast.AST) -> tuple[str, str]:
    """Return the object's name and the method's name of a call `name.method()`; else two empty strings."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
            return owner, method
    return "", ""


def parameters_of(function: Function) -> list[str]:
    """Return the names of a function's positional parameters."""
    return [argument.arg for argument in function.args.args]


def values_above(program: Program, name: str, line: int) -> list[tuple[int, ast.expr | None]]:
    """Return the assignments to a name above a line, each with its line; the nearest is last."""
    return [(at, value) for at, value in program.assignments(name) if at < line]


def last_line(node: ast.AST) -> int:
    """Return the number of the last line of a node."""
    end: int = getattr(node, "end_lineno", 0) or getattr(node, "lineno", 0)
    return end


def is_start(value: ast.expr) -> bool:
    """Return whether a value is a usual start value: 0, 1, an empty string or an empty collection."""
    match value:
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=0 | 1 | 0.0 | "") | ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set"), args=[]):
            return True
    return False


def range_call(node: ast.expr) -> list[ast.expr] | None:
    """Return the arguments of a call of `range`; None for another expression or without arguments."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args) if args:
            return args
    return None


def branches_of(node: ast.If) -> Iterator[tuple[ast.expr | None, list[ast.stmt]]]:
    """Yield the condition and body of each branch: `if`, every `elif`, and `else` with the condition None."""
    rest: list[ast.stmt] = [node]
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        yield rest[0].test, rest[0].body
        rest = rest[0].orelse
    if rest:
        yield None, rest


def assigned_pairs(statement: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """Return each target of an assignment with the value that it gets; `a, b = c, d` has two."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            return list(zip(targets, values, strict=False))
        case ast.Assign(targets=[target], value=value):
            return [(target, value)]
    return []
