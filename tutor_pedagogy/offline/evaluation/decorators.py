"""Library functions that return functions, such as `functools.lru_cache`, `functools.wraps` and `itemgetter`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.operators import subscript
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.values import Builtin, Closure, Made, Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_REMEMBERING = frozenset(("functools.lru_cache", "functools.cache"))


def make(name: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return the function that a library function returns. Raise `Stopped` if the evaluator does not support it."""
    if name in _REMEMBERING:
        if len(arguments) == 1 and isinstance(arguments[0], Closure):
            return Made(name, tuple(arguments))
        if not arguments or type(arguments[0]) in (int, type(None)):
            return Builtin(name)
    elif name == "functools.wraps" and len(arguments) == 1:
        return Made(name, tuple(arguments))
    elif name in ("operator.itemgetter", "operator.attrgetter") and len(arguments) == 1 and not named:
        if name == "operator.attrgetter" and (not isinstance(arguments[0], str) or "." in arguments[0]):
            raise Stopped("a function is not evaluated")
        return Made(name, tuple(arguments))
    elif name == "dataclasses.field" and not arguments and named.keys() <= {"default", "default_factory"}:
        return Made(name, (), dict(named))
    raise Stopped("a function is not evaluated")


def call_made(
    machine: Machine, frame: Frame, function: Made, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of calling a function that `make` returned."""
    if function.kind in _REMEMBERING:
        return _remembered(machine, frame, function, arguments, named)
    if len(arguments) != 1 or named:
        raise Stopped("a function is not evaluated")
    if function.kind == "operator.itemgetter":
        return subscript(machine, frame, arguments[0], function.arguments[0])
    if function.kind == "operator.attrgetter":
        return machine.attribute(frame, arguments[0], function.arguments[0])
    return _wrapped(arguments[0], function.arguments[0])


def _wrapped(function: Any, original: Any) -> Any:
    """Return the function that is decorated with `functools.wraps(original)`, under the name of `original`."""
    if not isinstance(function, Closure) or not isinstance(original, Closure):
        raise Stopped("a function is not evaluated")
    return replace(function, qualified=original.qualified, renamed=original.name)


def _remembered(
    machine: Machine, frame: Frame, function: Made, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    if named:
        raise Stopped("a function is not evaluated")
    key = tuple(arguments)
    check_keys(machine, key, len(function.results))
    is_kept = machine.native(frame, function.results.__contains__, key)
    if not is_kept:
        machine.enter(3)
        try:
            function.results[key] = machine.call(frame, function.arguments[0], arguments, named)
        finally:
            machine.depth -= 3
    return function.results[key]
