"""The results of `str` and `repr`, with the program's own `__str__` and `__repr__` methods."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import MAX_LENGTH
from tutor_pedagogy.offline.evaluation.inspection import is_ordered
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    NUMBERS,
    SCALARS,
    STAND_INS,
    TEXTS,
    UNKNOWN,
    VIEWS,
    Instance,
    Stopped,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_NUMERALS = re.compile(r"[0-9]{1,5}")


def text_of(machine: Machine, frame: Frame, value: Any) -> str:
    """Return `str(value)`. Raise `Stopped` if the text is not known or differs between runs."""
    if type(value) is str:
        return str(value)
    if isinstance(value, Instance | BaseException):
        own = getattr(type(value), "own_methods", ())
        if "__str__" in own:
            return _own(machine, frame, value, "__str__")
        if isinstance(value, BaseException):
            return _text_of_exception(machine, frame, value)
    return repr_of(machine, frame, value)


def _text_of_exception(machine: Machine, frame: Frame, value: BaseException) -> str:
    kind = type(value).__str__
    if kind is BaseException.__str__:
        if len(value.args) == 1:
            return text_of(machine, frame, value.args[0])
        return repr_of(machine, frame, value.args) if value.args else ""
    if kind is KeyError.__str__ and len(value.args) == 1:
        return repr_of(machine, frame, value.args[0])
    machine.weigh(value.args)
    return str(machine.native(frame, str, value))


def repr_of(machine: Machine, frame: Frame, value: Any) -> str:
    """Return `repr(value)`. Raise `Stopped` if the text is not known or differs between runs."""
    machine.spend()
    kind = type(value)
    if kind in SCALARS or kind in TEXTS:
        return str(machine.charged(repr(value)))
    if value is UNKNOWN or kind in STAND_INS:
        raise Stopped("the text of a value is not known")
    machine.enter(4)
    try:
        return str(machine.charged(_composed(machine, frame, value)))
    finally:
        machine.depth -= 4


def _composed(machine: Machine, frame: Frame, value: Any) -> str:
    kind = type(value)
    if kind in DICTIONARIES:
        return _dictionary(machine, frame, value)
    if kind in (list, tuple, set, frozenset, deque) or kind in VIEWS:
        return _collection(machine, frame, value)
    if isinstance(value, Instance) and "__repr__" in kind.own_methods:
        return _own(machine, frame, value, "__repr__")
    if isinstance(value, BaseException):
        if "__repr__" in getattr(kind, "own_methods", ()):
            return _own(machine, frame, value, "__repr__")
        inner = ", ".join(_each(machine, frame, value.args))
        return f"{kind.__name__}({inner})"
    if isinstance(value, type):
        is_own = issubclass(value, BaseException | Instance) and value.__module__ != "builtins"
        return f"<class '__main__.{value.__name__}'>" if is_own else repr(value)
    raise Stopped("the text of a value is not known")


def _each(machine: Machine, frame: Frame, values: Iterable[Any]) -> list[str]:
    found: list[str] = []
    total = 0
    for value in values:
        found.append(repr_of(machine, frame, value))
        total += len(found[-1])
        if total > MAX_LENGTH:
            raise Stopped("a text is too long")
    return found


def _collection(machine: Machine, frame: Frame, value: Any) -> str:
    kind = type(value)
    if kind in (set, frozenset) and not is_ordered(value):
        raise Stopped("the order of a set is not fixed")
    items = _each(machine, frame, value)
    inner = ", ".join(items)
    if kind is list:
        return f"[{inner}]"
    if kind is tuple:
        return f"({inner},)" if len(items) == 1 else f"({inner})"
    if kind is set:
        return f"{{{inner}}}" if items else "set()"
    if kind is frozenset:
        return f"frozenset({{{inner}}})" if items else "frozenset()"
    if kind is deque and value.maxlen is not None:
        return f"deque([{inner}], maxlen={value.maxlen})"
    return f"{kind.__name__}([{inner}])"


def _dictionary(machine: Machine, frame: Frame, value: Any) -> str:
    kind = type(value)
    if kind is OrderedDict:
        raise Stopped("the text of a value is not known")
    pairs = value.most_common() if kind is Counter else list(value.items())
    keys = _each(machine, frame, [key for key, _ in pairs])
    values = _each(machine, frame, [each for _, each in pairs])
    inner = ", ".join(f"{key}: {each}" for key, each in zip(keys, values, strict=True))
    if kind is Counter:
        return f"Counter({{{inner}}})" if pairs else "Counter()"
    if kind is defaultdict:
        factory = "None" if value.default_factory is None else repr(value.default_factory)
        return f"defaultdict({factory}, {{{inner}}})"
    return f"{{{inner}}}"


def formatted(machine: Machine, frame: Frame, value: Any, spec: str) -> str:
    """Return `format(value, spec)`."""
    if isinstance(value, Instance | BaseException) and "__format__" in getattr(type(value), "own_methods", ()):
        text = machine.asked(value, "__format__", spec)
        if not isinstance(text, str):
            raise Stopped("a format specification is not evaluated")
        return text
    if not spec:
        return text_of(machine, frame, value)
    if widths(spec) > MAX_LENGTH or value is UNKNOWN or type(value) in STAND_INS:
        raise Stopped("a format specification is not evaluated")
    is_simple = type(value) in NUMBERS or type(value) in (str, complex)
    if not is_simple and type(value).__dict__.get("__format__") is not None:
        raise Stopped("a format specification is not evaluated")
    return str(machine.native(frame, format, value, spec))


def widths(spec: str) -> int:
    """Return the sum of all numbers in a format specification, which no width or precision in it exceeds."""
    return sum(int(numeral) for numeral in _NUMERALS.findall(spec))


def _own(machine: Machine, frame: Frame, value: Any, name: str) -> str:
    machine.enter(3)
    text = machine.call(frame, machine.attribute(frame, value, name), (), {})
    machine.depth -= 3
    if not isinstance(text, str):
        if text is UNKNOWN:
            raise Stopped("the text of a value is not known")
        machine.throw(frame, TypeError(f"{name} returned non-string (type {type_name(text)})"))
    return text
