"""Assignment to names, attributes, subscripts and sequences of targets."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.objects import set_attribute, type_name
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Instance, Stopped

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine


def bind(machine: Machine, frame: Frame, target: ast.expr, value: Any) -> None:
    """Assign a value to a target."""
    match target:
        case ast.Name(id=name):
            home(frame, name).names[name] = value
        case ast.Attribute(value=owner, attr=name):
            set_attribute(machine, frame, machine.evaluate(frame, owner), name, value)
        case ast.Subscript(value=owner, slice=index):
            _set_item(machine, frame, machine.evaluate(frame, owner), machine.evaluate(frame, index), value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(machine, frame, targets, value)
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
        while at is not None and name not in at.names:
            at = at.parent
        return at or frame
    return frame


def delete(machine: Machine, frame: Frame, target: ast.expr) -> None:
    """Run `del target`."""
    match target:
        case ast.Name(id=name):
            if home(frame, name).names.pop(name, UNKNOWN) is UNKNOWN:
                raise Stopped("a name that is not known is deleted")
        case ast.Subscript(value=owner, slice=index):
            value, key = machine.evaluate(frame, owner), machine.evaluate(frame, index)
            if value is UNKNOWN or key is UNKNOWN or isinstance(value, Instance):
                raise Stopped("an item that is not known is deleted")
            machine.native(frame, operator.delitem, value, key)
        case _:
            raise Stopped("a deletion is not evaluated")


def _set_item(machine: Machine, frame: Frame, owner: Any, index: Any, value: Any) -> None:
    if owner is UNKNOWN or index is UNKNOWN:
        raise Stopped("an item is set at a place that is not known")
    if isinstance(owner, Instance):
        if "__setitem__" in type(owner).own_methods:
            machine.call(frame, machine.attribute(frame, owner, "__setitem__"), (index, value), {})
            return
        message = f"'{type_name(owner)}' object does not support item assignment"
        machine.throw(frame, TypeError(message))
    if isinstance(index, slice):
        value = machine.listed(frame, value)
    machine.native(frame, operator.setitem, owner, index, value)
    machine.bounded(owner)


def _unpack(machine: Machine, frame: Frame, targets: list[ast.expr], value: Any) -> None:
    star = next((place for place, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    if value is UNKNOWN:
        for target in targets:
            bind(machine, frame, target.value if isinstance(target, ast.Starred) else target, UNKNOWN)
        return
    if not hasattr(type(value), "__iter__"):
        machine.throw(frame, TypeError(f"cannot unpack non-iterable {type_name(value)} object"))
    values = machine.listed(frame, value)
    least = len(targets) - (star is not None)
    if len(values) < least:
        machine.throw(frame, ValueError(f"not enough values to unpack (expected {least}, got {len(values)})"))
    if star is None and len(values) > least:
        machine.throw(frame, ValueError(f"too many values to unpack (expected {least})"))
    if star is not None:
        end = len(values) - (least - star)
        values = [*values[:star], values[star:end], *values[end:]]
    for target, item in zip(targets, values, strict=True):
        bind(machine, frame, target.value if isinstance(target, ast.Starred) else target, item)
