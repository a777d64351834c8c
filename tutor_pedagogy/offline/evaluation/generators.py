"""Generator functions: their statements run until the next `yield`, once for each item."""

from __future__ import annotations

import ast
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.assignments import bind
from tutor_pedagogy.offline.evaluation.bounds import END
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Stopped

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

    Items = Generator[Any, None, Any]


class Returned:
    """The signal of a `return` statement, with the returned value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Jump(Enum):
    """The signal of a `break` or `continue` statement."""

    BREAK = auto()
    CONTINUE = auto()


def running(machine: Machine, frame: Frame, statements: Sequence[ast.stmt]) -> Items:
    """Yield the items of a generator function. Return the signal that ended its statements early, or None."""
    yields = frame.scope.yields if frame.scope is not None else frozenset()
    for node in statements:
        if node not in yields:
            signal = machine.execute(frame, (node,))
        else:
            machine.spend()
            machine.line = node.lineno
            machine.ran[node.lineno] += 1
            signal = yield from _statement(machine, frame, node)
        if signal is not None:
            return signal
    return None


def _statement(machine: Machine, frame: Frame, node: ast.stmt) -> Items:
    match node:
        case ast.Expr(value=ast.Yield(value=value)):
            yield None if value is None else machine.evaluate(frame, value)
            return None
        case ast.Expr(value=ast.YieldFrom(value=value)):
            yield from _all(machine, frame, value)
            return None
        case ast.Assign(targets=[target], value=ast.Yield(value=value)):
            yield None if value is None else machine.evaluate(frame, value)
            # `yield` returns None here: only `send` could pass another value, and `send` is not supported.
            bind(machine, frame, target, None)
            return None
        case ast.If():
            chosen = node.body if machine.test(frame, node.test) else node.orelse
            return (yield from running(machine, frame, chosen))
        case ast.While():
            return (yield from _while(machine, frame, node))
        case ast.For():
            return (yield from _for(machine, frame, node))
    raise Stopped("a generator is not evaluated")


def _all(machine: Machine, frame: Frame, node: ast.expr) -> Items:
    iterator = machine.items(frame, machine.evaluate(frame, node))
    while (item := machine.advance(frame, iterator)) is not END:
        machine.spend()
        yield item


def _while(machine: Machine, frame: Frame, node: ast.While) -> Items:
    while machine.test(frame, node.test):
        signal = yield from running(machine, frame, node.body)
        if signal is Jump.BREAK:
            return None
        if isinstance(signal, Returned):
            return signal
        machine.line = node.lineno
    return (yield from running(machine, frame, node.orelse))


def _for(machine: Machine, frame: Frame, node: ast.For) -> Items:
    source = machine.evaluate(frame, node.iter)
    if source is UNKNOWN:
        raise Stopped("the items of a value are not known")
    iterator = machine.items(frame, source)
    while True:
        machine.line = node.lineno
        machine.spend()
        item = machine.advance(frame, iterator)
        if item is END:
            return (yield from running(machine, frame, node.orelse))
        bind(machine, frame, node.target, item)
        signal = yield from running(machine, frame, node.body)
        if signal is Jump.BREAK:
            return None
        if isinstance(signal, Returned):
            return signal
