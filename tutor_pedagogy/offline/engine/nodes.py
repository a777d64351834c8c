"""Small queries on syntax tree (AST) nodes that many detectors share."""

from __future__ import annotations

import ast
from typing import TypeGuard

from tutor_pedagogy.problem.tree_walk import walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
SYMBOLS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.And: "and",
    ast.Or: "or",
}
"""The operators as they are written in a program."""


def names_in(*nodes: ast.AST) -> set[str]:
    """Return the variable names that occur anywhere in the nodes."""
    return {inner.id for node in nodes for inner in walk(node) if isinstance(inner, ast.Name)}


def called_name(call: ast.Call) -> str:
    """Return the name of a called function, without its module or object: `sqrt` for `math.sqrt(x)`; else ''."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_call_of(node: ast.AST | None, *names: str) -> TypeGuard[ast.Call]:
    """Return whether a node calls one of these functions by its plain name, not as an attribute."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def indexed_list(indices: ast.AST) -> ast.Name | None:
    """Return the name of the list whose indices an expression gives, as in `range(len(items))`; else None."""
    match indices:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name() as owner])]):
            return owner
    return None


def summands(node: ast.expr) -> list[ast.expr]:
    """Return the operands of a sum such as `a + b + c`, in their order."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def first_argument(node: ast.AST | None) -> ast.expr | None:
    """Return the first positional argument of a call, or None if the node is no call or the call has no argument."""
    return node.args[0] if isinstance(node, ast.Call) and node.args else None


def is_string(node: ast.AST | None) -> bool:
    """Return whether a node is a string literal."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_division(node: ast.AST | None) -> TypeGuard[ast.BinOp]:
    """Return whether a node is a division with `/`."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def is_stored(node: ast.AST, attribute: str) -> TypeGuard[ast.Attribute]:
    """Return whether a node assigns to an attribute of this name."""
    return isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Store)


def parts_of(node: ast.AST | None) -> list[ast.expr]:
    """Return the items of a list, tuple or set literal; an empty list for any other node."""
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []


def parameters(function: Function) -> list[str]:
    """Return the names of a function's positional parameters without `self` and `cls`."""
    return [arg.arg for arg in function.args.args if arg.arg not in ("self", "cls")]
