"""Questions about a program's tree that several rules of logic ask."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program


def loops_of(program: Program) -> Iterator[ast.For | ast.While]:
    """Give every loop of a program, those over items first."""
    yield from program.each(ast.For)
    yield from program.each(ast.While)


def loops_in(node: ast.AST) -> Iterator[ast.For | ast.While]:
    """Give the loops inside a node."""
    for inner in walk(node):
        if isinstance(inner, ast.For | ast.While):
            yield inner


def names_in(node: ast.AST) -> set[str]:
    """Give the names that a node mentions."""
    return {inner.id for inner in walk(node) if isinstance(inner, ast.Name)}


def stored_in(node: ast.AST) -> set[str]:
    """Give the names that a node binds."""
    return {inner.id for inner in walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}


def is_start(value: ast.expr) -> bool:
    """Tell whether a value is what a sum, a count or a collection begins with."""
    match value:
        case ast.Constant(value=0 | 1 | 0.0 | ""):
            return True
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set"), args=[]):
            return True
    return False


def range_call(node: ast.expr) -> list[ast.expr] | None:
    """Give the arguments where an expression is a call of `range`."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args) if args:
            return args
    return None
