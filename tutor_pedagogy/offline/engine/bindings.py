"""Name binding: which syntax tree (AST) nodes assign which names, and to which values."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSIGNING = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign, ast.For, ast.comprehension, ast.arg)
"""The AST node types that `values_bound` handles."""
NAMING = (ast.Name, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias, ast.ExceptHandler)
"""The AST node types that `name_bound` handles."""


def values_bound(node: ast.AST) -> Iterator[tuple[str, int, ast.expr | None]]:
    """Yield each name that a node binds and its line. Add the value for a plain assignment, else None."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target.id, node.lineno, value) for target in targets if isinstance(target, ast.Name))
            for target in targets:
                if isinstance(target, ast.Tuple | ast.List):
                    yield from ((name, node.lineno, _share(target, value, name)) for name in names_in(target))
        case (
            ast.AnnAssign(target=ast.Name(id=name), value=value) | ast.NamedExpr(target=ast.Name(id=name), value=value)
        ):
            yield name, node.lineno, value
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, node.lineno, None
        case ast.For(target=target) | ast.comprehension(target=target):
            yield from ((inner.id, inner.lineno, None) for inner in walk(target) if isinstance(inner, ast.Name))
        case ast.arg(arg=name):
            yield name, node.lineno, None


def _share(target: ast.Tuple | ast.List, value: ast.expr, name: str) -> ast.expr | None:
    """Return the value assigned to one name in `a, b = 1, 2`, or None if the right side is no fitting tuple or list."""
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        for place, part in zip(target.elts, value.elts, strict=True):
            if isinstance(place, ast.Name) and place.id == name:
                return part
    return None


def name_bound(node: ast.AST) -> str | None:
    """Return the name that a node binds, or None: a variable, parameter, exception, function, class or module."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
            return name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.alias(name=name, asname=asname):
            return asname or name.split(".")[0]
    return None
