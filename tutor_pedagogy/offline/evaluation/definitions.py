"""Definitions of functions and classes, with their decorators."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects
from tutor_pedagogy.offline.evaluation.assignments import home
from tutor_pedagogy.offline.evaluation.data_classes import as_data_class
from tutor_pedagogy.offline.evaluation.expressions import defaults_of, look_up
from tutor_pedagogy.offline.evaluation.frames import Frame, mangled
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Builtin, Closure, Decorated, Stopped
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.machine import Machine

_DECORATORS = ("property", "staticmethod", "classmethod")
_ANNOTATIONS_ARE_LAZY = sys.version_info >= (3, 14)


def define_function(machine: Machine, frame: Frame, node: ast.FunctionDef) -> None:
    """Run a `def` statement."""
    machine.enter(2)
    decorators = [_decorator(machine, frame, each) for each in node.decorator_list]
    made: Any = Closure(
        node, frame, defaults_of(machine, frame, node.args), frame.around.owner, frame.qualify(node.name)
    )
    if frame is not machine.module:
        machine.captured.append(frame)
    arguments = node.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        check_annotation(machine, frame, each.annotation)
    check_annotation(machine, frame, node.returns)
    for decorator in reversed(decorators):
        made = _applied(machine, frame, decorator, made)
    machine.depth -= 2
    home(frame, node.name).names[node.name] = made


def check_annotation(machine: Machine, frame: Frame, node: ast.expr | None) -> None:
    """Look up the names in an annotation, which raises `NameError` as CPython before 3.14 does."""
    if node is None or _ANNOTATIONS_ARE_LAZY or machine.annotations_are_strings:
        return
    for inner in walk(node):
        machine.spend()
        if isinstance(inner, ast.Name):
            look_up(machine, frame, inner.id)


def _decorator(machine: Machine, frame: Frame, node: ast.expr) -> Any:
    """Return the value of a decorator. For `@name.setter`, return the property, marked to receive its setter."""
    if isinstance(node, ast.Attribute) and node.attr in ("setter", "getter", "deleter"):
        around = machine.evaluate(frame, node.value)
        if isinstance(around, Decorated) and around.kind == "property":
            return replace(around, kind=node.attr)
        return machine.attribute(frame, around, node.attr)
    return machine.evaluate(frame, node)


def _applied(machine: Machine, frame: Frame, decorator: Any, function: Any) -> Any:
    if isinstance(decorator, Builtin) and decorator.name in _DECORATORS:
        return Decorated(decorator.name, function)
    if isinstance(decorator, Decorated):
        if decorator.kind != "setter":
            raise Stopped("a decorator is not evaluated")
        return replace(decorator, kind="property", setter=function)
    if decorator is UNKNOWN:
        return UNKNOWN
    machine.enter(2)
    result = machine.call(frame, decorator, (function,), {})
    machine.depth -= 2
    return result


def define_class(machine: Machine, frame: Frame, node: ast.ClassDef) -> None:
    """Run a `class` statement."""
    names = home(frame, node.name).names
    decorators = [_class_decorator(machine, frame, each) for each in node.decorator_list]
    bases = [machine.evaluate(frame, base) for base in node.bases]
    if node.keywords or any(each is UNKNOWN for each in (*bases, *decorators)):
        names[node.name] = UNKNOWN
        machine.is_certain = False
        return
    body = Frame({}, parent=frame, function=node.name, qualified=frame.qualify(node.name), is_class=True)
    machine.captured.append(body)
    machine.execute(body, node.body)
    annotations = body.names.pop("__annotations__", {})
    body.names = {mangled(body, name): member for name, member in body.names.items()}
    made = objects.make_class(machine, frame, node.name, bases, body.names)
    for name, member in body.names.items():
        machine.members[made][name] = _owned(member, made, body, frame)
    if "__init_subclass__" in made.__mro__[1].__dict__.get("own_methods", ()):
        raise Stopped("the program defines __init_subclass__")
    if any(_is_descriptor(each) for each in body.names.values()):
        raise Stopped("the program defines a descriptor")
    for decorator in reversed(decorators):
        as_data_class(machine, node, made, annotations, decorator)
    names[node.name] = made


def _is_descriptor(value: Any) -> bool:
    own: frozenset[str] = getattr(type(value), "own_methods", frozenset())
    return not own.isdisjoint(("__get__", "__set__", "__set_name__"))


def _class_decorator(machine: Machine, frame: Frame, node: ast.expr) -> Any:
    """Return the keyword arguments of `@dataclass`, or `UNKNOWN` for any other decorator of a class."""
    call = node if isinstance(node, ast.Call) else None
    if machine.evaluate(frame, node if call is None else call.func) != Builtin("dataclasses.dataclass"):
        return UNKNOWN
    if call is None:
        return {}
    return {each.arg: machine.evaluate(frame, each.value) for each in call.keywords if each.arg is not None}


def _owned(member: Any, owner: type, body: Frame, around: Frame) -> Any:
    """Return a class member that belongs to `owner`. A method looks up names in the frame around the class body."""
    if isinstance(member, Decorated):
        setter = _owned(member.setter, owner, body, around)
        return Decorated(member.kind, _owned(member.function, owner, body, around), setter)
    if isinstance(member, Closure) and member.frame is body:
        return replace(member, frame=around, owner=owner)
    return member
