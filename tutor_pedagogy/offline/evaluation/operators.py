"""Operators: arithmetic, comparisons and subscripts, on native values and on the program's own objects."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.machine import MAX_BITS, MAX_LENGTH
from tutor_pedagogy.offline.evaluation.texts import text_of
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Instance, Stopped

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
_COMPARISONS: dict[type[ast.cmpop], tuple[Callable[[Any, Any], Any], str, str]] = {
    ast.Eq: (operator.eq, "__eq__", "__eq__"),
    ast.NotEq: (operator.ne, "__ne__", "__ne__"),
    ast.Lt: (operator.lt, "__lt__", "__gt__"),
    ast.LtE: (operator.le, "__le__", "__ge__"),
    ast.Gt: (operator.gt, "__gt__", "__lt__"),
    ast.GtE: (operator.ge, "__ge__", "__le__"),
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}
_SEQUENCES = (str, bytes, list, tuple)


def binary(machine: Machine, frame: Frame, kind: type[ast.operator], left: Any, right: Any, *, in_place: bool) -> Any:
    """Return the result of an operator; `in_place` as in `left += right`."""
    if left is UNKNOWN or right is UNKNOWN:
        if in_place and isinstance(left, list | set | dict):
            raise Stopped("a collection changes by a value that is not known")
        return UNKNOWN
    plain, augmented, name = _BINARY[kind]
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _own_binary(machine, frame, (plain, name), left, right)
    _check_size(machine, kind, left, right)
    if kind is ast.Mod and isinstance(left, str):
        return _percent(machine, frame, left, right)
    return machine.native(frame, augmented if in_place else plain, left, right)


def unary(machine: Machine, frame: Frame, kind: type[ast.unaryop], value: Any) -> Any:
    """Return the result of `-value`, `+value`, `~value` or `not value`."""
    if kind is ast.Not:
        return UNKNOWN if value is UNKNOWN else not machine.truth(frame, value)
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Instance):
        raise Stopped("a method of the program would be called")
    return machine.native(frame, _UNARY[kind], value)


def compare(machine: Machine, frame: Frame, kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    """Return the result of one comparison."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if kind in (ast.Is, ast.IsNot):
        return _same(left, right) is (kind is ast.Is)
    if kind in (ast.In, ast.NotIn):
        return _contains(machine, frame, right, left) is (kind is ast.In)
    return _ordered(machine, frame, kind, left, right)


def _ordered(machine: Machine, frame: Frame, kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    plain, name, reflected = _COMPARISONS[kind]
    machine.pay_for(left, right)
    for value, other, method in ((left, right, name), (right, left, reflected)):
        if isinstance(value, Instance) and method in type(value).own_methods:
            return machine.call(frame, machine.attribute(frame, value, method), (other,), {})
        if isinstance(value, Instance) and method == "__ne__" and "__eq__" in type(value).own_methods:
            same = machine.call(frame, machine.attribute(frame, value, "__eq__"), (other,), {})
            return UNKNOWN if same is UNKNOWN else not same
    return machine.native(frame, plain, left, right)


def subscript(machine: Machine, frame: Frame, value: Any, index: Any) -> Any:
    """Return `value[index]`."""
    if value is UNKNOWN or index is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Instance) and "__getitem__" in type(value).own_methods:
        return machine.call(frame, machine.attribute(frame, value, "__getitem__"), (index,), {})
    if isinstance(value, type):
        return UNKNOWN
    return machine.native(frame, operator.getitem, value, index)


def _same(left: Any, right: Any) -> bool:
    """Return whether `left is right`. Raise `Stopped` if that depends on the interpreter's caches."""
    if type(left) is type(right) and isinstance(left, int | float | str | bytes | tuple) and left == right:
        if isinstance(left, bool):
            return True
        raise Stopped("whether equal values are one object is not fixed")
    return left is right


def _contains(machine: Machine, frame: Frame, values: Any, item: Any) -> bool:
    machine.pay_for(values)
    if isinstance(values, Instance):
        if "__contains__" in type(values).own_methods:
            found = machine.call(frame, machine.attribute(frame, values, "__contains__"), (item,), {})
            return machine.truth(frame, found)
        raise Stopped("a method of the program would be called")
    return bool(machine.native(frame, operator.contains, values, item))


def _own_binary(
    machine: Machine, frame: Frame, how: tuple[Callable[[Any, Any], Any], str], left: Any, right: Any
) -> Any:
    plain, name = how
    for value, other, method in ((left, right, f"__{name}__"), (right, left, f"__r{name}__")):
        if isinstance(value, Instance) and method in type(value).own_methods:
            return machine.call(frame, machine.attribute(frame, value, method), (other,), {})
    return machine.native(frame, plain, left, right)


def _check_size(machine: Machine, kind: type[ast.operator], left: Any, right: Any) -> None:
    """Raise `Stopped` before an operation whose result would be too large to compute."""
    machine.pay_for(left, right)
    if kind is ast.Pow and isinstance(left, int) and isinstance(right, int):
        if abs(right) * max(left.bit_length(), 1) > MAX_BITS:
            raise Stopped("a power is too large")
    elif kind is ast.LShift and isinstance(right, int) and right > MAX_BITS:
        raise Stopped("a shift is too large")
    elif kind is ast.Mult:
        for sequence, times in ((left, right), (right, left)):
            if isinstance(sequence, _SEQUENCES) and isinstance(times, int) and len(sequence) * times > MAX_LENGTH:
                raise Stopped("a sequence is repeated too often")


def _percent(machine: Machine, frame: Frame, template: str, values: Any) -> Any:
    if any(map(str.isdigit, template)) and len([c for c in template if c.isdigit()]) > 4:  # noqa: PLR2004 - the limit is the number of digits of a width
        raise Stopped("a format specification is not evaluated")
    if isinstance(values, tuple):
        values = tuple(_as_native(machine, frame, value) for value in values)
    elif not isinstance(values, dict):
        values = _as_native(machine, frame, values)
    if "*" in template:
        raise Stopped("a format specification is not evaluated")
    return machine.native(frame, operator.mod, template, values)


def _as_native(machine: Machine, frame: Frame, value: Any) -> Any:
    """Return a value that the native `%` operator can print: scalars as they are, others as their text."""
    if value is UNKNOWN:
        raise Stopped("a value is not known")
    return value if isinstance(value, int | float | str | type(None)) else text_of(machine, frame, value)
