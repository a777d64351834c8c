"""What operators make of two kinds of value, or the words in which Python refuses."""

from __future__ import annotations

import ast
from typing import NamedTuple

from tutor_pedagogy.offline.foresight.kinds import (
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
    Kind,
    collection,
    join,
)


class Complaint(NamedTuple):
    """An exception with its message, as CPython words it."""

    exception: str
    message: str


_SIGNS: dict[type[ast.operator | ast.cmpop | ast.unaryop], str] = {
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
_SET_SIGNS = (ast.Sub, ast.BitAnd, ast.BitOr, ast.BitXor)


def binary(sign: ast.operator, left: Kind, right: Kind) -> Kind | Complaint:  # noqa: PLR0911 - one answer for each pair of kinds
    """Give what an arithmetic operator gives."""
    if NEVER in (left, right):
        return NEVER
    if "numpy.ndarray" in (left.name, right.name):
        return _with_array(sign, left, right)
    if left.is_number and right.is_number:
        return _of_numbers(sign, left, right)
    if left.name == "str" and isinstance(sign, ast.Mod):
        return STR
    if isinstance(sign, ast.Mult):
        return _repeated(sign, left, right)
    if left.name == right.name:
        if isinstance(sign, ast.Add) and left.name in _JOINED:
            return join(left, right) if left.name != "tuple" else _joined_tuple(left, right)
        if left.name in ("set", "frozenset") and isinstance(sign, _SET_SIGNS):
            return left
    return _refused(sign, left, right)


def _refused(sign: ast.operator, left: Kind, right: Kind) -> Kind | Complaint:
    if NONE in (left, right) and not isinstance(sign, ast.BitOr):
        return _unsupported(sign, left if left.is_known else INT, right if right.is_known else INT)
    if left.name not in _PLAIN or right.name not in _PLAIN:
        return ANY
    if isinstance(sign, ast.Add) and left.name in _JOINED:
        return Complaint("TypeError", f'can only concatenate {left.name} (not "{right.said}") to {left.name}')
    return _unsupported(sign, left, right)


def _unsupported(sign: ast.operator, left: Kind, right: Kind) -> Complaint:
    return Complaint(
        "TypeError", f"unsupported operand type(s) for {_SIGNS[type(sign)]}: '{left.said}' and '{right.said}'"
    )


def _of_numbers(sign: ast.operator, left: Kind, right: Kind) -> Kind | Complaint:
    whole = left.name in ("int", "bool") and right.name in ("int", "bool")
    if isinstance(sign, _ON_BITS):
        return INT if whole or "number" in (left.name, right.name) else _unsupported(sign, left, right)
    if "complex" in (left.name, right.name) or isinstance(sign, ast.MatMult):
        return ANY
    if isinstance(sign, ast.Div):
        return FLOAT
    if isinstance(sign, ast.Pow):
        return NUMBER if whole else FLOAT
    if whole:
        return INT
    return FLOAT if "float" in (left.name, right.name) else NUMBER


def _repeated(sign: ast.operator, left: Kind, right: Kind) -> Kind | Complaint:
    for one, other in ((left, right), (right, left)):
        if one.name not in _JOINED:
            continue
        if other.name in ("int", "bool", "number") or not other.is_known:
            return Kind(one.name, one.item)
        if other.name in ("float", *_JOINED):
            return Complaint("TypeError", f"can't multiply sequence by non-int of type '{other.name}'")
    return _refused(sign, left, right)


def _joined_tuple(left: Kind, right: Kind) -> Kind:
    item = join(left.item, right.item) if left.item is not None and right.item is not None else ANY
    return collection("tuple", item)


def _with_array(sign: ast.operator, left: Kind, right: Kind) -> Kind | Complaint:
    other = right if left.name == "numpy.ndarray" else left
    if NONE in (left, right):
        return _unsupported(sign, left, right)
    array = left if other is right else right
    floats = FLOAT in (array.item, other.item, other)
    if isinstance(sign, ast.BitXor) and floats:
        return Complaint("TypeError", "ufunc 'bitwise_xor' not supported for the input types")
    return ARRAY if other.is_number or other.name in ("numpy.ndarray", "list", "range") else ANY


def compare(sign: ast.cmpop, left: Kind, right: Kind) -> Kind | Complaint:
    """Give what a comparison gives."""
    if NEVER in (left, right):
        return NEVER
    if isinstance(sign, ast.In | ast.NotIn):
        return _searched(left, right)
    if isinstance(sign, ast.Is | ast.IsNot):
        return BOOL
    if "numpy.ndarray" in (left.name, right.name):
        other = right if left.name == "numpy.ndarray" else left
        return ARRAY if other.is_number or other.name in ("numpy.ndarray", "list", "range") else ANY
    if not isinstance(sign, _ORDERED):
        return BOOL if left.name in _PLAIN and right.name in _PLAIN else ANY
    return _ordered(sign, left, right)


def _ordered(sign: ast.cmpop, left: Kind, right: Kind) -> Kind | Complaint:
    one_is_none = NONE in (left, right)
    if one_is_none or (left.name in _PLAIN and right.name in _PLAIN):
        comparable = (left.is_number and right.is_number and "complex" not in (left.name, right.name)) or (
            left.name == right.name and left.name in _JOINED
        )
        if not comparable:
            one, other = (kind if kind.is_known else INT for kind in (left, right))
            return Complaint(
                "TypeError",
                f"'{_SIGNS[type(sign)]}' not supported between instances of '{one.said}' and '{other.said}'",
            )
        return BOOL
    return ANY


def _searched(left: Kind, right: Kind) -> Kind | Complaint:
    if right.is_number or right.name in FUNCTIONS or right is NONE:
        return Complaint("TypeError", f"argument of type '{right.said}' is not iterable")
    if right.name == "str" and left.is_number:
        return Complaint("TypeError", f"'in <string>' requires string as left operand, not {left.said}")
    return BOOL


def unary(sign: ast.unaryop, kind: Kind) -> Kind | Complaint:
    """Give what a sign before a value gives; `not` is a question of truth and not asked here."""
    if kind.name in SEQUENCES or kind is NONE or kind.name in FUNCTIONS:
        return Complaint("TypeError", f"bad operand type for unary {_SIGNS[type(sign)]}: '{kind.name}'")
    if isinstance(sign, ast.Invert):
        return ANY
    return INT if kind is BOOL else kind


def truth(kind: Kind) -> Complaint | None:
    """Give the complaint about a value that is neither true nor false."""
    if kind.name != "numpy.ndarray":
        return None
    return Complaint(
        "ValueError",
        "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    )
