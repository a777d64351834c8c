"""Methods of built-in values that are called natively, and the checks that keep such a call cheap and safe."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import ITEMS_PER_STEP, MAX_LENGTH
from tutor_pedagogy.offline.evaluation.inspection import is_iterable, is_known
from tutor_pedagogy.offline.evaluation.searching import check_keys, search_cost
from tutor_pedagogy.offline.evaluation.sorting import sort
from tutor_pedagogy.offline.evaluation.templates import filled
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    STAND_INS,
    TEXTS,
    UNKNOWN,
    Instance,
    NativeMethod,
    Stopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_OF_STRINGS = frozenset(
    (
        *("capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal"),
        *("isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join"),
        *("lower", "lstrip", "partition", "removeprefix", "removesuffix", "rfind", "rindex", "rpartition", "rsplit"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "replace", "center"),
        *("ljust", "rjust", "zfill", "format", "encode", "translate"),
    )
)
_OF_SEQUENCES = frozenset(("count", "index", "copy"))
_CHANGING_LISTS = frozenset(("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"))
_OF_SETS = frozenset(
    ("copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference", "union")
)
_CHANGING_SETS = frozenset(
    (
        *("add", "discard", "remove", "clear", "update", "difference_update", "intersection_update"),
        "symmetric_difference_update",
    )
)
_OF_DICTIONARIES = frozenset(("copy", "get", "items", "keys", "values"))
_CHANGING_DICTIONARIES = frozenset(("pop", "popitem", "setdefault", "update", "clear"))
_CHANGING_QUEUES = frozenset(
    ("append", "appendleft", "pop", "popleft", "extend", "extendleft", "clear", "rotate", "remove", "reverse")
)
_METHODS: dict[type, tuple[frozenset[str], frozenset[str]]] = {
    str: (_OF_STRINGS, frozenset()),
    list: (_OF_SEQUENCES, _CHANGING_LISTS),
    tuple: (_OF_SEQUENCES - {"copy"}, frozenset()),
    range: (_OF_SEQUENCES - {"copy"}, frozenset()),
    set: (_OF_SETS, _CHANGING_SETS),
    frozenset: (_OF_SETS, frozenset()),
    dict: (_OF_DICTIONARIES, _CHANGING_DICTIONARIES),
    collections.Counter: (_OF_DICTIONARIES | {"most_common", "total"}, _CHANGING_DICTIONARIES | {"subtract"}),
    collections.defaultdict: (_OF_DICTIONARIES, _CHANGING_DICTIONARIES),
    collections.deque: (_OF_SEQUENCES, _CHANGING_QUEUES),
    int: (frozenset(("bit_length", "bit_count")), frozenset()),
    float: (frozenset(("is_integer",)), frozenset()),
    bytes: (frozenset(("decode", "hex")), frozenset()),
}
"""For each type: the methods that only read the value, and those that change it."""
_TAKES_UNKNOWN = frozenset(("append", "appendleft"))
"""Methods that may add a value that is not known to a collection. Sets and dictionary keys need the hash value."""
_SEARCHES = frozenset(
    (
        *("count", "find", "index", "rfind", "rindex", "partition", "rpartition", "split", "rsplit", "replace"),
        *("strip", "lstrip", "rstrip", "startswith", "endswith"),
    )
)
_PADDINGS = frozenset(("center", "ljust", "rjust", "zfill"))
_LOOKS_AT_ALL = frozenset(("count", "index", "remove"))
_LOOKS_UP = frozenset(("get", "pop", "setdefault", "add", "discard", "remove"))
_CODECS = frozenset(("utf-8", "utf8", "ascii", "latin-1", "utf-16", "utf-32", "cp1252"))
_ON_ERROR = frozenset(("strict", "ignore", "replace"))


def is_method(value: Any, name: str, *, of_type: bool = False) -> bool:
    """Return whether a built-in value has a supported method. With `of_type`, `value` is the type of the value."""
    methods = _METHODS.get(value if of_type else type(value))
    return methods is not None and (name in methods[0] or name in methods[1])


def call_method(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of a method of a built-in value."""
    value, name = method.receiver, method.name
    if isinstance(value, BaseException):
        value.args = tuple(arguments)  # This call is `Exception.__init__`, which stores its arguments.
        return None
    if not is_known((*arguments, *named.values())):
        return _with_unknown(machine, frame, method, arguments)
    if name == "append" and type(value) is list and len(arguments) == 1 and not named:
        value.append(arguments[0])
        machine.bounded(value)
        return None
    function: Callable[..., Any] = _BY_TYPE.get(type(value), _of_sequence)
    return function(machine, frame, method, arguments, named)


def _of_sequence(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    value, name = method.receiver, method.name
    kind = type(value)
    if name == "sort":
        return sort(machine, frame, value, arguments, named)
    if kind is range and not all(type(each) in (int, bool) for each in arguments):
        raise Stopped("a range is searched")
    if name in _LOOKS_AT_ALL or (kind is collections.deque and name == "index"):
        machine.weigh(value, *arguments)
    elif name in ("extend", "extendleft") and len(arguments) == 1:
        arguments = [machine.listed(frame, arguments[0])]
    elif name == "rotate" and type(arguments[0] if arguments else 0) is int:
        machine.spend(len(value) // ITEMS_PER_STEP)
    result = _called(machine, frame, method, arguments, named)
    machine.bounded(value)
    return result


def _called(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of a native method. No steps are charged for an item that was already in the collection."""
    value, name = method.receiver, method.name
    if name in ("pop", "popleft", "get", "setdefault", "popitem"):
        held: list[Any] = []
        machine.native(frame, lambda: held.append(getattr(value, name)(*arguments, **named)))
        return held[0]
    return machine.native(frame, getattr(value, name), *arguments, **named)


def _of_text(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    value, name = method.receiver, method.name
    machine.spend(len(value) // ITEMS_PER_STEP)
    if name == "format":
        return filled(machine, frame, value, arguments, named)
    if name == "translate":
        return _translated(machine, frame, value, arguments)
    if name == "join" and len(arguments) == 1:
        arguments = [_joined(machine, frame, value, arguments[0])]
    elif name in _SEARCHES:
        parts = [*arguments, *(each for group in arguments if type(group) is tuple for each in group)]
        machine.weigh(*arguments)
        search_cost(machine, value, *parts)
        if name == "replace" and len(arguments) > 1 and type(arguments[1]) is str:
            _check_replaced(value, arguments)
    elif name in _PADDINGS and arguments and isinstance(arguments[0], int) and arguments[0] > MAX_LENGTH:
        raise Stopped("a string is too long")
    elif name in ("encode", "decode"):
        given = [*arguments, *named.values()]
        if not all(isinstance(each, str) and (each.lower() in _CODECS or each in _ON_ERROR) for each in given):
            raise Stopped("an encoding is not evaluated")
    return machine.native(frame, getattr(value, name), *arguments, **named)


def _check_replaced(value: str, arguments: Sequence[Any]) -> None:
    old, new = arguments[:2]
    times = value.count(old) if isinstance(old, str) else 0
    if len(value) + times * len(new) > 2 * MAX_LENGTH:
        raise Stopped("a string is too long")


def _joined(machine: Machine, frame: Frame, separator: Any, value: Any) -> list[Any]:
    if not is_iterable(value):
        machine.throw(frame, TypeError("can only join an iterable"))
    parts = machine.listed(frame, value)
    if not is_known(parts):
        raise Stopped("a value is not known")
    if len(separator) * len(parts) + sum(len(part) for part in parts if type(part) is str) > MAX_LENGTH:
        raise Stopped("a string is too long")
    return parts


def _translated(machine: Machine, frame: Frame, value: str, arguments: Sequence[Any]) -> Any:
    if len(arguments) != 1 or type(arguments[0]) is not dict:
        raise Stopped("a table of characters is not evaluated")
    longest = max((len(each) for each in arguments[0].values() if type(each) is str), default=1)
    machine.spend(len(arguments[0]) // ITEMS_PER_STEP)
    if longest * len(value) > MAX_LENGTH:
        raise Stopped("a string is too long")
    return machine.native(frame, value.translate, arguments[0])


def _of_dictionary(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    value, name = method.receiver, method.name
    if name in _LOOKS_UP:
        check_keys(machine, arguments[:1], len(value))
    elif name in ("update", "subtract") and arguments:
        arguments = [updates(machine, frame, arguments[0], counts=type(value) is collections.Counter), *arguments[1:]]
        check_keys(machine, arguments[0] if type(arguments[0]) in DICTIONARIES else (), len(value))
    elif name in ("most_common", "total", "copy"):
        machine.weigh(*value.values())
        machine.spend(len(value))
    result = _called(machine, frame, method, arguments, named)
    machine.bounded(value)
    return result


def updates(machine: Machine, frame: Frame, value: Any, *, counts: bool = False) -> Any:
    """Return the argument for creating or updating a dictionary: a dictionary, pairs, or with `counts` the items."""
    if type(value) in DICTIONARIES:
        return value
    found = machine.listed(frame, value)
    if counts:
        check_keys(machine, found, 0)
        return found
    if any(isinstance(each, Instance) or type(each) in STAND_INS or each is UNKNOWN for each in found):
        raise Stopped("a dictionary is made of objects")
    pairs = [machine.listed(frame, each) if hasattr(type(each), "__iter__") else each for each in found]
    keys = [each[0] for each in pairs if type(each) is list and each]
    check_keys(machine, keys, 0)
    return pairs


def _of_set(
    machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    value, name = method.receiver, method.name
    if name in _LOOKS_UP:
        check_keys(machine, arguments, len(value))
    else:
        machine.spend(len(value) // ITEMS_PER_STEP)
        check_keys(machine, value, 0)
        arguments = [each if type(each) in (set, frozenset) else machine.listed(frame, each) for each in arguments]
        for each in arguments:
            check_keys(machine, each, len(value))
    result = machine.native(frame, getattr(value, name), *arguments, **named)
    machine.bounded(value)
    return result


_BY_TYPE: Mapping[type, Callable[..., Any]] = {
    **dict.fromkeys(TEXTS, _of_text),
    **dict.fromkeys(DICTIONARIES, _of_dictionary),
    **dict.fromkeys((set, frozenset), _of_set),
}


def _with_unknown(machine: Machine, frame: Frame, method: NativeMethod, arguments: Sequence[Any]) -> Any:
    value, name = method.receiver, method.name
    if type(value) in (list, collections.deque) and name in _TAKES_UNKNOWN:
        machine.native(frame, getattr(value, name), *arguments)
        machine.bounded(value)
        return None
    if type(value) in (list, collections.deque) and name == "insert" and len(arguments) > 1 and is_known(arguments[:1]):
        return machine.native(frame, value.insert, *arguments)
    if type(value) in DICTIONARIES and name in ("get", "setdefault") and is_known(arguments[:1]):
        return _of_dictionary(machine, frame, method, arguments, {})
    looking, _ = _METHODS[type(value)]
    if name in looking:
        return UNKNOWN
    raise Stopped("a collection changes by a value that is not known")
