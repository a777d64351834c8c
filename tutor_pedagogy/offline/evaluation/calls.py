"""Calls: binding arguments to parameters, and running functions, methods and classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects
from tutor_pedagogy.offline.evaluation.builtin_functions import call_builtin, call_type
from tutor_pedagogy.offline.evaluation.frames import Frame, scope_of
from tutor_pedagogy.offline.evaluation.methods import call_method
from tutor_pedagogy.offline.evaluation.values import (
    COLLECTIONS,
    UNKNOWN,
    Builtin,
    Closure,
    Instance,
    Method,
    NativeMethod,
    Stopped,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.machine import Machine


class Returned:
    """The signal of a `return` statement with its value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def call(machine: Machine, frame: Frame, function: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return the result of calling a value."""
    match function:
        case Closure():
            result = _call_closure(machine, frame, function, arguments, named)
        case Method(function=inner, receiver=receiver):
            result = call(machine, frame, inner, (receiver, *arguments), named)
        case NativeMethod():
            result = call_method(machine, frame, function, arguments, named)
        case Builtin(name=name):
            result = call_builtin(machine, frame, name, arguments, named)
        case type() if function in machine.members:
            result = _make(machine, frame, function, arguments, named)
        case type():
            result = call_type(machine, frame, function, arguments, named)
        case Unknown():
            _stop_if_changed((*arguments, *named.values()))
            result = UNKNOWN
        case Instance(own_methods=own) if "__call__" in own:
            result = call(machine, frame, machine.attribute(frame, function, "__call__"), arguments, named)
        case _:
            machine.throw(frame, TypeError(f"'{objects.type_name(function)}' object is not callable"))
    return result


def _stop_if_changed(values: Sequence[Any]) -> None:
    """Raise `Stopped` if an unknown function may change one of these values or run the program's functions."""
    if any(isinstance(value, (*COLLECTIONS, Instance, Closure, Method)) for value in values):
        raise Stopped("a function that is not known may change a value")


def _make(machine: Machine, frame: Frame, kind: type, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return a new instance of a class of the program."""
    if "__new__" in getattr(kind, "own_methods", ()):
        raise Stopped("the program defines __new__")
    initialise = objects.defined(machine, kind, "__init__")
    if issubclass(kind, BaseException):
        made = machine.native(frame, kind, *arguments)
    else:
        made = machine.native(frame, object.__new__, kind)
    if isinstance(initialise, Closure):
        call(machine, frame, initialise, (made, *arguments), named)
    elif (arguments or named) and not issubclass(kind, BaseException):
        machine.throw(frame, TypeError(f"{kind.__name__}() takes no arguments"))
    return made


def _call_closure(
    machine: Machine, frame: Frame, closure: Closure, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    scope = machine.scopes.get(closure.node)
    if scope is None:
        scope = machine.scopes[closure.node] = scope_of(closure.node)
    if scope.has_yield:
        _stop_if_changed((*arguments, *named.values()))
        return UNKNOWN
    inner = Frame(
        _bind(machine, frame, closure, arguments, named),
        scope=scope,
        parent=closure.frame,
        function=closure.name,
        owner=closure.owner,
        receiver=arguments[0] if arguments else None,
    )
    if isinstance(closure.node, ast.Lambda):
        return machine.evaluate(inner, closure.node.body)
    line = machine.line
    machine.callers.append(line)
    signal = machine.execute(inner, closure.node.body)
    machine.callers.pop()
    machine.line = line
    return signal.value if isinstance(signal, Returned) else None


def _bind(
    machine: Machine, frame: Frame, closure: Closure, arguments: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of a call with their values. An argument too many or too few raises `TypeError`."""
    wanted = closure.node.args
    positional = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
    names = dict(zip(positional, arguments, strict=False))
    rest = tuple(arguments[len(positional) :])
    if wanted.vararg is not None:
        names[wanted.vararg.arg] = rest
    elif rest:
        counted = f"takes {len(positional)} positional arguments but {len(arguments)} were given"
        machine.throw(frame, TypeError(f"{closure.name}() {counted}"))
    keywords = {each.arg for each in (*wanted.args, *wanted.kwonlyargs)}
    extra = {}
    for name, value in named.items():
        if name in names:
            machine.throw(frame, TypeError(f"{closure.name}() got multiple values for argument '{name}'"))
        if name in keywords:
            names[name] = value
        elif wanted.kwarg is not None:
            extra[name] = value
        else:
            machine.throw(frame, TypeError(f"{closure.name}() got an unexpected keyword argument '{name}'"))
    if wanted.kwarg is not None:
        names[wanted.kwarg.arg] = extra
    missing = [name for name in (*positional, *(each.arg for each in wanted.kwonlyargs)) if name not in names]
    for name in missing:
        if name in closure.defaults:
            names[name] = closure.defaults[name]
        else:
            counted = f"missing 1 required positional argument: '{name}'"
            machine.throw(frame, TypeError(f"{closure.name}() {counted}"))
    return names
