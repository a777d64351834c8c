"""Text of values, as `str` and `repr` give it, with the program's own `__str__` and `__repr__`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.machine import MAX_LENGTH, is_ordered
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Instance, Stopped

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_NATIVE = (int, float, complex, bool, type(None), str, bytes, range)
_DEEPEST = 12
_DIGITS = 4
"""The maximum number of digits of a width in a format specification."""


def text_of(machine: Machine, frame: Frame, value: Any) -> str:
    """Return `str(value)`. Raise `Stopped` if it is not known or differs between runs."""
    if isinstance(value, str):
        return value
    if isinstance(value, Instance):
        for name in ("__str__", "__repr__"):
            if name in type(value).own_methods:
                return _own(machine, frame, value, name)
    if isinstance(value, BaseException):
        return str(machine.native(frame, str, value))
    return repr_of(machine, frame, value)


def repr_of(machine: Machine, frame: Frame, value: Any, depth: int = 0) -> str:
    """Return `repr(value)`. Raise `Stopped` if it is not known or differs between runs."""
    machine.spend()
    if type(value) in _NATIVE:
        machine.pay_for(value)
        return repr(value)
    if depth > _DEEPEST or value is UNKNOWN:
        raise Stopped("the text of a value is not known")
    if isinstance(value, Instance) and "__repr__" in type(value).own_methods:
        return _own(machine, frame, value, "__repr__")
    if type(value) is dict:
        pairs = (f"{_inner(machine, frame, k, depth)}: {_inner(machine, frame, v, depth)}" for k, v in value.items())
        return _bounded("{" + ", ".join(pairs) + "}")
    if type(value) in (list, tuple, set):
        if type(value) is set and not is_ordered(value):
            raise Stopped("the order of a set is not fixed")
        items = [_inner(machine, frame, item, depth) for item in value]
        return _bounded(_around(value, items))
    if isinstance(value, type) and issubclass(value, BaseException | Instance):
        return f"<class '__main__.{value.__name__}'>" if value.__module__ != "builtins" else repr(value)
    if isinstance(value, type):
        return repr(value)
    raise Stopped("the text of a value is not known")


def formatted(machine: Machine, frame: Frame, value: Any, spec: str) -> str:
    """Return `format(value, spec)`."""
    if not spec:
        return text_of(machine, frame, value)
    if sum(map(str.isdigit, spec)) > _DIGITS or type(value) not in (int, float, str, bool, complex):
        raise Stopped("a format specification is not evaluated")
    return str(machine.native(frame, format, value, spec))


def _inner(machine: Machine, frame: Frame, value: Any, depth: int) -> str:
    return repr_of(machine, frame, value, depth + 1)


def _around(value: Any, items: list[str]) -> str:
    if type(value) is list:
        return "[" + ", ".join(items) + "]"
    if type(value) is tuple:
        return f"({items[0]},)" if len(items) == 1 else "(" + ", ".join(items) + ")"
    return "{" + ", ".join(items) + "}" if items else "set()"


def _own(machine: Machine, frame: Frame, value: Any, name: str) -> str:
    text = machine.call(frame, machine.attribute(frame, value, name), (), {})
    if not isinstance(text, str):
        if text is UNKNOWN:
            raise Stopped("the text of a value is not known")
        machine.throw(frame, TypeError(f"{name} returned non-string (type {type(text).__name__})"))
    return text


def _bounded(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise Stopped("a text is too long")
    return text
