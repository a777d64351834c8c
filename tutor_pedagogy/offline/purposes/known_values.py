"""Values of expressions that follow from literals alone. The student's code is not run."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_pedagogy.offline.engine.program import Program

_MAX_NUMBER = 10**9
_MAX_ITEMS = 200
_MAX_STEPS = 60
_MAX_DEPTH = 12
_MAX_BINDINGS = 30
_Value = Any

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARING: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "abs": abs,
    "min": min,
    "max": max,
    "sum": sum,
    "sorted": sorted,
    "round": round,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "range": range,
    "ord": ord,
    "chr": chr,
}
_METHODS = frozenset(
    (
        *("upper", "lower", "strip", "lstrip", "rstrip", "title", "capitalize", "split", "replace", "count", "find"),
        *("startswith", "endswith", "isdigit", "isalpha", "join", "index", "swapcase", "isupper", "islower"),
    )
)
_MUTABLE = (list, dict, set)


class _Unknown(Exception):
    """The value does not follow from literals."""


def known_value(program: Program, node: ast.expr) -> tuple[bool, Any]:
    """Return whether the value of an expression is known, and the value. The number of steps is bounded."""
    try:
        return True, _Evaluator(program).value(node)
    except (_Unknown, ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError):
        return False, None


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


class _Evaluator:
    """Evaluates literals, names that are assigned a literal once, and calls of functions without side effects."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._steps = 0

    def value(self, node: ast.expr, depth: int = 0) -> _Value:
        self._steps += 1
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            raise _Unknown
        found = self._value(node, depth + 1)
        if isinstance(found, int | float) and abs(found) > _MAX_NUMBER:
            raise _Unknown
        if isinstance(found, str | list | tuple | range | dict | set) and len(found) > _MAX_ITEMS:
            raise _Unknown
        return found

    def _value(self, node: ast.expr, depth: int) -> _Value:
        match node:
            case ast.Constant(value=value) if value is not Ellipsis and not isinstance(value, bytes | complex):
                return value
            case ast.List(elts=parts):
                return [self.value(part, depth) for part in parts]
            case ast.Tuple(elts=parts):
                return tuple(self.value(part, depth) for part in parts)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self.value(inner, depth)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return not self.value(inner, depth)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
                return self._operation(type(sign), self.value(left, depth), self.value(right, depth))
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARING:
                return _COMPARING[type(sign)](self.value(left, depth), self.value(right, depth))
            case ast.Subscript(value=owner, slice=index):
                return self._item(self.value(owner, depth), index, depth)
            case ast.Name(id=name):
                return self._of_name(node, name, depth)
            case ast.Call(func=func, args=arguments, keywords=[]):
                return self._call(func, arguments, depth)
        raise _Unknown

    def _operation(self, sign: type[ast.operator], left: _Value, right: _Value) -> _Value:
        is_text = isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple)
        if sign is ast.Pow and (is_text or abs(right) > _MAX_STEPS or abs(left) > _MAX_NUMBER):
            raise _Unknown
        if is_text and sign is not ast.Add and (sign is not ast.Mult or _size(left) * _size(right) > _MAX_ITEMS):
            raise _Unknown
        return _BINARY[sign](left, right)

    def _item(self, owner: _Value, index: ast.expr, depth: int) -> _Value:
        if not isinstance(owner, str | list | tuple):
            raise _Unknown
        if isinstance(index, ast.Slice):
            parts = (index.lower, index.upper, index.step)
            start, end, step = (None if part is None else self.value(part, depth) for part in parts)
            return owner[start:end:step]
        return owner[self.value(index, depth)]

    def _of_name(self, node: ast.expr, name: str, depth: int) -> _Value:
        """Return the value of a variable that is assigned once, at top level and above its use. Raise `_Unknown`."""
        bound = self._program.assignments(name)
        if len(bound) != 1 or bound[0][1] is None or bound[0][0] >= node.lineno:
            raise _Unknown
        line, value = bound[0][0], bound[0][1]
        if self._program.indentation(line) or self._program.is_cell:
            raise _Unknown
        found = self.value(value, depth)
        if isinstance(found, _MUTABLE) and self._may_change(name):
            raise _Unknown
        return found

    def _may_change(self, name: str) -> bool:
        """Return whether the code uses a collection for more than indexing, loops, comparisons and harmless calls."""
        for use in self._program.uses.get(name, []):
            match self._program.parents.get(use):
                case ast.Assign() if isinstance(use.ctx, ast.Store):
                    continue
                case ast.Subscript(ctx=ast.Load()) | ast.For() | ast.comprehension() | ast.Compare():
                    continue
                case ast.Call(func=ast.Name(id=called)) if called in _FUNCTIONS or called == "print":
                    continue
            return True
        return False

    def _call(self, func: ast.expr, arguments: list[ast.expr], depth: int) -> _Value:
        values = [self.value(argument, depth) for argument in arguments]
        match func:
            case ast.Name(id=name) if name in _FUNCTIONS and name not in self._program.bound_names:
                return _FUNCTIONS[name](*values)
            case ast.Attribute(value=owner, attr=name) if name in _METHODS:
                text = self.value(owner, depth)
                if isinstance(text, str):
                    return getattr(text, name)(*values)
        raise _Unknown


def _size(value: _Value) -> int:
    return len(value) if isinstance(value, str | list | tuple) else abs(int(value))
