"""Statements of the evaluated program."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import exceptions, operators
from tutor_pedagogy.offline.evaluation.assignments import bind, delete, home, set_item
from tutor_pedagogy.offline.evaluation.bounds import END
from tutor_pedagogy.offline.evaluation.definitions import check_annotation, define_class, define_function
from tutor_pedagogy.offline.evaluation.expressions import test
from tutor_pedagogy.offline.evaluation.frames import mangled
from tutor_pedagogy.offline.evaluation.generators import Jump, Returned
from tutor_pedagogy.offline.evaluation.libraries import LIBRARIES, STARRED
from tutor_pedagogy.offline.evaluation.objects import set_attribute
from tutor_pedagogy.offline.evaluation.patterns import matches
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Library, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine


def execute(machine: Machine, frame: Frame, statements: Sequence[ast.stmt]) -> Any:
    """Run statements. Return the signal that ended them early, or None."""
    machine.enter()
    try:
        for node in statements:
            machine.steps_left -= 1
            if machine.steps_left < 0:
                raise Stopped("the program takes too many steps")
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
    if frame.scope is None and node.simple:
        check_annotation(machine, frame, node.annotation)
        if frame.is_class:
            frame.names.setdefault("__annotations__", {})[getattr(node.target, "id", "")] = node.annotation


def _augmented(machine: Machine, frame: Frame, node: ast.AugAssign) -> None:
    target: ast.expr = node.target
    owner: Any = None
    if isinstance(target, ast.Attribute):
        owner = machine.evaluate(frame, target.value)
        present = machine.attribute(frame, owner, mangled(frame, target.attr))
    elif isinstance(target, ast.Subscript):
        owner = machine.evaluate(frame, target.value)
        index = machine.evaluate(frame, target.slice)
        present = operators.subscript(machine, frame, owner, index)
    else:
        present = machine.evaluate(frame, target)
    value = machine.evaluate(frame, node.value)
    machine.line = node.lineno
    changed = operators.binary(machine, frame, type(node.op), present, value, in_place=True)
    machine.bounded(changed)
    if isinstance(target, ast.Attribute):
        set_attribute(machine, frame, owner, mangled(frame, target.attr), changed)
    elif isinstance(target, ast.Subscript):
        set_item(machine, frame, owner, index, changed)
    else:
        bind(machine, frame, target, changed)


def _return(machine: Machine, frame: Frame, node: ast.Return) -> Returned:
    return Returned(None if node.value is None else machine.evaluate(frame, node.value))


def _if(machine: Machine, frame: Frame, node: ast.If) -> Any:
    while True:
        if test(machine, frame, node.test):
            return machine.execute(frame, node.body)
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            return machine.execute(frame, node.orelse)
        node = node.orelse[0]
        machine.spend()
        machine.line = node.lineno
        machine.ran[node.lineno] += 1


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
        item = machine.advance(frame, iterator)
        if item is END:
            return machine.execute(frame, node.orelse)
        bind(machine, frame, node.target, item)
        signal = machine.execute(frame, node.body)
        if signal is Jump.BREAK:
            return None
        if isinstance(signal, Returned):
            return signal


def _match(machine: Machine, frame: Frame, node: ast.Match) -> Any:
    subject = machine.evaluate(frame, node.subject)
    for case in node.cases:
        machine.spend()
        machine.line = case.pattern.lineno
        if matches(machine, frame, case.pattern, subject) and (case.guard is None or test(machine, frame, case.guard)):
            return machine.execute(frame, case.body)
    return None


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


def _import(machine: Machine, frame: Frame, node: ast.Import) -> None:
    for each in node.names:
        machine.spend()
        machine.is_certain = machine.is_certain and each.name in LIBRARIES
        name = each.name if each.asname else each.name.partition(".")[0]
        bound = each.asname or name
        home(frame, bound).names[bound] = Library(name, LIBRARIES.get(name, {}))


def _import_from(machine: Machine, frame: Frame, node: ast.ImportFrom) -> None:
    members = LIBRARIES.get(node.module or "", {}) if not node.level else {}
    machine.annotations_are_strings |= node.module == "__future__" and any(n.name == "annotations" for n in node.names)
    machine.is_certain = machine.is_certain and all(each.name in members or each.name == "*" for each in node.names)
    for each in node.names:
        machine.spend()
        if each.name == "*":
            if node.module not in STARRED:
                raise Stopped("the imported names are not known")
            frame.names.update(STARRED[node.module])
        else:
            bound = each.asname or each.name
            home(frame, bound).names[bound] = members.get(each.name, UNKNOWN)


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
    ast.Raise: exceptions.run_raise,
    ast.Try: exceptions.run_try,
    ast.FunctionDef: define_function,
    ast.ClassDef: define_class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.With: exceptions.run_with,
    ast.Match: _match,
}
