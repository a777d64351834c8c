"""Calls: binding arguments to parameters, and running functions, methods and classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects
from tutor_pedagogy.offline.evaluation.builtin_functions import call_builtin
from tutor_pedagogy.offline.evaluation.construction import call_type
from tutor_pedagogy.offline.evaluation.decorators import call_made
from tutor_pedagogy.offline.evaluation.frames import Frame, scope_of
from tutor_pedagogy.offline.evaluation.generators import Returned, running
from tutor_pedagogy.offline.evaluation.lazy import Generator
from tutor_pedagogy.offline.evaluation.methods import call_method
from tutor_pedagogy.offline.evaluation.values import (
    SIZED,
    TEXTS,
    UNKNOWN,
    Builtin,
    Closure,
    Instance,
    Made,
    Method,
    NativeMethod,
    Stopped,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.machine import Machine

_SAFE = SIZED - TEXTS
_LEVELS = 3
"""The number of nesting levels that a call of a built-in function adds."""
_CODE = (Instance, Closure, Method, Made, NativeMethod)


def call(machine: Machine, frame: Frame, function: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return the result of calling a value."""
    caller = _CALLERS.get(type(function))
    if caller is not None:
        return caller(machine, frame, function, arguments, named)
    if isinstance(function, type):
        return _call_type(machine, frame, function, arguments, named)
    if function is UNKNOWN:
        _stop_if_changed((*arguments, *named.values()))
        return UNKNOWN
    if isinstance(function, Instance) and "__call__" in function.own_methods:
        return _call_nested(machine, frame, machine.attribute(frame, function, "__call__"), arguments, named)
    return machine.throw(frame, TypeError(f"'{type_name(function)}' object is not callable"))


def _call_type(machine: Machine, frame: Frame, kind: type, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    # If the call raises an exception of the program, the code that catches it restores the depth.
    machine.enter(_LEVELS)
    make = _make if kind in machine.members else call_type
    result = make(machine, frame, kind, arguments, named)
    machine.depth -= _LEVELS
    return result


def _call_builtin(
    machine: Machine, frame: Frame, function: Builtin, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    machine.enter(_LEVELS)
    result = call_builtin(machine, frame, function.name, arguments, named)
    machine.depth -= _LEVELS
    return result


def _call_native(
    machine: Machine, frame: Frame, function: NativeMethod, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    machine.enter(_LEVELS)
    result = call_method(machine, frame, function, arguments, named)
    machine.depth -= _LEVELS
    return result


def _call_method(
    machine: Machine, frame: Frame, method: Method, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    arguments = (method.receiver, *arguments)
    if type(method.function) is Closure:
        return call_closure(machine, frame, method.function, arguments, named)
    return _call_nested(machine, frame, method.function, arguments, named)


def _call_nested(
    machine: Machine, frame: Frame, function: Any, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    machine.enter(3)
    try:
        return machine.call(frame, function, arguments, named)
    finally:
        machine.depth -= 1


def _stop_if_changed(values: Sequence[Any]) -> None:
    """Raise `Stopped` if a function that is not known may change one of these values, or call the program's code."""
    if any(type(value) in _SAFE or isinstance(value, _CODE) or hasattr(type(value), "__next__") for value in values):
        raise Stopped("a function that is not known may change a value")


def _make(machine: Machine, frame: Frame, kind: type, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return a new instance of a class that the program defines."""
    if "__new__" in getattr(kind, "own_methods", ()):
        raise Stopped("the program defines __new__")
    initialise = objects.defined(machine, kind, "__init__")
    if issubclass(kind, BaseException):
        made = machine.native(frame, kind, *arguments)
    else:
        made = machine.native(frame, object.__new__, kind)
    if isinstance(initialise, Closure):
        result = call_closure(machine, frame, initialise, (made, *arguments), named)
        if result is not None and result is not UNKNOWN:
            machine.throw(frame, TypeError(f"__init__() should return None, not '{type_name(result)}'"))
    elif initialise is not None:
        _call_nested(machine, frame, initialise, (made, *arguments), named)
    elif (arguments or named) and not issubclass(kind, BaseException):
        machine.throw(frame, TypeError(f"{kind.__name__}() takes no arguments"))
    return made


def call_closure(
    machine: Machine, frame: Frame, closure: Closure, arguments: Sequence[Any], named: Mapping[str, Any]
) -> Any:
    """Return the result of calling a function that the program defines."""
    node = closure.node
    scope = machine.scopes.get(node)
    if scope is None:
        scope = machine.scopes[node] = scope_of(node)
    inner = Frame(
        _bind(machine, frame, closure, arguments, named),
        scope=scope,
        parent=closure.frame,
        function=closure.name,
        qualified=closure.qualified,
        owner=closure.owner,
        receiver=arguments[0] if arguments else None,
    )
    if scope.yields:
        if isinstance(node, ast.Lambda):
            raise Stopped("a generator is not evaluated")
        return Generator(machine, inner, running(machine, inner, node.body))
    machine.enter(2)
    if isinstance(node, ast.Lambda):
        result = machine.evaluate(inner, node.body)
        machine.depth -= 2
        return result
    line = machine.line
    machine.callers.append(line)
    signal = machine.execute(inner, node.body)
    machine.callers.pop()
    machine.depth -= 2
    machine.line = line
    return signal.value if type(signal) is Returned else None


def _bind(
    machine: Machine, frame: Frame, closure: Closure, arguments: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of a call with their values. Arguments that do not fit raise the program's `TypeError`."""
    wanted = closure.node.args
    if wanted.posonlyargs:
        positional = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
    else:
        positional = [each.arg for each in wanted.args]
    names = dict(zip(positional, arguments, strict=False))
    if wanted.vararg is not None:
        names[wanted.vararg.arg] = tuple(arguments[len(positional) :])
    extra = _bind_named(machine, frame, closure, names, named)
    if wanted.kwarg is not None:
        names[wanted.kwarg.arg] = extra
    if len(arguments) > len(positional) and wanted.vararg is None:
        machine.throw(frame, TypeError(f"{closure.qualified}() {_too_many(closure, positional, len(arguments))}"))
    _fill(machine, frame, closure, names, positional)
    if wanted.kwonlyargs:
        _fill(machine, frame, closure, names, [each.arg for each in wanted.kwonlyargs])
    return names


def _fill(machine: Machine, frame: Frame, closure: Closure, names: dict[str, Any], wanted: Sequence[str]) -> None:
    """Add the default values of the parameters for which the call has no argument."""
    for name in wanted:
        if name not in names and name in closure.defaults:
            names[name] = closure.defaults[name]
    missing = [name for name in wanted if name not in names]
    if missing:
        is_named = any(missing[0] == each.arg for each in closure.node.args.kwonlyargs)
        kind = "keyword-only" if is_named else "positional"
        machine.throw(frame, TypeError(f"{closure.qualified}() {_missing(missing, kind)}"))


def _bind_named(
    machine: Machine, frame: Frame, closure: Closure, names: dict[str, Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Add the keyword arguments. Return those that match no parameter."""
    if not named:
        return {}
    wanted = closure.node.args
    keywords = {each.arg for each in (*wanted.args, *wanted.kwonlyargs)}
    extra: dict[str, Any] = {}
    for name, value in named.items():
        if name not in keywords:
            if wanted.kwarg is None:
                if any(name == each.arg for each in wanted.posonlyargs):
                    raise Stopped("a positional-only argument is given by name")
                machine.throw(frame, TypeError(f"{closure.qualified}() got an unexpected keyword argument '{name}'"))
            extra[name] = value
        elif name in names:
            machine.throw(frame, TypeError(f"{closure.qualified}() got multiple values for argument '{name}'"))
        else:
            names[name] = value
    return extra


def _too_many(closure: Closure, positional: Sequence[str], given: int) -> str:
    count, defaults = len(positional), len(closure.node.args.defaults)
    takes = f"from {count - defaults} to {count}" if defaults else f"{count}"
    plural = "" if count == 1 and not defaults else "s"
    return f"takes {takes} positional argument{plural} but {given} {'was' if given == 1 else 'were'} given"


def _missing(names: Sequence[str], kind: str) -> str:
    quoted = [f"'{name}'" for name in names]
    listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])}{',' * (len(quoted) > 2)} and {quoted[-1]}"  # noqa: PLR2004 - with three or more names, CPython also writes a comma before "and"
    return f"missing {len(names)} required {kind} argument{'s' * (len(names) > 1)}: {listed}"


_CALLERS: Mapping[type, Callable[..., Any]] = {
    Closure: call_closure,
    Builtin: _call_builtin,
    NativeMethod: _call_native,
    Method: _call_method,
    Made: call_made,
}
