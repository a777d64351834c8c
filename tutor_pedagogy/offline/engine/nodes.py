"""Questions that many detectors ask about a node of the syntax tree."""

from __future__ import annotations

import ast
from typing import TypeGuard

from tutor_pedagogy.problem.tree_walk import walk

Function = ast.FunctionDef | ast.AsyncFunctionDef


def names_in(*nodes: ast.AST) -> set[str]:
    """Return the variable names that stand anywhere in the nodes."""
    return {inner.id for node in nodes for inner in walk(node) if isinstance(inner, ast.Name)}


def called_name(call: ast.Call) -> str:
    """Return the last name of what is called, such as `sqrt` for `math.sqrt(x)`; empty if there is none."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_call_of(node: ast.AST | None, *names: str) -> TypeGuard[ast.Call]:
    """Return whether a node is the call of a function with one of these plain names."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def first_argument(node: ast.AST | None) -> ast.expr | None:
    """Return the first positional argument of a call; None for another node or a call without one."""
    return node.args[0] if isinstance(node, ast.Call) and node.args else None


def is_string(node: ast.AST | None) -> bool:
    """Return whether a node is a string literal."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_division(node: ast.AST | None) -> TypeGuard[ast.BinOp]:
    """Return whether a node divides with `/`."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def is_stored(node: ast.AST, attribute: str) -> TypeGuard[ast.Attribute]:
    """Return whether a node stores a value in an attribute of this name."""
    return isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Store)


def parts_of(node: ast.AST | None) -> list[ast.expr]:
    """Return the items of a list, tuple or set display; empty for any other node."""
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []


def parameters(function: Function) -> list[str]:
    """Return the names of a function's positional parameters without `self` and `cls`."""
    return [arg.arg for arg in function.args.args if arg.arg not in ("self", "cls")]
