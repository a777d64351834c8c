"""Types that expressions surely have, read from the tree alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_DISPLAYS: dict[type[ast.AST], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.GeneratorExp: "generator",
    ast.JoinedStr: "str",
    ast.Lambda: "function",
}
_FUNCTIONS = {
    **{name: name for name in ("int", "float", "str", "list", "tuple", "dict", "set", "bool", "range", "map", "zip")},
    "input": "str",
    "len": "int",
    "sorted": "list",
    "print": "NoneType",
    "ord": "int",
    "chr": "str",
    "isinstance": "bool",
    "enumerate": "enumerate",
    "filter": "filter",
}
_METHODS = {
    method: kind
    for kind, methods in {
        "list": "split readlines splitlines rsplit findall",
        "str": "strip lstrip rstrip lower upper title capitalize join read readline format strftime zfill casefold",
        "NoneType": "append extend insert remove sort reverse clear shuffle heapify",
        "bool": "startswith endswith isdigit isalpha",
        "dict_items": "items",
    }.items()
    for method in methods.split()
}


def guessed_type(node: ast.expr, classes: Collection[str], functions: Collection[str]) -> str:
    """Return the name of the type that an expression surely has; empty if the expression alone does not tell.

    `classes` and `functions` are the names that the program itself defines.
    """
    match node:
        case ast.Constant(value=value) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return type(value).__name__
        case ast.Call(func=ast.Name(id=name)):
            return name if name in classes else "" if name in functions else _FUNCTIONS.get(name, "")
        case ast.Call(func=ast.Attribute(attr=name)):
            return "" if name in functions else _METHODS.get(name, "")
        case ast.BinOp():
            return _of_operation(node, classes, functions)
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return "bool"
    return _DISPLAYS.get(type(node), "")


def _of_operation(node: ast.BinOp, classes: Collection[str], functions: Collection[str]) -> str:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            kinds = {guessed_type(side, classes, functions) for side in (left, right)}
            return "str" if "str" in kinds else ""
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mult() | ast.Mod()):
            return "str"
        case ast.BinOp(left=ast.List(), op=ast.Mult()):
            return "list"
    return ""
