"""Assignment to names, attributes, subscripts and sequences of targets."""

from __future__ import annotations

import ast
import operator
import sys
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import END, ITEMS_PER_STEP
from tutor_pedagogy.offline.evaluation.frames import mangled
from tutor_pedagogy.offline.evaluation.objects import delete_attribute, set_attribute
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.values import DICTIONARIES, STAND_INS, UNKNOWN, Instance, Stopped, type_name

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_MISSING = object()
_TELLS_LENGTH = sys.version_info >= (3, 14)
"""Whether CPython's message for too many values to unpack states their number, as it does from 3.14 on."""


def bind(machine: Machine, frame: Frame, target: ast.expr, value: Any) -> None:
    """Assign a value to a target of an assignment, such as a name or a tuple of names."""
    match target:
        case ast.Name(id=name):
            if frame.scope is None:
                frame.names[name] = value
            else:
                home(frame, name).names[name] = value
        case ast.Attribute(value=owner, attr=name):
            set_attribute(machine, frame, machine.evaluate(frame, owner), mangled(frame, name), value)
        case ast.Subscript(value=owner, slice=index):
            set_item(machine, frame, machine.evaluate(frame, owner), machine.evaluate(frame, index), value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            machine.enter(2)
            try:
                _unpack(machine, frame, targets, value)
            finally:
                machine.depth -= 2
        case _:
            raise Stopped("an assignment is not evaluated")


def home(frame: Frame, name: str) -> Frame:
    """Return the frame in which an assignment binds a name."""
    if frame.scope is None:
        return frame
    if name in frame.scope.outer:
        return frame.module
    if name in frame.scope.nonlocals:
        at = frame.parent
        while at is not None and (at.scope is None or name not in at.scope.bound):
            at = at.parent
        return at or frame
    return frame


def delete(machine: Machine, frame: Frame, target: ast.expr) -> None:
    """Run `del target`."""
    match target:
        case ast.Name(id=name):
            if home(frame, name).names.pop(name, _MISSING) is _MISSING:
                machine.evaluate(frame, ast.copy_location(ast.Name(name, ast.Load()), target))
                raise Stopped("a name that is not known is deleted")
        case ast.Subscript(value=owner, slice=index):
            _delete_item(machine, frame, machine.evaluate(frame, owner), machine.evaluate(frame, index))
        case ast.Attribute(value=owner, attr=name):
            delete_attribute(machine, frame, machine.evaluate(frame, owner), mangled(frame, name))
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            machine.enter(2)
            try:
                for each in targets:
                    delete(machine, frame, each)
            finally:
                machine.depth -= 2
        case _:
            raise Stopped("a deletion is not evaluated")


def _delete_item(machine: Machine, frame: Frame, owner: Any, index: Any) -> None:
    if owner is UNKNOWN or index is UNKNOWN:
        raise Stopped("an item that is not known is deleted")
    if isinstance(owner, Instance):
        if "__delitem__" not in type(owner).own_methods:
            machine.throw(frame, TypeError(f"'{type_name(owner)}' object doesn't support item deletion"))
        machine.asked(owner, "__delitem__", index)
        return
    _check_place(machine, owner, index)
    machine.native(frame, operator.delitem, owner, index)


def _check_place(machine: Machine, owner: Any, index: Any) -> None:
    """Count the steps of finding a key or a slice. Raise `Stopped` if `owner` is not a built-in value."""
    if type(owner) in STAND_INS or isinstance(owner, type):
        raise Stopped("an item is set on an object that is not known")
    if type(owner) in DICTIONARIES:
        check_keys(machine, (index,), len(owner))
    elif isinstance(index, slice):
        machine.spend(len(owner) // 16 if hasattr(owner, "__len__") else 0)


def set_item(machine: Machine, frame: Frame, owner: Any, index: Any, value: Any) -> None:
    """Run `owner[index] = value`."""
    if owner is UNKNOWN or index is UNKNOWN:
        raise Stopped("an item is set at a place that is not known")
    if isinstance(owner, Instance):
        if "__setitem__" in type(owner).own_methods:
            machine.enter(2)
            machine.call(frame, machine.attribute(frame, owner, "__setitem__"), (index, value), {})
            machine.depth -= 2
            return
        message = f"'{type_name(owner)}' object does not support item assignment"
        machine.throw(frame, TypeError(message))
    _check_place(machine, owner, index)
    if isinstance(index, slice):
        if not hasattr(type(value), "__iter__") and not isinstance(value, Instance):
            machine.throw(frame, TypeError("can only assign an iterable"))
        value = machine.listed(frame, value)
    machine.native(frame, operator.setitem, owner, index, value)
    machine.bounded(owner)


def _unpack(machine: Machine, frame: Frame, targets: list[ast.expr], value: Any) -> None:
    star = next((place for place, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    if value is UNKNOWN:
        for target in targets:
            bind(machine, frame, target.value if isinstance(target, ast.Starred) else target, UNKNOWN)
        return
    values = _values(machine, frame, value, len(targets), has_star=star is not None)
    least = len(targets) - (star is not None)
    if len(values) < least:
        wanted = f"expected at least {least}" if star is not None else f"expected {least}"
        machine.throw(frame, ValueError(f"not enough values to unpack ({wanted}, got {len(values)})"))
    if star is None and len(values) > least:
        machine.throw(frame, _too_many(value, least))
    if star is not None:
        end = len(values) - (least - star)
        values = [*values[:star], values[star:end], *values[end:]]
    for target, item in zip(targets, values, strict=True):
        bind(machine, frame, target.value if isinstance(target, ast.Starred) else target, item)


def _values(machine: Machine, frame: Frame, value: Any, wanted: int, *, has_star: bool) -> list[Any]:
    """Return the values to unpack: all of them if a target has a star, else at most one more than there are targets."""
    is_iterable = "__iter__" in value.own_methods if isinstance(value, Instance) else hasattr(type(value), "__iter__")
    if not is_iterable or type(value) in STAND_INS:
        machine.throw(frame, TypeError(f"cannot unpack non-iterable {type_name(value)} object"))
    if has_star:
        return machine.listed(frame, value)
    iterator = machine.items(frame, value)
    found: list[Any] = []
    while len(found) <= wanted and (item := machine.advance(frame, iterator)) is not END:
        found.append(item)
    machine.spend(len(found) // ITEMS_PER_STEP)
    return found


def _too_many(value: Any, wanted: int) -> ValueError:
    """Return the `ValueError` for more values than targets, with the message of the running version of CPython."""
    got = f", got {len(value)}" if _TELLS_LENGTH and type(value) in (list, tuple, dict) else ""
    return ValueError(f"too many values to unpack (expected {wanted}{got})")
