"""The student's own classes, and the attributes that their objects can have."""

from __future__ import annotations

import ast
from functools import cached_property

from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.engine.program import BUILTINS, Program
from tutor_pedagogy.offline.foresight.predicted import PredictedException
from tutor_pedagogy.offline.foresight.value_types import ANY, Type

_OPENING = frozenset(("__getattr__", "__getattribute__", "__slots__", "__new__", "__call__", "__init_subclass__"))
"""Special methods that a class may use to have other attributes than those in its code, such as `__getattr__`."""
_SETTING_BY_NAME = frozenset(("setattr", "__dict__", "vars"))


class Classes:
    """The classes of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def self_of(self, owner: ast.ClassDef) -> Type:
        """Return the type of a method's `self`; ANY if the code never creates an object of the class."""
        return self.object_of(owner) if owner.name in self._made else ANY

    def object_of(self, owner: ast.ClassDef) -> Type:
        """Return the type of a class's objects; ANY if, for example, a base class or decorator may add attributes."""
        return Type(owner.name, node=owner) if self._is_closed(owner) else ANY

    def _is_closed(self, owner: ast.ClassDef) -> bool:
        if owner.decorator_list or owner.keywords or owner.name in BUILTINS:
            return False
        if any(not (isinstance(base, ast.Name) and base.id == "object") for base in owner.bases):
            return False
        return not any(
            isinstance(node, Function) and (node.name in _OPENING or node.decorator_list) for node in owner.body
        )

    def method(self, owner: ast.ClassDef, name: str) -> Function | None:
        """Return a method of a class; None if the class has no such method or the code also assigns to the name."""
        found = [node for node in owner.body if isinstance(node, Function) and node.name == name]
        return found[-1] if found and name not in self._known else None

    def attribute(self, owner: Type, node: ast.ClassDef, name: str) -> Type | PredictedException:
        """Return the type of an attribute of an object of the class `node`, or the predicted AttributeError."""
        method = self.method(node, name)
        if method is not None:
            return Type("method", parts=(owner,), node=method)
        if name in self._known or node.name in self._bases:
            return ANY
        return PredictedException("AttributeError", f"'{owner.name}' object has no attribute '{name}'")

    @cached_property
    def _made(self) -> frozenset[str]:
        calls = (node.func for node in self._program.each(ast.Call))
        return frozenset(called.id for called in calls if isinstance(called, ast.Name))

    @cached_property
    def _known(self) -> frozenset[str]:
        """Every attribute name that the code assigns to, and every name in a class body outside its methods."""
        attributes = self._program.each(ast.Attribute)
        known = {attribute.attr for attribute in attributes if not isinstance(attribute.ctx, ast.Load)}
        for owner in self._classes:
            for statement in owner.body:
                if isinstance(statement, ast.ClassDef):
                    known.add(statement.name)
                elif not isinstance(statement, Function):
                    known |= names_in(statement)
        return frozenset(known)

    @cached_property
    def _bases(self) -> frozenset[str]:
        """The names of all classes that have subclasses in the code. A subclass may add attributes to an object.

        If the code sets attributes by a computed name, as with `setattr`, the result has the names of all its classes.
        """
        if not _SETTING_BY_NAME.isdisjoint(self._program.words):
            return frozenset(owner.name for owner in self._classes)
        return frozenset(base.id for owner in self._classes for base in owner.bases if isinstance(base, ast.Name))

    @cached_property
    def _classes(self) -> list[ast.ClassDef]:
        return self._program.each(ast.ClassDef)
