"""Statements of the evaluated program."""

from __future__ import annotations

import ast
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects, operators
from tutor_pedagogy.offline.evaluation.assignments import bind, delete, home
from tutor_pedagogy.offline.evaluation.builtin_functions import LIBRARIES
from tutor_pedagogy.offline.evaluation.calls import Returned
from tutor_pedagogy.offline.evaluation.expressions import defaults_of, test
from tutor_pedagogy.offline.evaluation.frames import Frame
from tutor_pedagogy.offline.evaluation.machine import MAX_DEPTH
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Closure, Decorated, Library, Raised, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.evaluation.machine import Machine

    Signal = Returned | "Jump" | None


class Jump(Enum):
    """The signal of a statement that leaves a loop or an iteration."""

    BREAK = auto()
    CONTINUE = auto()


def execute(machine: Machine, frame: Frame, statements: Sequence[ast.stmt]) -> Any:
    """Run statements. Return the signal that ended them early, or None."""
    machine.depth += 1
    if machine.depth > MAX_DEPTH:
        raise Stopped("calls are nested too deeply")
    try:
        for node in statements:
            machine.spend()
            machine.line = node.lineno
            machine.ran[node.lineno] += 1
            runner = _RUNNERS.get(type(node))
            if runner is None:
                raise Stopped("a statement is not evaluated")
            signal = runner(machine, frame, node)
            if signal is not None:
                return signal
    finally:
        machine.depth -= 1
    return None


def _expression(machine: Machine, frame: Frame, node: ast.Expr) -> None:
    machine.evaluate(frame, node.value)


def _assign(machine: Machine, frame: Frame, node: ast.Assign) -> None:
    value = machine.evaluate(frame, node.value)
    for target in node.targets:
        bind(machine, frame, target, value)


def _annotated(machine: Machine, frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        bind(machine, frame, node.target, machine.evaluate(frame, node.value))


def _augmented(machine: Machine, frame: Frame, node: ast.AugAssign) -> None:
    present = machine.evaluate(frame, _loaded(node.target))
    if isinstance(present, list) and isinstance(node.op, ast.Add):
        value = machine.evaluate(frame, node.value)
        if hasattr(value, "__next__") or isinstance(value, range):
            value = machine.listed(frame, value)
    else:
        value = machine.evaluate(frame, node.value)
    machine.line = node.lineno
    changed = operators.binary(machine, frame, type(node.op), present, value, in_place=True)
    bind(machine, frame, node.target, changed)


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """Return the target of an augmented assignment; its value is read in the same way as in an expression."""
    return target


def _return(machine: Machine, frame: Frame, node: ast.Return) -> Returned:
    return Returned(None if node.value is None else machine.evaluate(frame, node.value))


def _if(machine: Machine, frame: Frame, node: ast.If) -> Any:
    return machine.execute(frame, node.body if test(machine, frame, node.test) else node.orelse)


def _while(machine: Machine, frame: Frame, node: ast.While) -> Any:
    while True:
        machine.line = node.lineno
        if not test(machine, frame, node.test):
            return machine.execute(frame, node.orelse)
        signal = machine.execute(frame, node.body)
        if signal is Jump.BREAK:
            return None
        if isinstance(signal, Returned):
            return signal


def _for(machine: Machine, frame: Frame, node: ast.For) -> Any:
    source = machine.evaluate(frame, node.iter)
    iterator = machine.items(frame, source)
    while True:
        machine.line = node.lineno
        machine.spend()
        try:
            item = next(iterator)
        except StopIteration:
            return machine.execute(frame, node.orelse)
        except RuntimeError as error:
            machine.throw(frame, error)
        bind(machine, frame, node.target, item)
        signal = machine.execute(frame, node.body)
        if signal is Jump.BREAK:
            return None
        if isinstance(signal, Returned):
            return signal


def _break(_machine: Machine, _frame: Frame, _node: ast.Break) -> Jump:
    return Jump.BREAK


def _continue(_machine: Machine, _frame: Frame, _node: ast.Continue) -> Jump:
    return Jump.CONTINUE


def _nothing(_machine: Machine, _frame: Frame, _node: ast.stmt) -> None:
    return None


def _delete(machine: Machine, frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        delete(machine, frame, target)


def _assert(machine: Machine, frame: Frame, node: ast.Assert) -> None:
    if not test(machine, frame, node.test):
        message = () if node.msg is None else (machine.evaluate(frame, node.msg),)
        machine.throw(frame, AssertionError(*message))


def _raise(machine: Machine, frame: Frame, node: ast.Raise) -> None:
    if node.exc is None:
        if frame.handled:
            machine.throw(frame, frame.handled[-1])
        machine.throw(frame, RuntimeError("No active exception to reraise"))
    value = machine.evaluate(frame, node.exc)
    if isinstance(value, type):
        value = machine.call(frame, value, (), {})
    machine.line = node.lineno
    if value is UNKNOWN:
        raise Stopped("an exception that is not known is raised")
    if not isinstance(value, BaseException):
        value = TypeError("exceptions must derive from BaseException")
    machine.throw(frame, value)


def _try(machine: Machine, frame: Frame, node: ast.Try) -> Any:
    callers = len(machine.callers)
    try:
        try:
            signal = machine.execute(frame, node.body)
        except Raised as raised:
            del machine.callers[callers:]
            signal = _handle(machine, frame, node, raised)
        else:
            if signal is None:
                signal = machine.execute(frame, node.orelse)
    except Raised:
        del machine.callers[callers:]
        ended = machine.execute(frame, node.finalbody)
        if ended is None:
            raise
        return ended
    ended = machine.execute(frame, node.finalbody)
    return signal if ended is None else ended


def _handle(machine: Machine, frame: Frame, node: ast.Try, raised: Raised) -> Any:
    for handler in node.handlers:
        machine.spend()
        if handler.type is not None:
            kinds = machine.evaluate(frame, handler.type)
            if any(not isinstance(kind, type) for kind in (kinds if isinstance(kinds, tuple) else (kinds,))):
                raise Stopped("an exception class is not known")
            if not isinstance(raised.value, kinds):
                continue
        if handler.name is not None:
            home(frame, handler.name).names[handler.name] = raised.value
        frame.handled.append(raised.value)
        try:
            return machine.execute(frame, handler.body)
        finally:
            frame.handled.pop()
            if handler.name is not None:
                home(frame, handler.name).names.pop(handler.name, None)
    raise raised


def _define(machine: Machine, frame: Frame, node: ast.FunctionDef) -> None:
    made: Any = Closure(node, frame, defaults_of(machine, frame, node.args), frame.owner)
    for decorator in reversed(node.decorator_list):
        if isinstance(decorator, ast.Name) and decorator.id in ("property", "staticmethod", "classmethod"):
            made = Decorated(decorator.id, made)
        else:
            function = machine.evaluate(frame, decorator)
            made = UNKNOWN if function is UNKNOWN else machine.call(frame, function, (made,), {})
    home(frame, node.name).names[node.name] = made


def _class(machine: Machine, frame: Frame, node: ast.ClassDef) -> None:
    if node.decorator_list or node.keywords:
        frame.names[node.name] = UNKNOWN
        return
    bases = [machine.evaluate(frame, base) for base in node.bases]
    if any(base is UNKNOWN for base in bases):
        frame.names[node.name] = UNKNOWN
        return
    body = Frame({}, parent=frame, function=node.name)
    machine.execute(body, node.body)
    made = objects.make_class(machine, frame, node.name, bases, body.names)
    for name, member in list(machine.members[made].items()):
        machine.members[made][name] = _owned(member, made, body, frame)
    frame.names[node.name] = made


def _owned(member: Any, owner: type, body: Frame, around: Frame) -> Any:
    """Return a member of a class body as it belongs to the class: a function sees the names around the class."""
    if isinstance(member, Decorated):
        return Decorated(member.kind, _owned(member.function, owner, body, around))
    if isinstance(member, Closure) and member.frame is body:
        return Closure(member.node, around, member.defaults, owner)
    return member


def _import(machine: Machine, frame: Frame, node: ast.Import) -> None:
    for each in node.names:
        machine.is_certain = machine.is_certain and each.name in LIBRARIES
        name = each.name if each.asname else each.name.partition(".")[0]
        frame.names[each.asname or name] = Library(name, LIBRARIES.get(name, {}))
    machine.spend()


def _import_from(machine: Machine, frame: Frame, node: ast.ImportFrom) -> None:
    members = LIBRARIES.get(node.module or "", {})
    machine.is_certain = machine.is_certain and all(each.name in members or each.name == "*" for each in node.names)
    for each in node.names:
        if each.name == "*":
            if node.module not in ("math", "string"):
                raise Stopped("the imported names are not known")
            frame.names.update(members)
        else:
            frame.names[each.asname or each.name] = members.get(each.name, UNKNOWN)
    machine.spend()


def _with(machine: Machine, frame: Frame, node: ast.With) -> Any:
    for item in node.items:
        if machine.evaluate(frame, item.context_expr) is not UNKNOWN:
            raise Stopped("a context manager is not evaluated")
        if item.optional_vars is not None:
            bind(machine, frame, item.optional_vars, UNKNOWN)
    return machine.execute(frame, node.body)


_RUNNERS: dict[type[ast.stmt], Callable[[Machine, Frame, Any], Any]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Pass: _nothing,
    ast.Global: _nothing,
    ast.Nonlocal: _nothing,
    ast.Delete: _delete,
    ast.Assert: _assert,
    ast.Raise: _raise,
    ast.Try: _try,
    ast.FunctionDef: _define,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.With: _with,
}
