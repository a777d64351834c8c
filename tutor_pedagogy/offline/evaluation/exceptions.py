"""The statements `raise`, `try` and `with`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.assignments import bind, home
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Instance, Raised, Stopped

if TYPE_CHECKING:
    import ast

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine


def run_raise(machine: Machine, frame: Frame, node: ast.Raise) -> None:
    """Run a `raise` statement."""
    if node.exc is None:
        if machine.handled:
            raise machine.handled[-1].again()
        machine.throw(frame, RuntimeError("No active exception to reraise"))
    value = machine.evaluate(frame, node.exc)
    if node.cause is not None:
        machine.evaluate(frame, node.cause)
    machine.line = node.lineno
    if isinstance(value, type) and issubclass(value, BaseException):
        value = machine.call(frame, value, (), {})
    machine.line = node.lineno
    if value is UNKNOWN:
        raise Stopped("an exception that is not known is raised")
    if not isinstance(value, BaseException):
        value = TypeError("exceptions must derive from BaseException")
    for handled in machine.handled:
        if handled.value is value:
            raise handled.again()
    machine.throw(frame, value)


_NOT_HANDLED = object()


def run_try(machine: Machine, frame: Frame, node: ast.Try) -> Any:
    """Run a `try` statement."""
    place = machine.place()
    try:
        try:
            signal = machine.execute(frame, node.body)
        except Raised as raised:
            machine.back_to(place)
            signal = _handle(machine, frame, node, raised.again())
            if signal is _NOT_HANDLED:
                raise
        else:
            if signal is None:
                signal = machine.execute(frame, node.orelse)
    except Raised:
        machine.back_to(place)
        ended = machine.execute(frame, node.finalbody)
        if ended is None:
            raise
        return ended
    ended = machine.execute(frame, node.finalbody)
    return signal if ended is None else ended


def _handle(machine: Machine, frame: Frame, node: ast.Try, raised: Raised) -> Any:
    """Run the `except` clause that matches an exception. Return its signal, or `_NOT_HANDLED` if none matches."""
    value = raised.value
    for handler in node.handlers:
        machine.spend()
        if handler.type is not None:
            machine.line = handler.lineno
            if not _catches(machine, frame, machine.evaluate(frame, handler.type), value):
                continue
        if handler.name is not None:
            home(frame, handler.name).names[handler.name] = value
        machine.handled.append(raised)
        try:
            return machine.execute(frame, handler.body)
        finally:
            machine.handled.pop()
            if handler.name is not None:
                home(frame, handler.name).names.pop(handler.name, None)
    return _NOT_HANDLED


def _catches(machine: Machine, frame: Frame, kinds: Any, value: BaseException) -> bool:
    for kind in kinds if type(kinds) is tuple else (kinds,):
        machine.spend()
        if kind is UNKNOWN or type(kind) is tuple:
            raise Stopped("an exception class is not known")
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            message = "catching classes that do not inherit from BaseException is not allowed"
            machine.throw(frame, TypeError(message))
    return isinstance(value, kinds)


def run_with(machine: Machine, frame: Frame, node: ast.With, at: int = 0) -> Any:
    """Run a `with` statement from the context manager with a given index on."""
    if at == len(node.items):
        return machine.execute(frame, node.body)
    item = node.items[at]
    manager = machine.evaluate(frame, item.context_expr)
    if not isinstance(manager, Instance):
        if manager is not UNKNOWN:
            raise Stopped("a context manager is not evaluated")
        if item.optional_vars is not None:
            bind(machine, frame, item.optional_vars, UNKNOWN)
        with machine.nested(3):
            return run_with(machine, frame, node, at + 1)
    if not {"__enter__", "__exit__"} <= type(manager).own_methods:
        raise Stopped("a context manager is not evaluated")
    entered = machine.call(frame, machine.attribute(frame, manager, "__enter__"), (), {})
    if item.optional_vars is not None:
        bind(machine, frame, item.optional_vars, entered)
    return _inside(machine, frame, node, at, manager)


def _inside(machine: Machine, frame: Frame, node: ast.With, at: int, manager: Instance) -> Any:
    """Run the body of a `with` statement and then `__exit__`, which may suppress an exception."""
    leave = machine.attribute(frame, manager, "__exit__")
    place = machine.place()
    try:
        with machine.nested(3):
            signal = run_with(machine, frame, node, at + 1)
    except Raised as raised:
        machine.back_to(place)
        machine.handled.append(raised.again())
        try:
            machine.enter(3)
            ended = machine.call(frame, leave, (type(raised.value), raised.value, UNKNOWN), {})
            machine.back_to(place)
        finally:
            machine.handled.pop()
        if not machine.truth(frame, ended):
            raise
        return None
    machine.call(frame, leave, (None, None, None), {})
    return signal
