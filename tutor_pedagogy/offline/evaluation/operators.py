"""Operators: arithmetic, comparisons and subscripts, on native values and on the program's own objects."""

from __future__ import annotations

import ast
import operator
from collections import deque
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import MAX_BITS, MAX_LENGTH
from tutor_pedagogy.offline.evaluation.percent import percent
from tutor_pedagogy.offline.evaluation.searching import MAX_BIG_KEYS, check_keys, contains
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    NUMBERS,
    PLAIN_COLLECTIONS,
    SCALARS,
    SIZED,
    STAND_INS,
    TEXTS,
    UNKNOWN,
    VIEWS,
    Closure,
    Instance,
    Stopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_BINARY: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any], str]] = {
    ast.Add: (operator.add, operator.iadd, "add"),
    ast.Sub: (operator.sub, operator.isub, "sub"),
    ast.Mult: (operator.mul, operator.imul, "mul"),
    ast.Div: (operator.truediv, operator.itruediv, "truediv"),
    ast.FloorDiv: (operator.floordiv, operator.ifloordiv, "floordiv"),
    ast.Mod: (operator.mod, operator.imod, "mod"),
    ast.Pow: (operator.pow, operator.ipow, "pow"),
    ast.LShift: (operator.lshift, operator.ilshift, "lshift"),
    ast.RShift: (operator.rshift, operator.irshift, "rshift"),
    ast.BitAnd: (operator.and_, operator.iand, "and"),
    ast.BitOr: (operator.or_, operator.ior, "or"),
    ast.BitXor: (operator.xor, operator.ixor, "xor"),
    ast.MatMult: (operator.matmul, operator.imatmul, "matmul"),
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_UNARY: dict[type[ast.unaryop], tuple[Callable[[Any], Any], str]] = {
    ast.UAdd: (operator.pos, "__pos__"),
    ast.USub: (operator.neg, "__neg__"),
    ast.Invert: (operator.invert, "__invert__"),
}
_REPEATED = frozenset((*TEXTS, *PLAIN_COLLECTIONS))


def binary(machine: Machine, frame: Frame, kind: type[ast.operator], left: Any, right: Any, *, in_place: bool) -> Any:
    """Return the result of a binary operator. `in_place` means an augmented assignment, such as `left += right`."""
    plain, augmented, _ = _BINARY[kind]
    if type(left) in NUMBERS and type(right) in NUMBERS:
        if kind is ast.Pow or kind is ast.LShift:
            check_power(kind, left, right)
        return machine.native(frame, plain, left, right)
    if left is UNKNOWN or right is UNKNOWN:
        if in_place and type(left) in SIZED and type(left) not in TEXTS and type(left) not in (tuple, frozenset):
            raise Stopped("a collection changes by a value that is not known")
        return UNKNOWN
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _own_binary(machine, frame, kind, left, right, in_place=in_place)
    _check_types(kind, left, right)
    if type(left) not in NUMBERS or type(right) not in NUMBERS:
        _check_size(machine, kind, left, right)
    if kind is ast.Mod and type(left) in TEXTS:
        return percent(machine, frame, left, right)
    function = augmented if in_place else plain
    if in_place and type(left) in PLAIN_COLLECTIONS and kind is ast.Add and type(right) is not type(left):
        right = machine.listed(frame, right) if type(left) in (list, deque) else right
    return machine.native(frame, function, left, right)


def _check_types(kind: type[ast.operator], left: Any, right: Any) -> None:
    """Raise `Stopped` for a union of types such as `int | str`, which the evaluator does not support."""
    if kind is ast.BitOr and (isinstance(left, type) or isinstance(right, type)):
        raise Stopped("an operator is not evaluated")


def unary(machine: Machine, frame: Frame, kind: type[ast.unaryop], value: Any) -> Any:
    """Return the result of `-value`, `+value`, `~value` or `not value`."""
    if kind is ast.Not:
        return UNKNOWN if value is UNKNOWN else not machine.truth(frame, value)
    if value is UNKNOWN:
        return UNKNOWN
    function, name = _UNARY[kind]
    if isinstance(value, Instance) and name in type(value).own_methods:
        return machine.asked(value, name)
    if kind is ast.Invert and type(value) is bool:
        raise Stopped("an operator is not evaluated")
    machine.weigh(value)
    return machine.native(frame, function, value)


def compare(machine: Machine, frame: Frame, kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    """Return the result of one comparison."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if kind in _COMPARISONS:
        if type(left) in SCALARS and type(right) in SCALARS:
            return machine.native(frame, _COMPARISONS[kind], left, right)
        return _ordered(machine, frame, kind, left, right)
    if kind in (ast.Is, ast.IsNot):
        return _same(left, right) is (kind is ast.Is)
    return contains(machine, frame, right, left) is (kind is ast.In)


def _ordered(machine: Machine, frame: Frame, kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    if not isinstance(left, type | Instance) or not isinstance(right, type | Instance):
        machine.weigh(left, right)
    return machine.native(frame, _COMPARISONS[kind], left, right)


def subscript(machine: Machine, frame: Frame, value: Any, index: Any) -> Any:
    """Return `value[index]`."""
    if value is UNKNOWN or index is UNKNOWN:
        return UNKNOWN
    kind = type(value)
    if isinstance(value, Instance) and "__getitem__" in kind.own_methods:
        return machine.call(frame, machine.attribute(frame, value, "__getitem__"), (index,), {})
    if isinstance(value, type):
        return UNKNOWN
    if kind in DICTIONARIES:
        check_keys(machine, (index,), len(value))
    found = machine.native(frame, operator.getitem, value, index)
    if kind in DICTIONARIES:
        machine.bounded(value)  # Reading a missing key adds it to a default dictionary.
    return found


def _same(left: Any, right: Any) -> bool:
    """Return whether `left is right`. Raise `Stopped` if that depends on the interpreter's caches."""
    kind = type(left)
    if left is right and ((kind not in SIZED and kind not in NUMBERS) or kind in (list, set, dict, bool)):
        return True
    if kind is type(right) and kind in (int, float, complex, str, bytes, tuple, frozenset, range):
        if kind in (tuple, frozenset, range):
            raise Stopped("whether equal values are one object is not fixed")
        if left == right:
            raise Stopped("whether equal values are one object is not fixed")
        return False
    if kind in STAND_INS and kind is not Closure and kind is type(right):
        raise Stopped("whether equal values are one object is not fixed")
    return left is right


def _own_binary(
    machine: Machine, frame: Frame, kind: type[ast.operator], left: Any, right: Any, *, in_place: bool
) -> Any:
    plain, augmented, name = _BINARY[kind]
    tried = [(left, right, f"__{name}__"), (right, left, f"__r{name}__")]
    if type(left) is type(right):
        del tried[1]
    elif isinstance(right, type(left)) and f"__r{name}__" in getattr(type(right), "own_methods", ()):
        tried.reverse()
    if in_place:
        tried.insert(0, (left, right, f"__i{name}__"))
    for value, other, method in tried:
        if isinstance(value, Instance) and method in type(value).own_methods:
            result = machine.call(frame, machine.attribute(frame, value, method), (other,), {})
            if result is not NotImplemented:
                return result
    if kind is ast.Mod and type(left) in TEXTS:
        return percent(machine, frame, left, right)
    if in_place and kind is ast.Add and type(left) is list:
        return machine.native(frame, augmented, left, machine.listed(frame, right))
    _check_types(kind, left, right)
    return machine.native(frame, augmented if in_place else plain, left, right)


def check_power(kind: type[ast.operator], left: Any, right: Any) -> None:
    """Raise `Stopped` before a power or a shift whose result would be too large to compute."""
    if type(left) is float or type(right) is float:
        return
    if kind is ast.Pow and abs(right) * max(left.bit_length(), 1) > 2 * MAX_BITS:
        raise Stopped("a power is too large")
    if kind is ast.LShift and right > MAX_BITS:
        raise Stopped("a shift is too large")


def _check_size(machine: Machine, kind: type[ast.operator], left: Any, right: Any) -> None:
    """Raise `Stopped` before an operation whose result would be too large to compute."""
    if kind is ast.Mult:
        for sequence, times in ((left, right), (right, left)):
            if type(sequence) in _REPEATED and isinstance(times, int) and len(sequence) * times > MAX_LENGTH:
                raise Stopped("a sequence is repeated too often")
    if type(left) not in TEXTS and type(left) not in (list, tuple):
        for value in (left, right):
            if type(value) in DICTIONARIES or type(value) in PLAIN_COLLECTIONS or type(value) in VIEWS:
                machine.weigh(value)
                check_keys(machine, value, MAX_BIG_KEYS)
        if not isinstance(right, dict | set | frozenset) and kind is ast.BitOr and type(left) in DICTIONARIES:
            raise Stopped("a dictionary is updated from pairs")
