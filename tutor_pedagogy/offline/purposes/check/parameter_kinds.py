"""The types of a function's parameters, inferred from its body and from the program's own calls."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tutor_pedagogy.offline.engine.nodes import Function, parameters
from tutor_pedagogy.offline.purposes.literal_types import literal_type

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

Kind = Literal["int", "float", "str", "list", "dict", "bool"]

_OF_ANNOTATION: dict[str, Kind] = {
    "int": "int",
    "float": "float",
    "str": "str",
    "list": "list",
    "dict": "dict",
    "bool": "bool",
    "List": "list",
    "Dict": "dict",
    "Sequence": "list",
    "Iterable": "list",
}
_STRING_METHODS = frozenset(
    (
        *("upper", "lower", "strip", "split", "replace", "startswith", "endswith", "isdigit", "isalpha", "title"),
        *("lstrip", "rstrip", "isupper", "islower", "capitalize", "swapcase", "find", "isalnum", "isspace"),
    )
)
_LIST_METHODS = frozenset(("append", "extend", "insert", "sort", "reverse", "remove"))
_DICT_METHODS = frozenset(("items", "keys", "values", "get", "setdefault"))
_TAKING_LISTS = frozenset(
    ("sum", "max", "min", "sorted", "enumerate", "reversed", "len", "set", "list", "zip", "map", "any", "all")
)
_TAKING_NUMBERS = frozenset(("range", "abs", "round"))
_OF_TYPES: dict[type, Kind] = {
    int: "int",
    float: "float",
    str: "str",
    list: "list",
    tuple: "list",
    dict: "dict",
    bool: "bool",
}


_LARGEST_DIVISOR = 10**6


@dataclass(slots=True)
class Parameter:
    """A parameter: its name, its inferred type (None if unknown), and the values that it is compared with.

    `items` is the type of its items if it is a collection.
    """

    name: str
    kind: Kind | None = None
    items: Kind | None = None
    bounds: list[int | float | str] = field(default_factory=list)
    divisors: list[int] = field(default_factory=list)
    """The numbers whose remainder is asked for, as in `year % 4`."""
    tried: list[int | float] = field(default_factory=list)
    """The numbers that the program's own calls hand over."""
    is_nested: bool = False
    """Whether its items are collections themselves, as in a grid."""


def parameters_of(program: Program, function: Function) -> list[Parameter]:
    """Return the positional parameters of a function that have no default, with their inferred types."""
    required = len(function.args.args) - len(function.args.defaults)
    names = {each.arg for each in function.args.args[:required]}
    found = {name: Parameter(name) for name in parameters(function) if name in names}
    items = _loop_variables(program, function, found)
    for node in program.own_nodes(function):
        _note(program, node, found, items)
    for each in function.args.args:
        _note_annotation(each, found)
    _note_calls(program, function, found)
    for node in program.own_nodes(function):
        _suppose_numbers(node, found, items)
    return list(found.values())


def _loop_variables(program: Program, function: Function, found: dict[str, Parameter]) -> dict[str, Parameter]:
    """Return the parameter for each loop variable that iterates over it."""
    variables: dict[str, Parameter] = {}
    for node in program.own_nodes(function):
        match node:
            case (
                ast.For(target=ast.Name(id=item), iter=ast.Name(id=name))
                | ast.comprehension(target=ast.Name(id=item), iter=ast.Name(id=name))
            ) if name in found:
                variables[item] = found[name]
                found[name].kind = found[name].kind or "list"
    return {item: owner for item, owner in variables.items() if item not in found}


def _note(program: Program, node: ast.AST, found: dict[str, Parameter], items: dict[str, Parameter]) -> None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name in found:
            parameter = found[name]
            if method in _STRING_METHODS:
                parameter.kind = "str"
            elif method in _DICT_METHODS:
                parameter.kind = "dict"
            elif method in _LIST_METHODS:
                parameter.kind = "list"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name in items:
            if method in _STRING_METHODS:
                items[name].items = "str"
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]) if name in items:
            items[name].items = items[name].items or "str"
        case ast.Call(func=ast.Name(id=called), args=arguments):
            _note_builtin(called, arguments, found)
        case ast.Compare(left=left, ops=[_], comparators=[right]):
            _note_comparison(program, left, right, found, items)
        case ast.Compare(left=left, comparators=[*others]):
            for other in others:
                _note_comparison(program, left, other, found, items)
                left = other
        case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name))) if name in found:
            found[name].is_nested = True
        case ast.For(target=ast.Tuple(), iter=ast.Name(id=name)) if name in found:
            found[name].is_nested = True
        case ast.For(iter=ast.Name(id=name)) if name in items:
            items[name].is_nested = items[name].kind != "str"
        case ast.BinOp() | ast.AugAssign():
            _note_operation(program, node, found, items)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str())) if name in found:
            found[name].kind = "dict"
        case ast.Subscript(value=ast.Name(id=name)) if name in found:
            found[name].kind = found[name].kind or "list"


def _note_builtin(called: str, arguments: list[ast.expr], found: dict[str, Parameter]) -> None:
    names = [argument.id for argument in arguments if isinstance(argument, ast.Name) and argument.id in found]
    for name in names:
        if called in _TAKING_NUMBERS:
            found[name].kind = "int"
        elif called in _TAKING_LISTS and (called not in ("max", "min") or len(arguments) == 1):
            found[name].kind = found[name].kind or "list"
            if called == "sum":
                found[name].items = "int"


def _note_comparison(
    program: Program, left: ast.expr, right: ast.expr, found: dict[str, Parameter], items: dict[str, Parameter]
) -> None:
    for one, other in ((left, right), (right, left)):
        value = other.value if isinstance(other, ast.Constant) else None
        if isinstance(one, ast.Name) and isinstance(value, int | float | str) and not isinstance(value, bool):
            if one.id in found:
                parameter = found[one.id]
                parameter.kind = parameter.kind or _OF_TYPES[type(value)]
                parameter.bounds.append(value)
            elif one.id in items:
                items[one.id].items = _OF_TYPES[type(value)]
                items[one.id].bounds.append(value)
        elif isinstance(one, ast.Name) and one.id in items and literal_type(program, other) is str:
            items[one.id].items = "str"


def _note_operation(
    program: Program, node: ast.BinOp | ast.AugAssign, found: dict[str, Parameter], items: dict[str, Parameter]
) -> None:
    match node:
        case ast.BinOp(left=ast.Name(id=name), op=ast.Mod(), right=ast.Constant(value=int() as divisor)):
            if name in found and 1 < divisor < _LARGEST_DIVISOR:
                found[name].divisors.append(divisor)
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    is_certain = isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow | ast.Mod)
    types = {
        literal_type(program, side) for side in (*sides, *((node.target,) if isinstance(node, ast.AugAssign) else ()))
    }
    kind: Kind | None = "int" if (is_certain or int in types or float in types) and str not in types else None
    kind = "str" if str in types and isinstance(node.op, ast.Add) else kind
    for side in sides:
        if isinstance(side, ast.Name) and side.id in found and kind is not None:
            found[side.id].kind = found[side.id].kind or kind
        elif isinstance(side, ast.Name) and side.id in items and kind is not None:
            items[side.id].items = items[side.id].items or kind


def _suppose_numbers(node: ast.AST, found: dict[str, Parameter], items: dict[str, Parameter]) -> None:
    """Infer `int` for parameters without another type that are added, multiplied or compared by size."""
    match node:
        case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Mult()):
            sides = [left, right]
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE(), *_], comparators=others):
            sides = [left, *others]
        case ast.AugAssign(value=value, op=ast.Add() | ast.Mult()):
            sides = [value]
        case _:
            return
    for side in sides:
        if isinstance(side, ast.Name) and side.id in found:
            found[side.id].kind = found[side.id].kind or "int"
        elif isinstance(side, ast.Name) and side.id in items:
            items[side.id].items = items[side.id].items or "int"


def _note_annotation(argument: ast.arg, found: dict[str, Parameter]) -> None:
    if argument.arg not in found:
        return
    match argument.annotation:
        case ast.Name(id=name) if name in _OF_ANNOTATION:
            found[argument.arg].kind = _OF_ANNOTATION[name]
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _OF_ANNOTATION:
            found[argument.arg].kind = _OF_ANNOTATION[name]
            if isinstance(inner, ast.Name):
                found[argument.arg].items = _OF_ANNOTATION.get(inner.id)


def _note_calls(program: Program, function: Function, found: dict[str, Parameter]) -> None:
    """Infer parameter types from the arguments in the program's own calls, which show the student's intention."""
    names = parameters(function)
    for call in program.each(ast.Call):
        if not (isinstance(call.func, ast.Name) and call.func.id == function.name):
            continue
        for name, argument in zip(names, call.args, strict=False):
            kind = _OF_TYPES.get(literal_type(program, argument) or object)
            if name in found and kind is not None:
                found[name].kind = kind
                if isinstance(argument, ast.Constant) and isinstance(argument.value, int | float):
                    found[name].tried.append(argument.value)
                if isinstance(argument, ast.List | ast.Tuple) and argument.elts:
                    found[name].is_nested |= isinstance(argument.elts[0], ast.List | ast.Tuple | ast.Dict)
                if isinstance(argument, ast.List | ast.Tuple) and argument.elts:
                    found[name].items = found[name].items or _OF_TYPES.get(
                        literal_type(program, argument.elts[0]) or object
                    )
