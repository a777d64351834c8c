"""Types of expressions that follow from the code alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_BINDINGS = 30
"""The maximum number of assignments to a name whose types are compared."""


def literal_type(program: Program, node: ast.expr | None) -> type | None:
    """Return the type of an expression if it is certain, else None. A name has the type of all its assigned values."""
    match node:
        case ast.Constant(value=value):
            return type(value)
        case ast.JoinedStr():
            return str
        case ast.List() | ast.ListComp():
            return list
        case ast.Dict() | ast.DictComp():
            return dict
        case ast.Set() | ast.SetComp():
            return set
        case ast.Tuple():
            return tuple
        case ast.Call(func=ast.Name(id=name)) if name not in program.bound_names:
            return {
                "len": int,
                "int": int,
                "float": float,
                "str": str,
                "input": str,
                "list": list,
                "sorted": list,
                "dict": dict,
                "set": set,
                "tuple": tuple,
                "range": range,
                "sum": None,
                "ord": int,
                "chr": str,
            }.get(name)
        case ast.Call(func=ast.Attribute(attr="split" | "readlines" | "splitlines")):
            return list
        case ast.Call(func=ast.Attribute(attr="upper" | "lower" | "strip" | "replace" | "title" | "join" | "format")):
            return str
        case ast.BinOp(
            op=ast.Add() | ast.Mult() | ast.Sub() | ast.Pow() | ast.FloorDiv() | ast.Div(), left=left, right=right
        ):
            types = {literal_type(program, left), literal_type(program, right)}
            return next(iter(types)) if types <= {int, float} and len(types) == 1 else None
        case ast.Name(id=name):
            return _type_of_name(program, name)
    return None


def _type_of_name(program: Program, name: str) -> type | None:
    bound = program.assignments(name)
    if not 0 < len(bound) <= _MAX_BINDINGS or any(
        value is None or isinstance(value, ast.Name | ast.BinOp) for _, value in bound
    ):
        return None
    types = {literal_type(program, value) for _, value in bound}
    return types.pop() if len(types) == 1 else None
