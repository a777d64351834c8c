"""What operators make of two kinds of value, or the words in which Python refuses."""

from __future__ import annotations

import ast

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

_SYMBOLS: dict[type[ast.operator | ast.cmpop | ast.unaryop], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "** or pow()",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ON_BITS = (ast.BitXor, ast.BitAnd, ast.BitOr, ast.LShift, ast.RShift)
_JOINED = frozenset(("str", "list", "tuple", "bytes"))
_PLAIN = (
    frozenset(("int", "float", "bool", "number", "complex", "str", "list", "tuple", "range", "NoneType")) | FUNCTIONS
)
"""Kinds whose operators are all known here."""
_ON_SETS = (ast.Sub, ast.BitAnd, ast.BitOr, ast.BitXor)


def binary(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:  # noqa: PLR0911 - one answer for each pair of kinds
    """Give what an arithmetic operator gives."""
    if NEVER in (left, right):
        return NEVER
    if "numpy.ndarray" in (left.name, right.name):
        return _with_array(op, left, right)
    if left.is_number and right.is_number:
        return _of_numbers(op, left, right)
    if left.name == "str" and isinstance(op, ast.Mod):
        return STR
    if isinstance(op, ast.Mult):
        return _repeated(op, left, right)
    if left.name == right.name:
        if isinstance(op, ast.Add) and left.name in _JOINED:
            return join(left, right) if left.name != "tuple" else _joined_tuple(left, right)
        if left.name in ("set", "frozenset") and isinstance(op, _ON_SETS):
            return left
    return _refused(op, left, right)


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
    whole = left.name in ("int", "bool") and right.name in ("int", "bool")
    if isinstance(op, _ON_BITS):
        return INT if whole or "number" in (left.name, right.name) else _unsupported(op, left, right)
    if "complex" in (left.name, right.name) or isinstance(op, ast.MatMult):
        return ANY
    if isinstance(op, ast.Div):
        return FLOAT
    if isinstance(op, ast.Pow):
        return NUMBER if whole else FLOAT
    if whole:
        return INT
    return FLOAT if "float" in (left.name, right.name) else NUMBER


def _repeated(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:
    for one, other in ((left, right), (right, left)):
        if one.name not in _JOINED:
            continue
        if other.name in ("int", "bool", "number") or not other.is_known:
            return Type(one.name, one.item)
        if other.name in ("float", *_JOINED):
            return type_error(f"can't multiply sequence by non-int of type '{other.name}'")
    return _refused(op, left, right)


def _joined_tuple(left: Type, right: Type) -> Type:
    item = join(left.item, right.item) if left.item is not None and right.item is not None else ANY
    return collection("tuple", item)


def _with_array(op: ast.operator, left: Type, right: Type) -> Type | PredictedException:
    other = right if left.name == "numpy.ndarray" else left
    if NONE in (left, right):
        return _unsupported(op, left, right)
    array = left if other is right else right
    floats = FLOAT in (array.item, other.item, other)
    if isinstance(op, ast.BitXor) and floats:
        return type_error("ufunc 'bitwise_xor' not supported for the input types")
    return ARRAY if other.is_number or other.name in ("numpy.ndarray", "list", "range") else ANY


def compare(op: ast.cmpop, left: Type, right: Type) -> Type | PredictedException:
    """Give what a comparison gives."""
    if NEVER in (left, right):
        return NEVER
    if isinstance(op, ast.In | ast.NotIn):
        return _searched(left, right)
    if isinstance(op, ast.Is | ast.IsNot):
        return BOOL
    if "numpy.ndarray" in (left.name, right.name):
        other = right if left.name == "numpy.ndarray" else left
        return ARRAY if other.is_number or other.name in ("numpy.ndarray", "list", "range") else ANY
    if not isinstance(op, _ORDERED):
        return BOOL if left.name in _PLAIN and right.name in _PLAIN else ANY
    return _ordered(op, left, right)


def _ordered(op: ast.cmpop, left: Type, right: Type) -> Type | PredictedException:
    one_is_none = NONE in (left, right)
    if one_is_none or (left.name in _PLAIN and right.name in _PLAIN):
        comparable = (left.is_number and right.is_number and "complex" not in (left.name, right.name)) or (
            left.name == right.name and left.name in _JOINED
        )
        if not comparable:
            one, other = (type_ if type_.is_known else INT for type_ in (left, right))
            return type_error(
                f"'{_SYMBOLS[type(op)]}' not supported between instances of '{one.shown}' and '{other.shown}'",
            )
        return BOOL
    return ANY


def _searched(left: Type, right: Type) -> Type | PredictedException:
    if right.is_number or right.name in FUNCTIONS or right is NONE:
        return type_error(f"argument of type '{right.shown}' is not iterable")
    if right.name == "str" and left.is_number:
        return type_error(f"'in <string>' requires string as left operand, not {left.shown}")
    return BOOL


def unary(op: ast.unaryop, type_: Type) -> Type | PredictedException:
    """Give what a sign before a value gives; `not` is a question of truth and not asked here."""
    if type_.name in SEQUENCES or type_ is NONE or type_.name in FUNCTIONS:
        return type_error(f"bad operand type for unary {_SYMBOLS[type(op)]}: '{type_.name}'")
    if isinstance(op, ast.Invert):
        return ANY
    return INT if type_ is BOOL else type_


def truth(type_: Type) -> PredictedException | None:
    """Give the complaint about a value that is neither true nor false."""
    if type_.name != "numpy.ndarray":
        return None
    return PredictedException(
        "ValueError",
        "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    )
