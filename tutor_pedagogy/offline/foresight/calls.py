"""Attribute access and calls: of the student's own functions and classes, and of built-in ones."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.vocabulary import words
from tutor_pedagogy.offline.foresight import libraries, members
from tutor_pedagogy.offline.foresight.binding import bind
from tutor_pedagogy.offline.foresight.predicted import PredictedException, type_error
from tutor_pedagogy.offline.foresight.value_types import ANY, ITERATORS, Type, collection, items_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_pedagogy.offline.foresight.frame import Frame

_UNCALLABLE = ITERATORS | words("int float bool number str list tuple dict set range NoneType module numpy.ndarray")
_CHANGING = words("append extend insert update add setdefault")


@dataclass(frozen=True, slots=True)
class Given:
    """The types of a call's arguments, by position and by name."""

    places: list[Type]
    names: Mapping[str, Type]


def attribute(frame: Frame, owner: Type, name: str) -> Type | PredictedException:
    """Return the type of an attribute of a value, or the predicted exception."""
    if isinstance(owner.node, ast.ClassDef):
        return _own_attribute(frame, owner, owner.node, name)
    if owner.name == "module":
        return libraries.of_module(owner.of, name)
    if owner.of.startswith(libraries.NUMPY):
        return Type("?", of=f"{owner.of}.{name}")
    if owner.name == "builtin_function_or_method" and owner.of and not name.startswith("_"):
        return PredictedException("AttributeError", f"'{owner.name}' object has no attribute '{name}'")
    return members.attribute(owner, name)


def _own_attribute(frame: Frame, owner: Type, node: ast.ClassDef, name: str) -> Type | PredictedException:
    """Return the type of an attribute of the student's own class or of an object of it, or the predicted exception."""
    if name.startswith("__"):
        return ANY
    classes = frame.interpreter.classes
    if owner.name != "type":
        return classes.attribute(owner, node, name)
    method = classes.method(node, name)
    return Type("function", of=node.name, node=method) if method is not None and not method.decorator_list else ANY


def call(frame: Frame, node: ast.Call, called: Type, given: Given) -> Type | PredictedException:
    """Return the type of a call's result, and update the item types of collections that the call may change."""
    outcome = _outcome(frame, node, called, given)
    _may_change(frame, node, called, given)
    return outcome


def _outcome(frame: Frame, node: ast.Call, called: Type, given: Given) -> Type | PredictedException:
    if called.name in _UNCALLABLE:
        return type_error(f"'{called.shown}' object is not callable")
    if isinstance(called.node, Function):
        return _own_call(frame, node, called, called.node, given)
    if called.name == "type" and isinstance(called.node, ast.ClassDef):
        return _made(frame, node, called.node, given)
    if called.of.startswith("."):
        plain = not node.keywords and not any(isinstance(argument, ast.Starred) for argument in node.args)
        return members.method(called.parts[0], called.of[1:], given.places, plain=plain)
    if called.of == "map" and len(given.places) > 1:
        function, *gone_through = given.places
        is_builtin = function.of and "." not in function.of
        item = libraries.result(function.of, [items_of(type_) for type_ in gone_through]) if is_builtin else ANY
        return collection("map", item)
    return libraries.call(called.of, node, given.places) if called.of else ANY


def _own_call(
    frame: Frame, node: ast.Call, called: Type, function: Function, given: Given
) -> Type | PredictedException:
    """Return the result type of the student's own function; a method is passed its object as the first argument."""
    owner, places = called.of, given.places
    if called.name == "method":
        owner, places = called.parts[0].name, [called.parts[0], *places]
    name = f"{owner}.{function.name}" if owner else function.name
    bound = bind(function, name, node, places, given.names)
    return bound if isinstance(bound, PredictedException) else frame.interpreter.called(function, bound, frame, node)


def _made(frame: Frame, node: ast.Call, owner: ast.ClassDef, given: Given) -> Type | PredictedException:
    classes = frame.interpreter.classes
    made = classes.object_of(owner)
    if not made.is_known:
        return ANY
    start = classes.attribute(made, owner, "__init__")
    if isinstance(start, PredictedException):
        return type_error(f"{owner.name}() takes no arguments") if given.places or given.names else made
    outcome = _own_call(frame, node, start, start.node, given) if isinstance(start.node, Function) else ANY
    return outcome if isinstance(outcome, PredictedException) else made


def _may_change(frame: Frame, node: ast.Call, called: Type, given: Given) -> None:
    if called.of.startswith(".") and called.of[1:] in _CHANGING and isinstance(node.func, ast.Attribute):
        frame.add_item(node.func.value, given.places[-1] if given.places and called.of == ".append" else ANY)
    elif called.node is not None or not called.is_known:
        for argument in node.args:
            frame.add_item(argument, ANY)
