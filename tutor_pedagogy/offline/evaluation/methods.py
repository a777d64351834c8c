"""Methods of built-in values that are evaluated natively, and what each may do."""

from __future__ import annotations

import collections
import re
from string import Formatter
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.machine import MAX_LENGTH, is_known
from tutor_pedagogy.offline.evaluation.texts import formatted, repr_of, text_of
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, NativeMethod, Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_OF_STRINGS = frozenset(
    (
        *("capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal"),
        *("isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join"),
        *("lower", "lstrip", "partition", "removeprefix", "removesuffix", "rfind", "rindex", "rpartition", "rsplit"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "replace", "center"),
        *("ljust", "rjust", "zfill", "format", "encode"),
    )
)
_OF_SEQUENCES = frozenset(("count", "index", "copy"))
_CHANGING_LISTS = frozenset(("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"))
_OF_SETS = frozenset(
    ("copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference", "union")
)
_CHANGING_SETS = frozenset(("add", "discard", "remove", "clear", "update", "difference_update", "intersection_update"))
_OF_DICTIONARIES = frozenset(("copy", "get", "items", "keys", "values", "most_common"))
_CHANGING_DICTIONARIES = frozenset(("pop", "popitem", "setdefault", "update", "clear"))
_CHANGING_QUEUES = frozenset(("append", "appendleft", "pop", "popleft", "extend", "clear", "rotate"))
_METHODS: dict[type, tuple[frozenset[str], frozenset[str]]] = {
    str: (_OF_STRINGS, frozenset()),
    list: (_OF_SEQUENCES, _CHANGING_LISTS),
    tuple: (_OF_SEQUENCES, frozenset()),
    range: (_OF_SEQUENCES, frozenset()),
    set: (_OF_SETS, _CHANGING_SETS),
    frozenset: (_OF_SETS, frozenset()),
    dict: (_OF_DICTIONARIES, _CHANGING_DICTIONARIES),
    collections.Counter: (_OF_DICTIONARIES, _CHANGING_DICTIONARIES),
    collections.defaultdict: (_OF_DICTIONARIES, _CHANGING_DICTIONARIES),
    collections.deque: (_OF_SEQUENCES, _CHANGING_QUEUES),
    int: (frozenset(("bit_length",)), frozenset()),
    float: (frozenset(("is_integer",)), frozenset()),
    bytes: (frozenset(("decode", "hex")), frozenset()),
}
"""For each type, the methods that only look at the value, and those that change it."""
_TAKES_UNKNOWN = frozenset(("append", "appendleft", "add", "setdefault"))
"""Methods that may put a value that is not known into a collection. A set or a key would need its hash."""
_FIELD = re.compile(r"[.\[]")


def is_method(value: Any, name: str) -> bool:
    """Return whether a built-in value has a method that can be evaluated."""
    methods = _METHODS.get(type(value))
    return methods is not None and (name in methods[0] or name in methods[1])


def call_method(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of a method of a built-in value."""
    value, name = method.receiver, method.name
    if not is_known((*arguments, *named.values())):
        return _with_unknown(machine, frame, method, arguments)
    machine.pay_for(value, *arguments)
    if name == "format":
        return _format(machine, frame, value, arguments, named)
    if name == "sort":
        return sort(machine, frame, value, named)
    if name in ("extend", "update", "join", "difference_update", "intersection_update") and arguments:
        arguments = [_collected(machine, frame, each) for each in arguments]
    _check_size(name, value, arguments)
    result = machine.native(frame, getattr(value, name), *arguments, **named)
    machine.bounded(value)
    return result


def sort(machine: Machine, frame: Frame, values: list[Any], named: Mapping[str, Any]) -> None:
    """Sort a list in place, as `list.sort` with the program's own `key`."""
    unknown = next((name for name in named if name not in ("key", "reverse")), None)
    if unknown is not None:
        machine.throw(frame, TypeError(f"sort() got an unexpected keyword argument '{unknown}'"))
    key = named.get("key")
    is_reversed = machine.truth(frame, named.get("reverse", False))
    machine.spend(len(values))
    if key is None:
        machine.native(frame, values.sort, reverse=is_reversed)
        return
    keys = [machine.call(frame, key, (value,), {}) for value in values]
    if not is_known(keys):
        raise Stopped("a sort key is not known")
    order = machine.native(frame, sorted, range(len(values)), key=keys.__getitem__, reverse=is_reversed)
    values[:] = [values[place] for place in order]


def _with_unknown(machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any]) -> Any:
    value, name = method.receiver, method.name
    if type(value) in (list, collections.deque) and name in _TAKES_UNKNOWN:
        return machine.native(frame, getattr(value, name), *arguments)
    looking, _ = _METHODS[type(value)]
    if name in looking:
        return UNKNOWN
    raise Stopped("a collection changes by a value that is not known")


def _collected(machine: Machine, frame: Frame, value: Any) -> Any:
    """Return an iterable as a native collection, so that the program's own functions are not run by native code."""
    if isinstance(value, str | dict):
        return value
    if isinstance(value, set | frozenset):
        return value
    return machine.listed(frame, value)


def _check_size(name: str, value: Any, arguments: Sequence[Any]) -> None:
    """Raise `Stopped` before a call whose result would be too large to compute."""
    if name == "replace" and len(arguments) > 1 and isinstance(arguments[1], str):
        if (len(value) + 1) * (len(arguments[1]) + 1) > MAX_LENGTH * 10:
            raise Stopped("a string is too long")
    elif name == "join" and arguments and isinstance(arguments[0], list | tuple):
        if sum(len(item) for item in arguments[0] if isinstance(item, str)) > MAX_LENGTH:
            raise Stopped("a string is too long")
        if len(value) * len(arguments[0]) > MAX_LENGTH:
            raise Stopped("a string is too long")
        if not is_known(arguments[0]):
            raise Stopped("a value is not known")
    elif name in ("center", "ljust", "rjust", "zfill") and arguments:
        if isinstance(arguments[0], int) and arguments[0] > MAX_LENGTH:
            raise Stopped("a string is too long")
    elif name == "join" and arguments and isinstance(arguments[0], set) and len(arguments[0]) > 1:
        raise Stopped("the order of a set is not fixed")


def _format(machine: Machine, frame: Frame, template: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> str:
    parts: list[str] = []
    automatic = 0
    for literal, field, spec, conversion in machine.native(frame, list, Formatter().parse(template)):
        parts.append(literal)
        if field is None:
            continue
        if _FIELD.search(field) or "{" in (spec or ""):
            raise Stopped("a replacement field is not evaluated")
        if not field or field.isdigit():
            place = int(field) if field else automatic
            automatic += not field
            if place >= len(arguments):
                machine.throw(frame, IndexError("Replacement index out of range for positional args tuple"))
            value = arguments[place]
        elif field in named:
            value = named[field]
        else:
            machine.throw(frame, KeyError(field))
        if conversion:
            value = repr_of(machine, frame, value) if conversion == "r" else text_of(machine, frame, value)
        parts.append(formatted(machine, frame, value, spec or ""))
    return str(machine.bounded("".join(parts)))
