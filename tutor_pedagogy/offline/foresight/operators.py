"""Operators: the result type for two operand types, or the exception that Python raises."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.nodes import SYMBOLS
from tutor_pedagogy.offline.engine.vocabulary import words
from tutor_pedagogy.offline.foresight.predicted import PredictedException, type_error
from tutor_pedagogy.offline.foresight.value_types import (
    ANY,
    ARRAY,
    BOOL,
    FLOAT,
    FUNCTIONS,
    INT,
    NEVER,
    NONE,
    NUMBER,
    SEQUENCES,
    STR,
    Type,
    collection,
    join,
)

_SYMBOLS: dict[type[ast.AST], str] = {
    **SYMBOLS,
    ast.MatMult: "@",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Pow: "** or pow()",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ON_BITS = (ast.BitXor, ast.BitAnd, ast.BitOr, ast.LShift, ast.RShift)
_JOINED = frozenset(("str", "list", "tuple", "bytes"))
_PLAIN = FUNCTIONS | words("int float bool number complex str list tuple range NoneType")
"""Types for which the result of every operator is known here."""
_ON_SETS = (ast.Sub, ast.BitAnd, ast.BitOr, ast.BitXor)


def binary(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:
    """Return the result type of an arithmetic operator, or the predicted exception."""
    found: Type | PredictedException | None = None
    if NEVER in (left, right):
        found = NEVER
    elif ARRAY.name in (left.name, right.name):
        found = _with_array(op, left, right)
    elif left.is_number and right.is_number:
        found = _of_numbers(op, left, right)
    elif left.name == "str" and isinstance(op, ast.Mod):
        found = STR
    elif isinstance(op, ast.Mult):
        found = _repeated(left, right)
    elif left.name == right.name and isinstance(op, ast.Add) and left.name in _JOINED:
        found = join(left, right) if left.name != "tuple" else _joined_tuple(left, right)
    elif left.name == right.name and left.name in ("set", "frozenset") and isinstance(op, _ON_SETS):
        found = left
    return found or _refused(op, left, right)


def _refused(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:
    if NONE in (left, right) and not isinstance(op, ast.BitOr):
        return _unsupported(op, left if left.is_known else INT, right if right.is_known else INT)
    if left.name not in _PLAIN or right.name not in _PLAIN:
        return ANY
    if isinstance(op, ast.Add) and left.name in _JOINED:
        return type_error(f'can only concatenate {left.name} (not "{right.shown}") to {left.name}')
    return _unsupported(op, left, right)


def _unsupported(op: ast.operator, left: Type, right: Type) -> PredictedException:
    return type_error(f"unsupported operand type(s) for {_SYMBOLS[type(op)]}: '{left.shown}' and '{right.shown}'")


def _of_numbers(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:
    names = {left.name, right.name}
    whole = names <= {"int", "bool"}
    if isinstance(op, _ON_BITS):
        return INT if whole or "number" in names else _unsupported(op, left, right)
    if "complex" in names or isinstance(op, ast.MatMult):
        return ANY
    if isinstance(op, ast.Pow):
        return NUMBER if whole else FLOAT
    if isinstance(op, ast.Div) or "float" in names:
        return FLOAT
    return INT if whole else NUMBER


def _repeated(left: Type, right: Type) -> Type | PredictedException | None:
    for one, other in ((left, right), (right, left)):
        if one.name not in _JOINED:
            continue
        if other.name in ("int", "bool", "number") or not other.is_known:
            return Type(one.name, one.item)
        if other.name in ("float", *_JOINED):
            return type_error(f"can't multiply sequence by non-int of type '{other.name}'")
    return None


def _joined_tuple(left: Type, right: Type) -> Type:
    item = join(left.item, right.item) if left.item is not None and right.item is not None else ANY
    return collection("tuple", item)


def _with_array(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:
    if NONE in (left, right):
        return _unsupported(op, left, right)
    array, other = (left, right) if left.name == ARRAY.name else (right, left)
    if isinstance(op, ast.BitXor) and FLOAT in (array.item, other.item, other):
        return type_error("ufunc 'bitwise_xor' not supported for the input types")
    return _by_item(other)


def _by_item(other: Type) -> Type:
    """Return the result type of an operator between an array and another value."""
    return ARRAY if other.is_number or other.name in (ARRAY.name, "list", "range") else ANY


def compare(op: ast.cmpop, left: Type, right: Type) -> Type | PredictedException:
    """Return the result type of a comparison, or the predicted TypeError."""
    plain = left.name in _PLAIN and right.name in _PLAIN
    found: Type | PredictedException = ANY
    if NEVER in (left, right):
        found = NEVER
    elif isinstance(op, ast.In | ast.NotIn):
        found = _searched(left, right)
    elif isinstance(op, ast.Is | ast.IsNot):
        found = BOOL
    elif ARRAY.name in (left.name, right.name):
        found = _by_item(right if left.name == ARRAY.name else left)
    elif not isinstance(op, _ORDERED):
        found = BOOL if plain else ANY
    elif plain or NONE in (left, right):
        found = _ordered(op, left, right)
    return found


def _ordered(op: ast.cmpop, left: Type, right: Type) -> Type | PredictedException:
    numbers = left.is_number and right.is_number and "complex" not in (left.name, right.name)
    if numbers or (left.name == right.name and left.name in _JOINED):
        return BOOL
    one, other = (type_.shown if type_.is_known else "int" for type_ in (left, right))
    return type_error(f"'{_SYMBOLS[type(op)]}' not supported between instances of '{one}' and '{other}'")


def _searched(left: Type, right: Type) -> Type | PredictedException:
    if right.is_number or right.name in FUNCTIONS or right is NONE:
        return type_error(f"argument of type '{right.shown}' is not iterable")
    if right.name == "str" and left.is_number:
        return type_error(f"'in <string>' requires string as left operand, not {left.shown}")
    return BOOL


def unary(op: ast.unaryop, type_: Type) -> Type | PredictedException:
    """Return the result type of a unary `-`, `+` or `~`, or the TypeError. `not` is handled by `truth`."""
    if type_.name in SEQUENCES or type_ is NONE or type_.name in FUNCTIONS:
        return type_error(f"bad operand type for unary {_SYMBOLS[type(op)]}: '{type_.name}'")
    if isinstance(op, ast.Invert):
        return ANY
    return INT if type_ is BOOL else type_


def truth(type_: Type) -> PredictedException | None:
    """Return the ValueError if a value cannot be a condition because it is an array, else None."""
    if type_.name != ARRAY.name:
        return None
    message = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
    return PredictedException("ValueError", message)
