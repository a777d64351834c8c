"""Calls of built-in types."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects
from tutor_pedagogy.offline.evaluation.arity import takes
from tutor_pedagogy.offline.evaluation.inspection import is_known
from tutor_pedagogy.offline.evaluation.methods import updates
from tutor_pedagogy.offline.evaluation.numeric import NUMERIC
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.texts import text_of
from tutor_pedagogy.offline.evaluation.values import (
    UNKNOWN,
    Instance,
    Stopped,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine
    from tutor_pedagogy.offline.evaluation.numeric import Function

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]

_FACTORIES = (int, list, str, set, dict, float, tuple, bool)


def call_type(machine: Machine, frame: Frame, kind: type, arguments: Arguments, named: Named) -> Any:
    """Return the result of calling a built-in type, such as `list(values)`."""
    if not is_known((*arguments, *named.values())):
        return UNKNOWN
    if issubclass(kind, BaseException):
        return machine.native(frame, kind, *arguments, **named)
    make = _MAKERS.get(kind)
    return UNKNOWN if make is None else make(machine, frame, arguments, named)


def _string(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) == 1 and not named:
        return text_of(machine, frame, arguments[0])
    if arguments or named:
        raise Stopped("an encoding is not evaluated")
    return ""


def _type(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    return objects.type_of(arguments[0]) if len(arguments) == 1 else UNKNOWN


def _object(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    return UNKNOWN if not arguments and not named else machine.native(frame, object, *arguments, **named)


def _collection(kind: type) -> Function:
    def make(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        if kind is collections.deque and (named or len(arguments) > 1):
            return _bounded_queue(machine, frame, arguments, named)
        if len(arguments) != 1 or named:
            return machine.native(frame, kind, *([], [], [])[: len(arguments)], **dict.fromkeys(named))
        value = arguments[0]
        if kind in (set, frozenset):
            items = value if type(value) in (set, frozenset) else machine.listed(frame, value)
            check_keys(machine, items, 0)
            return machine.native(frame, kind, items)
        return machine.native(frame, kind, machine.listed(frame, value))

    return make


def _bounded_queue(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    longest = named.get("maxlen", arguments[1] if len(arguments) > 1 else None)
    if not named.keys() <= {"maxlen"} or not takes(arguments, 0, 2):
        raise Stopped("a function is not evaluated")
    items = machine.listed(frame, arguments[0]) if arguments else []
    return machine.native(frame, collections.deque, items, longest)


def _counter(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) > 1:
        raise Stopped("a function is not evaluated")
    given = [updates(machine, frame, each, counts=True) for each in arguments]
    return machine.native(frame, collections.Counter, *given, **named)


def _dictionary(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) > 1:
        return machine.native(frame, dict, *({},) * len(arguments))
    return machine.native(frame, dict, *(updates(machine, frame, each) for each in arguments), **named)


def _default_dictionary(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not arguments or not any(arguments[0] is each for each in (*_FACTORIES, None)):
        return UNKNOWN
    given = [updates(machine, frame, each) for each in arguments[1:2]]
    return machine.native(frame, collections.defaultdict, arguments[0], *given, **named)


def _bytes(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1 or named or isinstance(arguments[0], str | int | Instance):
        raise Stopped("a function is not evaluated")
    return machine.native(frame, bytes, machine.listed(frame, arguments[0]))


_MAKERS: dict[type, Function] = {
    **{kind: NUMERIC[kind.__name__] for kind in (int, float, complex, bool)},
    **{kind: _collection(kind) for kind in (list, tuple, set, frozenset, collections.deque)},
    range: lambda machine, frame, arguments, named: machine.native(frame, range, *arguments, **named),
    str: _string,
    bytes: _bytes,
    type: _type,
    object: _object,
    dict: _dictionary,
    collections.Counter: _counter,
    collections.defaultdict: _default_dictionary,
}
